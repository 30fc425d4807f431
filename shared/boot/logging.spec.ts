import { describe, expect, it } from 'vitest';
import { openLogger } from './logging.js';

const ids = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };

function logTo(current: () => Partial<typeof ids> | undefined = () => undefined) {
  const written: string[] = [];
  const to = { write: (line: string) => void written.push(line) };
  const spans = { current: current as () => typeof ids | undefined };
  const logger = openLogger({ level: 'info', processName: 'one', spans, to });
  return { logger, written, line: () => JSON.parse(written.at(-1) ?? '{}') };
}

describe('a line of the log', () => {
  it('says level, time, service and process', () => {
    const { logger, line } = logTo();
    logger.warn({ sequence: 7 }, 'A projection stopped');
    expect(line()).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      ...{ service: 'sortie', process: 'one', sequence: 7, msg: 'A projection stopped' },
    });
  });

  it('has the ids of the request that it was written in', () => {
    const { logger, line } = logTo(() => ids);
    logger.error(new Error('x'), 'It broke');
    expect(line()).toMatchObject({ trace_id: ids.traceId, span_id: ids.spanId });
    const { logger: untraced, line: other } = logTo(() => ({ traceId: ids.traceId }));
    untraced.info('x');
    expect(other()).toMatchObject({ trace_id: ids.traceId });
    expect(other()).not.toHaveProperty('span_id');
  });

  it('can not be forged from within', () => {
    const { logger, written } = logTo();
    const forged = 'ok\n{"level":"info","msg":"all is well"}\r\u2028\u0085';
    logger.error({ userAgent: forged, err: new Error(forged) }, forged);
    expect(written).toHaveLength(1);
    expect(written[0]?.trimEnd()).not.toMatch(/[\n\r]/);
    expect(JSON.parse(written[0] ?? '').msg).toBe(forged);
  });

  it('has no secrets, not even in addresses and causes', () => {
    const { logger, written } = logTo();
    const cause = Object.assign(new Error('connect postgres://sortie:hunter2@db/sortie failed'), {
      client: { password: 'hunter2' },
    });
    logger.error(
      {
        err: new Error('nats://a:hunter2@n1:4222 is away', { cause }),
        sealingKey: 'hunter2',
        headers: [{ cookie: 'hunter2', Authorization: 'hunter2' }],
        deep: { a: { b: { c: { token: 'hunter2' } } } },
      },
      'See https://me:hunter2@example.com/',
    );
    expect(written.join()).not.toContain('hunter2');
    expect(written.join()).toContain('postgres://sortie:[left out]@db/sortie');
  });

  it('tells of an error what every error has, and of its causes', () => {
    const { logger, line } = logTo();
    const cause = Object.assign(new RangeError('inner'), { code: 'EX', rows: ['private'] });
    logger.error({ err: new Error('outer', { cause }) }, 'x');
    expect(line().err).toMatchObject({
      ...{ type: 'Error', message: 'outer', stack: expect.stringContaining('logging.spec') },
      cause: { type: 'RangeError', message: 'inner', code: 'EX' },
    });
    expect(JSON.stringify(line())).not.toContain('private');
  });

  it('stays short, whatever is put into it', () => {
    const { logger, written } = logTo();
    const endless: Record<string, unknown> = {};
    endless['self'] = endless;
    const wide = Array.from({ length: 10_000 }, () => 'x');
    logger.error({ endless, wide, long: 'x'.repeat(1_000_000) }, 'x');
    expect(written[0]?.length).toBeLessThan(40_000);
  });
});
