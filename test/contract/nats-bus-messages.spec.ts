// Goal: what travels on the bus between processes arrives as it was, and no bytes that anybody sends do harm.
// Method: a real server, several connections to it, made-up contexts and made-up bytes.
import 'reflect-metadata';
import fc from 'fast-check';
import { headers, nanos } from 'nats';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { BusRequest } from '#shared/boot/bus-request.js';
import { done } from '#shared/boot/reply.js';
import {
  BusUnavailableError,
  operationsOf,
  type RequestContext,
  SCOPES,
} from '#shared/es/operation.js';
import { asked } from '#test/support/catalog-host.js';
import { type NatsBusHost, natsBusStage } from '#test/support/nats-bus-host.js';
import { until } from '#test/support/waits.js';

const { host } = natsBusStage();

const { query } = operationsOf('other');
const anything = { allow: ['user'] as const, data: z.unknown(), result: z.unknown() };
const Say = query('Say', anything);
const Unheard = query('Unheard', anything);
const say = ({ bus }: NatsBusHost, data: unknown = null, context = asked('user')) =>
  bus.request(Say, data, context);
const never = (): Promise<never> => new Promise(() => undefined);

const printable = fc.string({ unit: 'binary', maxLength: 60 });
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('what travels with a request', () => {
  it('arrives as it was, whatever it is', async () => {
    const [asking, answering] = [await host(), await host()];
    let arrived: BusRequest | undefined;
    await answering.answer([
      Say,
      async (request: BusRequest) => {
        arrived = request;
        return done(request.data);
      },
    ]);
    const contexts = fc.record(
      {
        actor: fc.record({
          id: printable,
          role: fc.constantFrom('user', 'anonymous', 'system', 'console', 'admin'),
        }),
        commandId: printable,
        correlationId: printable,
        signInId: printable,
        tokenId: printable,
        scopes: fc.subarray([...SCOPES]),
        mustChangePassword: fc.constant(true),
        requestHash: printable,
        causationId: printable,
        ip: printable,
        userAgent: printable,
        traceparent: fc.constant(traceparent),
        expectedVersion: fc.maxSafeInteger(),
      },
      { requiredKeys: ['actor', 'commandId', 'correlationId'] },
    );
    const property = fc.asyncProperty(contexts, fc.jsonValue(), async (context, data) => {
      const reply = await say(asking, data, context as RequestContext);
      expect(arrived?.context).toEqual(context);
      const sent = JSON.parse(JSON.stringify(data)) as unknown;
      expect(arrived?.data).toEqual(sent);
      expect(reply).toEqual(done(sent));
    });
    await fc.assert(property, {
      numRuns: 300,
      examples: [
        [{ actor: { id: '\r\nX: 1', role: 'user' }, commandId: ' ', correlationId: '\ud800' }, ''],
      ],
    });
  });

  it('names its trace as the rest of the world does', async () => {
    const [asking, watching] = [await host(), await host()];
    const seen: (string | undefined)[] = [];
    watching.link.current?.subscribe(Unheard.subject, {
      callback: (_, message) => void seen.push(message.headers?.get('traceparent')),
    });
    await watching.link.current?.flush();
    const hasty = { ...Unheard, deadlineMs: 50 };
    for (const trace of [traceparent, 'x\r\ny']) {
      const context = asked('user', { traceparent: trace });
      await expect(asking.bus.request(hasty, null, context)).rejects.toThrow('50 ms');
    }
    await until('both came', () => seen.length === 2);
    expect(seen).toEqual([traceparent, '']);
  });

  it('is refused with a sentence when it is too large, both ways', async () => {
    const [asking, answering] = [await host(), await host()];
    await answering.answer([Say, async () => done('x'.repeat(9_000_000))]);
    expect(await say(asking)).toEqual({
      kind: 'rejected',
      code: 'Unavailable',
      detail: expect.stringMatching(
        /^The answer has 90\d{5} characters, more than .*; ask for fewer at once\.$/,
      ) as string,
    });
    expect(await say(asking, 'x'.repeat(9_000_000))).toMatchObject({
      kind: 'rejected',
      code: 'BodyTooLarge',
    });
  });
});

describe('who answers on NATS', () => {
  it('tells nobody what broke, and the log of its process all', async () => {
    const [asking, answering] = [await host(), await host()];
    await answering.answer([Say, async () => Promise.reject(new Error('a secret'))]);
    await expect(say(asking)).rejects.toThrow(
      'Say broke in other; the log of the process that answered says how.',
    );
    expect(answering.broken).toEqual(['sortie.query.other.Say: Error: a secret']);
  });

  it.each([
    ['a result that is no JSON', done(1n)],
    ['nothing', undefined],
    ['what is no reply', 5],
    ['null', null],
  ])('has broken when a service answers with %s', async (_, answer) => {
    const [asking, answering] = [await host(), await host()];
    await answering.answer([Say, async () => answer as never]);
    await expect(say(asking)).rejects.toThrow('Say broke');
  });

  it('works on so many requests at once, and refuses the next', async () => {
    const [asking, answering] = [
      await host({ deadlineMs: 5_000 }),
      await host({ atOnceMax: 2, drainMs: 50 }),
    ];
    await answering.answer([Say, never]);
    const hanging = [say(asking), say(asking)].map((reply) =>
      expect(reply).rejects.toThrow(BusUnavailableError),
    );
    await until('both are under way', () => answering.bus.underWay === 2);
    expect(await say(asking)).toEqual({
      kind: 'rejected',
      code: 'Unavailable',
      detail: 'Too much is asked for at once; try again in a moment.',
      retryAfterSeconds: 1,
    });
    await Promise.all(hanging);
  });

  it('drops a request whose sender has given up, and says so', async () => {
    const [asking, answering] = [await host(), await host()];
    let taken = 0;
    await answering.answer([
      Say,
      async () => {
        taken += 1;
        return done(taken);
      },
    ]);
    const hasty = { ...Say, deadlineMs: -5_000 };
    await expect(asking.bus.request(hasty, null, asked('user'))).rejects.toThrow('no reply');
    expect(await say(asking)).toEqual(done(1));
    expect(answering.broken.join()).toMatch(
      /A request came ([5-9]|\d\d+)\d{3} ms after its deadline/,
    );
  });

  it('survives whatever bytes come', async () => {
    const [asking, answering] = [await host({ deadlineMs: 60_000 }), await host()];
    await answering.answer([Say, async () => done('alive')]);
    const raw = asking.link.current;
    const bytes = fc.asyncProperty(
      fc.uint8Array(),
      fc.option(fc.dictionary(fc.stringMatching(/^[!-9;-~]{1,9}$/), fc.stringMatching(/^[ -~]*$/))),
      fc.constantFrom('', 'sortie.event.other.x.1', '_INBOX.sortie.a.bus.b.c', '_INBOX.x'),
      async (payload, named, reply) => {
        const sent = named ? headers() : undefined;
        for (const [name, value] of Object.entries(named ?? {})) sent?.set(name, value);
        raw?.publish(Say.subject, payload, {
          ...(reply && { reply }),
          ...(sent && { headers: sent }),
        });
      },
    );
    await fc.assert(bytes, { numRuns: 500 });
    expect(await say(asking)).toEqual(done('alive'));
  });

  it.each(['NATS/1.0\r\nA Key: x\r\n\r\n', 'NATS/1.0\r\n\u0000: x\r\n\r\n', '\r\n\r\n'])(
    'survives headers that are none: %j',
    async (text) => {
      const [asking, answering] = [await host({ deadlineMs: 60_000 }), await host()];
      await answering.answer([Say, async () => done('alive')]);
      const raw = asking.link.current;
      const broken = { encode: () => Buffer.from(text) } as never;
      raw?.publish(Say.subject, 'null', { headers: broken, reply: '_INBOX.sortie.a.bus.b.c' });
      raw?.subscribe(Unheard.subject, {
        callback: (_, { reply = '' }) => raw.publish(reply, '', { headers: broken }),
      });
      await raw?.flush();
      const answered = answering.bus.request(Unheard, null, asked('user'));
      await expect(answered).rejects.toThrow('Unheard broke in other');
      expect(await say(asking)).toEqual(done('alive'));
    },
  );

  it.each([
    ['no header', undefined, '{}'],
    ['another context', '{"actor":{"id":"x","role":"root"}}', '{}'],
    ['no JSON', JSON.stringify({ ...asked('user') }), '{'],
  ])('refuses what is no request: %s', async (_, context, text) => {
    const [asking, answering] = [await host(), await host()];
    await answering.answer([Say, async () => done('never')]);
    const outcome = await asking.requests.ask({
      subject: Say.subject,
      text,
      headers: {
        'Sortie-Deadline': String(Date.now() + 60_000),
        ...(context !== undefined && { 'Sortie-Context': context }),
      },
      timeoutMs: 60_000,
    });
    const answer = outcome.kind === 'answered' ? outcome.message.text : '{}';
    expect(JSON.parse(answer)).toMatchObject({ kind: 'rejected', code: 'MalformedRequest' });
  });

  it('answers into no subject but an inbox', async () => {
    const [asking, answering] = [await host(), await host()];
    await answering.answer([Say, async () => done('here')]);
    const seen: string[] = [];
    const raw = asking.link.current;
    raw?.subscribe('sortie.event.>', { callback: (_, { subject }) => void seen.push(subject) });
    raw?.publish(Say.subject, 'null', { reply: 'sortie.event.other.thing.x' });
    await until('it was told', () => answering.troubles.length === 1);
    expect(answering.troubles[0]).toContain('"sortie.event.other.thing.x", which is no inbox');
    await answering.link.current?.flush();
    await raw?.flush();
    expect(seen).toEqual([]);
  });

  it('carries out nothing that JetStream delivers', async () => {
    const [asking, answering] = [await host(), await host()];
    await answering.answer([Say, async () => done('here')]);
    const nats = asking.link.current;
    if (!nats) throw new Error('not connected');
    const jsm = await nats.jetstreamManager();
    await jsm.streams.add({ name: 'FORGED', subjects: ['forged'] });
    await nats.jetstream().publish('forged', 'null');
    await jsm.consumers.add('FORGED', {
      name: 'forger',
      deliver_subject: Say.subject,
      deliver_group: 'other',
      ack_wait: nanos(60_000),
    });
    await until('it came', () => answering.troubles.length > 0);
    expect(answering.troubles[0]).toContain('which is no inbox');
    await jsm.streams.delete('FORGED');
  });

  it('refuses to listen where it does not know the operation', async () => {
    const answering = await host();
    await expect(answering.answer([{ subject: 'sortie.>' }, never])).rejects.toThrow(
      '"sortie.>" is no subject of an operation',
    );
  });
});
