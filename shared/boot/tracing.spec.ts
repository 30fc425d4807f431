import { createRequire } from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openTracing } from './tracing.js';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
const parts = { version: '0.0.0', instanceId: 'here', onTrouble: () => undefined };
const isSdkLoaded = (): boolean =>
  Object.keys(createRequire(import.meta.url).cache).some((path) =>
    path.includes('/@opentelemetry/sdk-trace'),
  );

afterEach(() => vi.unstubAllEnvs());

describe('traces', () => {
  it('are off, and nothing of the SDK is loaded, unless somebody asks for them', async () => {
    for (const env of [
      {},
      { OTEL_SERVICE_NAME: 'x', OTEL_TRACES_EXPORTER: ' ' },
      { ...endpoint, OTEL_SDK_DISABLED: 'true' },
      { ...endpoint, OTEL_TRACES_EXPORTER: 'none' },
    ]) {
      const { spans, warnings } = await openTracing(env, parts);
      expect({ isOn: spans.isOn, warnings }, JSON.stringify(env)).toEqual({
        ...{ isOn: false, warnings: [] },
      });
    }
    expect(isSdkLoaded()).toBe(false);
  });

  it.each([
    [{ ...endpoint, OTEL_TRACES_EXPORTER: 'zipkin' }, /OTEL_TRACES_EXPORTER is "zipkin"/],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /speaks http\/protobuf/],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, /write one like http:\/\/localhost:4318/],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http//a:b@x' }, /the OTLP endpoint is none/],
  ])('are off, in words, with %j', async (env, words) => {
    const { spans, warnings } = await openTracing(env, parts);
    expect(spans.isOn).toBe(false);
    expect(warnings.join()).toMatch(words);
    expect(warnings.join()).not.toContain('a:b');
  });

  it.each([
    [endpoint],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf', OTEL_SDK_DISABLED: 'false' }],
  ])('are on with %j', async (env: Record<string, string>) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const { spans, close } = await openTracing(env, parts);
    expect(spans.isOn).toBe(true);
    expect(isSdkLoaded()).toBe(true);
    await close();
  });
});
