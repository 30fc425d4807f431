import { describe, expect, it } from 'vitest';
import { eventsIn, type ServerSentEvent } from './server-sent-events.js';

async function parsed(...chunks: string[]): Promise<ServerSentEvent[]> {
  const bytes = chunks.map((chunk) => new TextEncoder().encode(chunk));
  const events: ServerSentEvent[] = [];
  for await (const event of eventsIn(new Response(ReadableStream.from(bytes)))) events.push(event);
  return events;
}

describe('events in a stream', () => {
  it('have a place, a type and data', async () => {
    expect(await parsed('id: 7\nevent: sortie.x\ndata: {"a":1}\n\n')).toEqual([
      { id: '7', type: 'sortie.x', data: '{"a":1}' },
    ]);
  });

  it('may be cut anywhere on the way', async () => {
    const text = 'id: 7\ndata: größe\ndata:two\n\n: still here\nid: 9\n\n';
    const whole = await parsed(text);
    expect(whole).toEqual([
      { id: '7', type: 'message', data: 'größe\ntwo' },
      { id: '9', type: 'message', data: '' },
    ]);
    expect(await parsed(...Array.from(text))).toEqual(whole);
  });

  it('are not there until they are whole', async () => {
    expect(await parsed('id: 7\ndata: half')).toEqual([]);
  });
});
