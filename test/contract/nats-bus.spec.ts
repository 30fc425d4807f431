// Goal: the bus between processes keeps the bus's contract, and whoever asks hears something in time, whatever happens
// to the server or to the one who answers. Method: a real server, several connections to it.
import 'reflect-metadata';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { BusRequest } from '#shared/boot/bus-request.js';
import { done } from '#shared/boot/reply.js';
import { BusUnavailableError, operationsOf, type Reply } from '#shared/es/operation.js';
import { asked } from '#test/support/catalog-host.js';
import { openFaultProxy } from '#test/support/fault-proxy.js';
import { type NatsBusHost, natsBusStage, openNatsBus } from '#test/support/nats-bus-host.js';
import { until } from '#test/support/waits.js';
import { busContract } from './bus.contract.js';

const { server, host } = natsBusStage();

busContract('NATS', async () => {
  const { bus, close } = await openNatsBus({
    url: server().url,
    seed: server().seed,
    deadlineMs: 5_000,
  });
  return { bus, transport: { strategy: bus }, close };
});

const { query } = operationsOf('other');
const anything = { allow: ['user'] as const, data: z.unknown(), result: z.unknown() };
const Say = query('Say', anything);
const Unheard = query('Unheard', anything);
const say = ({ bus }: NatsBusHost, data: unknown = null, context = asked('user')) =>
  bus.request(Say, data, context);
/** An answer that comes when it is told to. */
function gate(): [Promise<Reply<string>>, (answer: string) => void] {
  let open: (reply: Reply<string>) => void = () => undefined;
  const opened = new Promise<Reply<string>>((resolve) => (open = resolve));
  return [opened, (answer) => open(done(answer))];
}
const never = (): Promise<never> => new Promise(() => undefined);

describe('the NATS bus', () => {
  it('shares the work among replicas, and goes on with one when the other dies', async () => {
    const proxy = await openFaultProxy(server().url.replace('nats:', 'http:'));
    const [asking, living, dying] = await Promise.all([
      host({ deadlineMs: 5_000 }),
      host(),
      host({ url: `nats://localhost:${new URL(proxy.url).port}`, drainMs: 50 }),
    ]);
    await living.answer([Say, async () => done('living')]);
    let isHanging = false;
    await dying.answer([Say, async () => (isHanging ? never() : done('dying'))]);
    const askMany = (count: number) =>
      Promise.allSettled(Array.from({ length: count }, () => say(asking)));
    const names = (settled: Awaited<ReturnType<typeof askMany>>): string[] =>
      settled.map((s) =>
        s.status === 'rejected'
          ? (s.reason as Error).name
          : String(s.value.kind === 'done' && s.value.result),
      );
    expect(new Set(names(await askMany(100)))).toEqual(new Set(['living', 'dying']));
    isHanging = true;
    const meanwhile = askMany(100);
    await until('it takes some', () => dying.bus.underWay > 0);
    proxy.cut();
    expect(new Set(names(await meanwhile))).toEqual(new Set(['living', 'BusUnavailableError']));
    await until('the loss is noticed', () => dying.link.current === undefined);
    // The server may need a moment more than its client.
    await until('the living one answers all', async () =>
      names(await askMany(100)).every((name) => name === 'living'),
    );
    await dying.bus.close();
    await proxy.close();
  });

  it('says at once that nobody answers', async () => {
    const asking = await host({ deadlineMs: 60_000 });
    const began = performance.now();
    const unheard = asking.bus.request(Unheard, null, asked('user'));
    await expect(unheard).rejects.toThrow(BusUnavailableError);
    await expect(unheard).rejects.toThrow(
      'Nobody answers sortie.query.other.Unheard; try again in a moment.',
    );
    expect(performance.now() - began).toBeLessThan(30_000);
  });

  it('gives up at the deadline when the server is frozen, and works again after', async () => {
    const asking = await host({ deadlineMs: 500 });
    const answering = await host();
    await answering.answer([Say, async () => done('here')]);
    server().pause();
    const frozen = await say(asking).catch((error: unknown) => error);
    server().resume();
    expect(frozen).toBeInstanceOf(BusUnavailableError);
    expect(String(frozen)).toContain('sortie.query.other.Say had no reply within 500 ms.');
    const reply = await until('it works again', () => say(asking).catch(() => undefined));
    expect(reply).toEqual(done('here'));
  });

  it('says at once that there is no connection, and is back with the server', async () => {
    const asking = await host({ deadlineMs: 60_000 });
    const answering = await host();
    await answering.answer([Say, async () => done('here')]);
    await server().kill();
    await until('the loss is noticed', () => asking.link.current === undefined);
    await expect(say(asking)).rejects.toThrow('no connection to NATS now; try again in a moment');
    await server().restart();
    const reply = await until('it works again', () => say(asking).catch(() => undefined));
    expect(reply).toEqual(done('here'));
  });

  it('brings an answer that took longer than the connection', async () => {
    const [asking, answering] = [await host({ deadlineMs: 60_000 }), await host()];
    const [answered, answer] = gate();
    await answering.answer([Say, () => answered]);
    const reply = say(asking);
    await until('it is under way', () => answering.bus.underWay === 1);
    await server().restart();
    await until('both are back', () => asking.link.current && answering.link.current);
    await asking.link.current?.flush();
    answer('late');
    expect(await reply).toEqual(done('late'));
  });

  it('keeps an answer that is ready while there is no connection', async () => {
    const [asking, answering] = [await host({ deadlineMs: 60_000 }), await host()];
    const [answered, answer] = gate();
    await answering.answer([Say, () => answered]);
    const reply = say(asking);
    await until('it is under way', () => answering.bus.underWay === 1);
    await server().kill();
    await until('the loss is noticed', () => answering.link.current === undefined);
    answer('kept');
    await until('it is answered', () => answering.bus.underWay === 0);
    await server().restart();
    expect(await reply).toEqual(done('kept'));
  });

  it('does not take the late answer to one request for that to another', async () => {
    const [asking, answering] = [await host(), await host()];
    const waiting: (() => void)[] = [];
    await answering.answer([
      Say,
      ({ data }: BusRequest) => new Promise((resolve) => waiting.push(() => resolve(done(data)))),
    ]);
    const hasty = { ...Say, deadlineMs: 100 };
    await expect(asking.bus.request(hasty, 'first', asked('user'))).rejects.toThrow('100 ms');
    const second = say(asking, 'second');
    await until('both came', () => waiting.length === 2);
    for (const answer of waiting) answer();
    expect(await second).toEqual(done('second'));
  });
});

describe('a process that stops', () => {
  it('takes no more, and answers what it has', async () => {
    const asking = await host({ deadlineMs: 60_000 });
    const [stopping, staying] = [await host({ drainMs: 60_000 }), await host()];
    const [answered, answer] = gate();
    await stopping.answer([Say, () => answered]);
    const first = say(asking);
    await until('it is under way', () => stopping.bus.underWay === 1);
    const closed = stopping.bus.close();
    await staying.answer([Say, async () => done('staying')]);
    const hasty = { ...Say, deadlineMs: 300 };
    const ask = () => asking.bus.request(hasty, null, asked('user')).catch(() => undefined);
    await until('the new one answers all', async () => {
      const replies = await Promise.all(Array.from({ length: 20 }, ask));
      return replies.every((reply) => reply?.kind === 'done' && reply.result === 'staying');
    });
    answer('stopping');
    await closed;
    expect(await first).toEqual(done('stopping'));
  });

  it('hears nothing more, also on a connection that it gets later', async () => {
    const [asking, stopping] = [await host(), await host()];
    await stopping.answer([Say, async () => done('stopping')]);
    await stopping.bus.close();
    await expect(say(asking)).rejects.toThrow('Nobody answers');
    await server().restart();
    await until('both are back', () => asking.link.current && stopping.link.current);
    await stopping.link.current?.flush();
    await expect(say(asking)).rejects.toThrow('Nobody answers');
  });

  it('does not wait for ever, and says so to whoever waits', async () => {
    const [asking, stopping] = [await host(), await host({ drainMs: 100 })];
    await stopping.answer([Say, never]);
    const first = say(asking);
    await until('it is under way', () => stopping.bus.underWay === 1);
    await stopping.bus.close();
    expect(await first).toMatchObject({
      kind: 'rejected',
      code: 'Unavailable',
      retryAfterSeconds: 1,
    });
    await expect(say(stopping)).rejects.toThrow(BusUnavailableError);
  });
});
