import { type Msg, MsgHdrsImpl, type NatsConnection } from 'nats';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PullConsumer, type PullEnd } from './jetstream-pull.js';

const PULL = { messages: 3, bytes: 1_000, expiresMs: 5_000 };

type Deliver = (error: null, message: Msg) => void;

/** A connection that keeps what is published, and lets the test deliver messages. */
function fakeConnection() {
  const published: { subject: string; text: string }[] = [];
  let deliver: Deliver = () => undefined;
  const nats = {
    subscribe: (_: string, { callback }: { callback: Deliver }) => {
      deliver = callback;
      return { unsubscribe: () => undefined };
    },
    publish: (subject: string, text: string) => published.push({ subject, text }),
    request: async (subject: string) => {
      published.push({ subject, text: '' });
      return { json: () => ({}) };
    },
    closed: () => new Promise(() => undefined),
    isClosed: () => false,
  };
  const message = (sequence: number): void => {
    const reply = `$JS.ACK.SORTIE.c.1.${sequence}.1.1.0`;
    deliver(null, { reply, subject: 's', data: new Uint8Array() } as Msg);
  };
  const status = (line: string, more: Record<string, string> = {}): void => {
    const lines = Object.entries(more).map(([name, value]) => `${name}: ${value}\r\n`);
    const bytes = new TextEncoder().encode(`NATS/1.0 ${line}\r\n${lines.join('')}\r\n`);
    deliver(null, { headers: MsgHdrsImpl.decode(bytes) } as unknown as Msg);
  };
  return { nats: nats as unknown as NatsConnection, published, message, status };
}

describe('a pull', () => {
  let fake: ReturnType<typeof fakeConnection>;
  let seen: number[];
  let ends: PullEnd[];
  let consumer: PullConsumer;
  beforeEach(async () => {
    vi.useFakeTimers();
    fake = fakeConnection();
    [seen, ends] = [[], []];
    consumer = await PullConsumer.create(fake.nats, '_INBOX.a', 10, {
      onMessage: ({ sequence }) => seen.push(sequence),
      onEnd: (end) => ends.push(end),
    });
    consumer.pull(PULL);
  });
  afterEach(() => {
    consumer.close();
    vi.useRealTimers();
  });

  it('is filled by as many messages as it asks for, and then waits for nothing', () => {
    for (const sequence of [11, 12, 13]) fake.message(sequence);
    expect(seen).toEqual([11, 12, 13]);
    vi.advanceTimersByTime(60_000);
    fake.status('409 Batch Completed');
    expect(ends).toEqual([{ kind: 'filled' }]);
  });

  it.each([
    ['404 No Messages', { kind: 'expired' }],
    ['408 Request Timeout', { kind: 'expired' }],
    ['409 Message Size Exceeds MaxBytes', { kind: 'too-many-bytes' }],
    ['409 Consumer Deleted', { kind: 'lost', reason: 'Consumer Deleted' }],
    ['409 Leadership Change', { kind: 'lost', reason: 'Leadership Change' }],
    ['503', { kind: 'lost', reason: 'the consumer is gone' }],
  ])('ends with the status %s', (line, end) => {
    fake.message(11);
    fake.status(line);
    expect(ends).toEqual([end]);
  });

  it.each([
    [12, 11],
    [10, 11],
    [1, 11],
  ])('ends when message %i comes instead of %i', (came, wanted) => {
    fake.message(came);
    expect([seen, ends]).toEqual([[], [{ kind: 'gap', wanted, came }]]);
    fake.message(11);
    expect(seen, 'nothing is heard of it any more').toEqual([]);
  });

  it('ends when a heartbeat tells of a message that did not come', () => {
    fake.message(11);
    fake.status('100 Idle Heartbeat', { 'Nats-Last-Stream': '11' });
    expect(ends).toEqual([]);
    fake.status('100 Idle Heartbeat', { 'Nats-Last-Stream': '12' });
    expect(ends).toEqual([{ kind: 'gap', wanted: 12, came: 12 }]);
  });

  it('goes on as long as heartbeats come, and ends without them', () => {
    for (let second = 0; second < 10; second += 1) {
      vi.advanceTimersByTime(1_000);
      fake.status('100 Idle Heartbeat', { 'Nats-Last-Stream': '10' });
    }
    expect(ends).toEqual([]);
    vi.advanceTimersByTime(5_000);
    expect(ends).toEqual([{ kind: 'lost', reason: 'the server sends no heartbeat' }]);
    expect(fake.published.at(-1)?.subject).toMatch(/^\$JS\.API\.CONSUMER\.DELETE\.SORTIE\./);
  });

  it('on a consumer that has ended ends at once', () => {
    fake.status('409 Consumer Deleted');
    consumer.pull(PULL);
    expect(ends.at(-1)).toEqual({ kind: 'lost', reason: 'it has ended' });
  });

  it('asks for no more bytes and messages than told, and for heartbeats', () => {
    const { subject, text } = fake.published.at(-1) ?? { subject: '', text: '{}' };
    expect(subject).toMatch(/^\$JS\.API\.CONSUMER\.MSG\.NEXT\.SORTIE\./);
    expect(JSON.parse(text)).toEqual({
      batch: 3,
      max_bytes: 1_000,
      expires: 5_000_000_000,
      idle_heartbeat: 1_000_000_000,
    });
  });
});
