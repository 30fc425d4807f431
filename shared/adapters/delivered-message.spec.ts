import type { Msg } from 'nats';
import { describe, expect, it } from 'vitest';
import { DeliveredMessage } from './delivered-message.js';

const REPLY = '$JS.ACK.SORTIE.c.1.42.7.1795261613133685312.9';
const BEFORE = 'NATS/1.0\r\nNats-Msg-Id: other\r\n\r\n[0]\r\n';
const START = 'NATS/1.0\r\nNats-Expected-Stream: S\r\n';

/** A message whose parts lie in one piece of memory, behind another message, as they come from a socket. */
function messageWith(headers: string, over: Partial<Msg> = {}): DeliveredMessage {
  const bytes = new TextEncoder().encode(`${BEFORE}${headers}[1]`);
  const data = bytes.subarray(bytes.length - 3);
  const subject = 'sortie.event.catalog.app.a';
  const message = { subject, reply: REPLY, data, string: () => '[1]', ...over };
  return new DeliveredMessage(message as unknown as Msg);
}

describe('a delivered message', () => {
  it.each([
    [REPLY, 42],
    ['$JS.ACK.domain.hash.SORTIE.c.1.43.7.1795261613133685312.9', 43],
    ['$JS.ACK._.hash.SORTIE.c.1.44.7.1795261613133685312.9.random', 44],
  ])('has its sequence in %s', (reply, sequence) => {
    expect(messageWith(`${START}\r\n`, { reply }).sequence).toBe(sequence);
  });

  it('has its command id in its own headers', () => {
    const message = messageWith(`HMSG s 1 2 3\r\n${START}Nats-Msg-Id: mine\r\nx: y\r\n\r\n`);
    expect(message).toMatchObject({ commandId: 'mine', text: '[1]', size: 3, isForeign: false });
  });

  it.each([
    ['no headers', 'MSG s 1 3\r\n'],
    ['no command id', `HMSG s 1 2 3\r\n${START}\r\n`],
    ['longer headers than the log writes', `${START}x: ${'y'.repeat(5_000)}\r\n\r\n`],
  ])('with %s is foreign, and does not borrow the command id of the one before', (_, headers) => {
    expect(messageWith(headers)).toMatchObject({ commandId: '', isForeign: true });
  });

  it('that repeats another one is foreign', () => {
    const message = messageWith(`${START}Nats-Msg-Id: mine\r\nNats-Stream: SORTIE\r\n\r\n`);
    expect(message.isForeign).toBe(true);
  });

  it.each(['sortie.event.catalog.app', 'sortie.event.catalog.app.a.b', 'sortie.event.1.app.a'])(
    'on "%s" is foreign',
    (subject) => {
      const message = messageWith(`${START}Nats-Msg-Id: mine\r\n\r\n`, { subject });
      expect(message.isForeign).toBe(true);
    },
  );
});
