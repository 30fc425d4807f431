// Goal: the event stream misses nothing and repeats nothing, whatever happens to connections, and no reader costs the
// others or the server anything.
// Method: the built server; raw HTTP readers that are cut, stall, or come back, while apps are written.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '#test/support/client.js';
import { EventReader } from '#test/support/event-reader.js';
import { administrator, newPerson } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { until } from '#test/support/waits.js';

const WRITES = 300;
const CUTS = 10;
/** 16 KiB each: more than a socket's buffers take. */
const LARGE_WRITES = 1_200;
/** Of each of two people, who may have a few more. */
const STALLED_READERS = 18;
/** So many of them are read to the end. */
const CAUGHT_UP = 5;
const CATCH_UP_MS_MAX = 60_000;
/** All of it for every stalled reader would be 680 MiB, half of which the kernel might take; none of it makes some 115. */
const GROWTH_MIB_MAX = 250;
const STREAMS_PER_USER_MAX = 20;

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let admin: Client;

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie(folders);
  admin = await administrator(sortie);
});
afterAll(async () => {
  await sortie?.end();
  await folders?.remove();
});

const open = (headers: Record<string, string> = {}, options = {}) =>
  EventReader.open(sortie.url, { cookie: admin.cookie, ...headers }, options);
const head = async (): Promise<number> => (await admin.get('/api/projections')).body.head;

async function write(id: string, description = ''): Promise<number> {
  const { status, headers } = await admin.post('/api/apps', {
    ...{ id, name: id, url: 'https://a.example', visibility: 'admin_only' },
    description,
  });
  expect(status).toBe(201);
  return Number(headers.get('etag')?.replaceAll('"', ''));
}

/**
 * What a reader is told up to an event. One that took nothing for too long is cut off, on a machine that needs so long for
 * the writes; it comes back where it was, as a browser does.
 */
async function toldUpTo(last: number, reader: EventReader, start: number): Promise<number[]> {
  reader.read();
  const hasAll = () => Number(reader.lastEventId) >= last;
  await until(
    'it has caught up, or was cut off',
    () => hasAll() || reader.isEnded,
    CATCH_UP_MS_MAX,
  );
  const seen = sequencesOf(reader);
  reader.cut();
  if (hasAll()) return seen;
  const after = reader.lastEventId || String(start);
  const again = await open({ 'last-event-id': after }, { stalled: true });
  return [...seen, ...(await toldUpTo(last, again, start))];
}

const sequencesOf = (reader: EventReader): number[] => reader.events.map(({ id }) => Number(id));

/** Memory of the server that is its own, in MiB. */
function memoryOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1_024;
}

describe('the event stream', () => {
  it('gives each event the log’s sequence, its type and a whole CloudEvent', async () => {
    const reader = await open();
    const sequence = await write('whole');
    const { event, data } = await reader.next('the event', (e) => e.id === String(sequence));
    expect(event).toBe('sortie.catalog.AppRegistered.v1');
    expect(data).toMatchObject({
      specversion: '1.0',
      type: event,
      source: '/sortie/catalog',
      subject: 'whole',
      datacontenttype: 'application/json',
      data: { appId: 'whole' },
    });
    expect(JSON.stringify(data)).not.toMatch(/actorip|useragent|commandhash|endpoint/);
    reader.cut();
  });

  it(`misses and repeats nothing over ${WRITES} writes and ${CUTS} cuts`, async () => {
    const start = await head();
    const written: number[] = [];
    const writing = (async () => {
      for (let n = 0; n < WRITES; n += 6) {
        const six = Array.from({ length: 6 }, (_, i) => write(`cut-${n + i}`));
        written.push(...(await Promise.all(six)));
      }
    })();
    const seen: number[] = [];
    let after = String(start);
    for (let cut = 0; cut < CUTS; cut += 1) {
      const reader = await open({ 'last-event-id': after });
      const enough = Math.floor(((cut + 1) * WRITES) / (CUTS + 2));
      await until('some events', () => seen.length + reader.events.length >= enough);
      reader.cut();
      seen.push(...sequencesOf(reader));
      after = reader.lastEventId;
    }
    await writing;
    const last = await open({ 'last-event-id': after });
    await last.next('the last write', (e) => Number(e.id) >= Math.max(...written));
    seen.push(...sequencesOf(last));
    last.cut();
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(written.toSorted((a, b) => a - b));
  });

  it('resumes from ?after= as from Last-Event-ID', async () => {
    const before = await head();
    const sequence = await write('after');
    const reader = await open({}, { path: `/api/events?after=${before}` });
    await reader.next('the event', (e) => e.id === String(sequence));
    expect(sequencesOf(reader)).toEqual([sequence]);
    reader.cut();
  });

  it('tells a client of another log’s future to start over', async () => {
    const now = await head();
    const reader = await open({ 'last-event-id': String(now + 1_000) });
    await reader.next('the word', (e) => e.event === 'resume');
    expect(reader.events[0]).toMatchObject({ event: 'resume', data: { after: now } });
    const sequence = await write('future');
    await reader.next('what comes after', (e) => e.id === String(sequence));
    reader.cut();
  });

  it.each(['nonsense', '-1', '1.5', '99999999999999999999'])(
    'refuses the Last-Event-ID %s',
    async (id) => {
      const { status, body } = await admin.get('/api/events', { headers: { 'last-event-id': id } });
      expect([status, body.code]).toEqual([400, 'InvalidRequest']);
    },
  );

  it('holds a stalled reader’s events in the log, not in memory, and catches it up', async () => {
    const other = await newPerson(sortie.url, admin, { name: 'second', role: 'admin' });
    const start = await head();
    const stalled = await Promise.all(
      [admin, other.client].flatMap(({ cookie }) =>
        Array.from({ length: STALLED_READERS }, () => open({ cookie }, { stalled: true })),
      ),
    );
    const live = await open();
    // Warm up, so that what the server needs anyway is there before it is measured.
    for (let n = 0; n < 20; n += 1) await write(`warm-${n}`, 'x'.repeat(2_000));
    const before = memoryOf(sortie.pid);
    const written: number[] = [];
    const icon = `data:image/png;base64,${'A'.repeat(16_000)}`;
    for (let n = 0; n < LARGE_WRITES; n += 8) {
      const some = Array.from({ length: 8 }, async (_, i) => {
        const body = { id: `big-${n + i}`, name: 'big', url: 'https://a.example', icon };
        const { headers } = await admin.post('/api/apps', body);
        return Number(headers.get('etag')?.replaceAll('"', ''));
      });
      written.push(...(await Promise.all(some)));
    }
    const last = Math.max(...written);
    await live.next('the live reader is not held up', (e) => Number(e.id) >= last);
    const grown = memoryOf(sortie.pid) - before;
    console.info(`the server grew by ${Math.round(grown)} MiB`);
    expect(grown).toBeLessThan(GROWTH_MIB_MAX);
    const [some, rest] = [stalled.slice(0, CAUGHT_UP), stalled.slice(CAUGHT_UP)];
    for (const reader of [live, ...rest]) reader.cut();
    for (const reader of some) {
      const seen = await toldUpTo(last, reader, start);
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      expect(seen.length).toBe(last - start);
    }
  });

  it(`takes ${STREAMS_PER_USER_MAX} streams of one person, and of another all the same`, async () => {
    // The server may still be about to notice that those of before are gone.
    const readers = await until('there is room for all', async () => {
      const opened = await Promise.all(Array.from({ length: STREAMS_PER_USER_MAX }, () => open()));
      if (opened.every(({ status }) => status === 200)) return opened;
      for (const reader of opened) reader.cut();
      return undefined;
    });
    const { status, body, headers } = await admin.get('/api/events');
    expect([status, body.code]).toEqual([429, 'TooManyConnections']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    const { client } = await newPerson(sortie.url, admin, { name: 'other' });
    const other = await EventReader.open(sortie.url, { cookie: client.cookie });
    expect(other.status).toBe(200);
    for (const reader of [...readers, other]) reader.cut();
    await until('there is room again', async () => {
      const again = await open();
      again.cut();
      return again.status === 200;
    });
  });

  it('ends when the server stops', async () => {
    const reader = await open();
    expect(await sortie.end()).toBe(0);
    await until('the stream ends', () => reader.isEnded);
  });
});
