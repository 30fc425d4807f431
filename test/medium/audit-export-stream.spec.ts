// Goal: an export goes out as fast as its reader takes it and no faster; one that can't be finished breaks off where everybody
// sees it; and there are never more of them than the gateway has room for.
// Method: the gateway's route on a real socket, in front of an audit service with entries without end.
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryEventLog } from '#shared/adapters/memory-event-log.js';
import { done, rejected } from '#shared/boot/reply.js';
import { type AuditEntry, BeginAuditExport, ReadAuditExport } from '#shared/contracts/audit.js';
import { Authenticate, ListUserNames } from '#shared/contracts/identity.js';
import type { Bus, Operation, Reply } from '#shared/es/operation.js';
import { AuditExports } from '#services/gateway/edge/audit-exports.js';
import { Authentication } from '#services/gateway/edge/authentication.js';
import { registerRoutes } from '#services/gateway/edge/register-routes.js';
import { auditExportRoute } from '#services/gateway/edge/routes/audit.routes.js';
import { createServer } from '#services/gateway/edge/server.js';
import { until } from '#test/support/waits.js';

const STRETCH = 500;
const MIB = 1_024 * 1_024;

const entry = (id: number): AuditEntry => ({
  ...{ id, timestamp: '2026-11-20T08:00:00.000Z', user: 'u', action: 'LAUNCH_APP' },
  ...{ details: { text: 'x'.repeat(800) }, resource_type: 'app', resource_id: 'gimp' },
  ...{ ip_address: '', user_agent: '', outcome: 'done', sequence: id },
});

let broken: unknown[];
/** What was asked of the services, by operation. */
let asks: Record<string, unknown[]>;
/** Entries that there are. */
let total: number;
/** What the audit service answers a stretch with, once there is something to answer. */
let atStretch: (count: number) => Reply<never> | undefined;
let close: () => Promise<void>;
let url: string;
let exports: AuditExports;
let role: string;

const bus: Bus = {
  request: async <D, R>(operation: Operation<D, R>, data: D): Promise<Reply<R>> => {
    const { name } = operation as Operation;
    (asks[name] ??= []).push(data);
    return answerTo(name, data) as Reply<R>;
  },
};

function answerTo(name: string, data: unknown): Reply<unknown> {
  if (name === Authenticate.name) {
    const user = { id: 'u', name: 'u', role, must_change_password: false };
    return done({
      user,
      sign_in_id: 's',
      expires_at: '2999-01-01T00:00:00Z',
      rotate: false,
      origin: {},
    });
  }
  if (name === ListUserNames.name) return done({ users: [{ id: 'u', name: '=Una' }] });
  if (name === BeginAuditExport.name) {
    return role === 'admin' ? done({ through: 77, after: 0 }) : rejected('Forbidden', 'No.');
  }
  const refused = atStretch(asks[ReadAuditExport.name]?.length ?? 0);
  if (refused) return refused;
  const { after } = data as { after: number };
  const count = Math.min(STRETCH, total - after);
  const entries = Array.from({ length: count }, (_, i) => entry(after + i + 1));
  return done({ entries, after: after + count, isLast: after + count >= total });
}

const stretches = (): number => asks[ReadAuditExport.name]?.length ?? 0;

async function open(stalledMs?: number): Promise<void> {
  const onBroken = (error: unknown): void => void broken.push(error);
  exports = new AuditExports(onBroken, stalledMs);
  const server = await createServer({ isTrustedProxy: () => false, onBroken });
  const authentication = new Authentication(bus, false, onBroken);
  const limits = { writesPerMinute: 100, signInsPerMinute: 100 };
  const past = { log: new MemoryEventLog(), now: () => new Date() };
  registerRoutes(server, {
    routes: [auditExportRoute(exports)],
    bus,
    authentication,
    limits,
    past,
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}/api/audit/export`;
  close = async () => {
    exports.revoke(() => true);
    await server.close();
  };
}

beforeEach(async () => {
  [broken, asks, total, role] = [[], {}, 3, 'admin'];
  atStretch = () => undefined;
  await open();
});
afterEach(() => close());

const headers = { cookie: 'sortie=x' };

/** Asks, and reads nothing of the body until somebody does. */
async function ask(query = ''): Promise<IncomingMessage> {
  const asked = request(`${url}${query}`, { headers, agent: false });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return response;
}

/** Reads to the end; whether that came in order, and how much there was. */
async function read(response: IncomingMessage) {
  let text = '';
  try {
    for await (const chunk of response) text += String(chunk);
    return { text, isWhole: response.complete };
  } catch {
    return { text, isWhole: false };
  }
}

describe('an export', () => {
  it('is a file with a name, a type and where the log was', async () => {
    const csv = await ask('?q=gimp&user=u');
    expect(csv.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="sortie-audit-77.csv"',
      'sortie-as-of': '77',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    const { text, isWhole } = await read(csv);
    expect(isWhole).toBe(true);
    const lines = text.split('\r\n');
    expect(lines).toHaveLength(5);
    expect(lines[1]).toContain(`"1","2026-11-20T08:00:00.000Z","u","'=Una","LAUNCH_APP"`);
    expect(asks[ReadAuditExport.name]?.[0]).toEqual({
      q: 'gimp',
      user: 'u',
      after: 0,
      through: 77,
    });

    const ndjson = await ask('?format=ndjson');
    expect(ndjson.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    const entries = (await read(ndjson)).text.trimEnd().split('\n');
    expect(entries.map((line) => JSON.parse(line) as unknown)).toEqual(
      [1, 2, 3].map((id) => ({ ...entry(id), user_name: '=Una' })),
    );
  });

  it('is not begun for HEAD, nor for what nobody can ask for, nor for who may not', async () => {
    const head = await fetch(url, { method: 'HEAD', headers });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect((await fetch(`${url}?format=xml`, { headers })).status).toBe(400);
    expect((await fetch(`${url}?surprise=1`, { headers })).status).toBe(400);
    expect((await fetch(url)).status).toBe(401);
    expect(asks[BeginAuditExport.name]).toBeUndefined();
    role = 'user';
    expect((await fetch(url, { headers })).status).toBe(403);
    // The service is asked with nothing, refuses, and has it on record.
    expect(asks[BeginAuditExport.name]).toEqual([{}]);
    expect(stretches()).toBe(0);
  });

  it('waits for its reader with one stretch in memory, however much there is', async () => {
    total = 400_000;
    const response = await ask('?format=ndjson');
    await until('the reader has enough', () => stretches() > 3);
    // What the kernel's buffers take is not ours; then it stands still.
    let before = 0;
    await until('it stands still', async () => {
      const now = stretches();
      await new Promise((resolve) => setTimeout(resolve, 200));
      const stands = now === before && now === stretches();
      before = now;
      return stands;
    });
    const held = stretches();
    expect(held * STRETCH).toBeLessThan(total / 10);
    const heap = process.memoryUsage().heapUsed;
    let bytes = 0;
    let highest = 0;
    for await (const chunk of response) {
      bytes += (chunk as Buffer).length;
      highest = Math.max(highest, process.memoryUsage().heapUsed);
    }
    expect(response.complete).toBe(true);
    expect(stretches()).toBe(total / STRETCH);
    expect(bytes).toBeGreaterThan(300 * MIB);
    expect(highest - heap).toBeLessThan(150 * MIB);
  }, 120_000);

  it('is broken off when its reader stops, and makes room', async () => {
    await close();
    // Longer than it takes to ask three times.
    await open(3_000);
    total = 1_000_000;
    const [first, second] = [await ask(), await ask()];
    expect((await fetch(url, { headers })).status).toBe(429);
    const bothGone = async (): Promise<boolean> => {
      const others = [await ask(), await ask()];
      for (const other of others) other.destroy();
      return others.every(({ statusCode }) => statusCode === 200);
    };
    await until('both are gone', bothGone, 30_000);
    expect((await read(first)).isWhole).toBe(false);
    expect((await read(second)).isWhole).toBe(false);
    expect(broken).toEqual([]);
  });

  it('is broken off, and not cut short, when it can not go on', async () => {
    total = 1_000_000;
    atStretch = (count) => (count > 2 ? rejected('ExportOutrun', 'It has left.') : undefined);
    const response = await ask('?format=ndjson');
    expect(response.statusCode).toBe(200);
    const { text, isWhole } = await read(response);
    expect(isWhole).toBe(false);
    expect(text.length).toBeGreaterThan(0);
    expect(String(broken[0])).toContain('It has left.');
    asks = {};
    await expect(fetch(url, { headers }).then((one) => one.text())).rejects.toThrow('terminated');
  });

  it('that can not even begin is told as a problem', async () => {
    atStretch = () => rejected('Unavailable', 'Nobody is there.');
    const answer = await fetch(url, { headers });
    expect([answer.status, (await answer.json()) as unknown]).toMatchObject([
      503,
      { code: 'Unavailable' },
    ]);
    atStretch = () => undefined;
    for (let n = 0; n < 4; n += 1) expect((await read(await ask())).isWhole).toBe(true);
  });

  it('ends when its reader goes away', async () => {
    total = 1_000_000;
    for (let n = 0; n < 5; n += 1) {
      const response = await until('there is room', async () => {
        const one = await ask();
        return one.statusCode === 200 && one;
      });
      response.destroy();
    }
    await until('nothing is read any more', async () => {
      const before = stretches();
      await new Promise((resolve) => setTimeout(resolve, 100));
      return stretches() === before;
    });
    expect(stretches()).toBeLessThan(total / STRETCH);
  });

  it('ends with the sign-in of its reader', async () => {
    total = 1_000_000;
    const response = await ask();
    exports.revoke(({ signInId }) => signInId === 'another');
    exports.revoke(({ userId, signInId }) => userId === 'u' && signInId === 's');
    expect((await read(response)).isWhole).toBe(false);
  });
});
