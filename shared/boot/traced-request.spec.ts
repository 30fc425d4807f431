import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BusUnavailableError, operationsOf, type Reply } from '#shared/es/operation.js';
import type { RequestContext } from '#shared/es/operation.js';
import { recordedSpans } from '#test/support/recorded-spans.js';
import { traceIdIn, traceIdOf, tracedHandling, tracedRequest } from './traced-request.js';

const { query } = operationsOf('catalog');
const Find = query('Find', { allow: ['user'], data: z.object({}), result: z.null() });
const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const context: RequestContext = {
  actor: { id: 'u1', role: 'user' },
  ...{ commandId: 'c1', correlationId: '018f0000-0000-7000-8000-00000000000a' },
  traceparent: parent,
};
const done: Reply<null> = { kind: 'done', result: null };
const refused = (code: string): Reply<null> => ({ kind: 'rejected', code, detail: 'no' });

describe('a request on the bus', () => {
  it('is one trace: sender under the caller, receiver under the sender', async () => {
    const { spans, recorded } = recordedSpans();
    let handled: string | undefined;
    await tracedRequest(
      { spans },
      Find,
      context,
      (sent) =>
        tracedHandling(spans, Find, sent, async ({ traceparent }) => {
          handled = traceparent;
          return done;
        }) as Promise<Reply<null>>,
    );
    const [client, server] = recorded;
    expect(client).toMatchObject({ name: 'catalog/Find', kind: 'client', parent, ends: 1 });
    expect(server).toMatchObject({ kind: 'server', parent: client?.traceparent, ends: 1 });
    expect(handled).toBe(server?.traceparent);
  });

  it.each([
    ['done', async () => done, 'done', undefined],
    ['a refusal', async () => refused('AppUnknown'), 'rejected', undefined],
    ['not now', async () => refused('Unavailable'), 'unavailable', 'Unavailable'],
    [
      'nobody',
      async () => {
        throw new BusUnavailableError('nobody');
      },
      'unavailable',
      'BusUnavailableError',
    ],
    [
      'a bug',
      async () => {
        throw new TypeError('x');
      },
      'failed',
      'TypeError',
    ],
  ])('tells how it went: %s', async (_, send, outcome, failed) => {
    const { spans, recorded } = recordedSpans();
    const heard: unknown[] = [];
    const onRequest = ({ name }: { name: string }, how: string, seconds: number) =>
      heard.push([name, how, seconds >= 0]);
    await tracedRequest({ spans, onRequest }, Find, context, send).catch(() => undefined);
    expect(heard).toEqual([['Find', outcome, true]]);
    expect(recorded[0]?.failed).toBe(failed);
  });
});

describe('the id of a request that no trace has', () => {
  it('is its correlation id, as a trace id is written', () => {
    expect(traceIdOf('018F0000-0000-7000-8000-00000000000A')).toBe(
      '018f000000007000800000000000000a',
    );
    expect(traceIdOf('seed/start')).toBeUndefined();
  });
});

describe('the id of a request in the log', () => {
  it('is that of its trace, else the one that its correlation id makes', () => {
    const { traceparent: _, ...untraced } = context;
    expect(traceIdIn(context)).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    expect(traceIdIn(untraced)).toBe('018f000000007000800000000000000a');
  });
});
