// Goal: a stop ends everything within a bound, and a crash ends nothing: the next server takes over what still runs.
// Method: the built server with a running desktop, an event stream and a half-sent request; signals of every kind.
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '#test/support/client.js';
import { trackSession } from '#test/support/desktop.js';
import { EventReader } from '#test/support/event-reader.js';
import { administrator } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { closeViewer, greetingOf, openViewer } from '#test/support/viewer.js';
import { until } from '#test/support/waits.js';

/** What waits for a half-sent request waits for minutes: Node's own bound is five. */
const STOP_MS_MAX = 60_000;
const START_MS_MAX = 60_000;

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let admin: Client;
let sessionId: string;
let processes: () => number;

const statusOf = async (client: Client) => (await client.get(`/api/sessions/${sessionId}`)).body;

beforeEach(async () => {
  folders = await sortieFolders();
  sortie = await startSortie(folders);
  admin = await administrator(sortie);
  sessionId = (await admin.post('/api/sessions', { app_id: 'terminal' })).body.id;
  await until('it runs', async () => (await statusOf(admin)).status === 'running', START_MS_MAX);
  processes = trackSession(sortie.runtimeDir, sessionId);
  await until('its processes run', () => processes() > 1);
});
afterEach(async () => {
  await sortie.end();
  await folders.remove();
});

async function viewerOf(client: Client) {
  const answer = await client.post(`/api/sessions/${sessionId}/viewer-tickets`);
  return openViewer(sortie.url, sessionId, { ticket: answer.body.ticket });
}

/** Starts again on the same folders; the cookie is as good as before. */
async function startAgain(): Promise<Client> {
  const { password } = sortie;
  const { cookie } = admin;
  sortie = await startSortie(folders, password);
  const client = new Client(sortie.url);
  const again = await client.get('/api/me', { headers: { cookie } });
  expect(again.status).toBe(200);
  return client.signIn('admin', password);
}

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  it('ends sessions, viewers, streams and half-sent requests, then exits with 0', async () => {
    const viewer = await viewerOf(admin);
    await greetingOf(viewer);
    const stream = await EventReader.open(sortie.url, { cookie: admin.cookie });
    const { hostname, port } = new URL(sortie.url);
    const slow = connect(Number(port), hostname);
    slow.on('error', () => undefined);
    slow.write(
      'POST /api/sign-in HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{',
    );
    const started = performance.now();
    const stopped = sortie.end(signal);
    const told = stream.next('it is told', (e) => e.event === 'sortie.session.SessionStopped.v1');
    expect((await told).data.data).toMatchObject({ sessionId, reason: expect.any(String) });
    expect(await stopped).toBe(0);
    expect(performance.now() - started).toBeLessThan(STOP_MS_MAX);
    expect(await viewer.closedWith()).toBe(1000);
    await until('the stream ends', () => stream.isEnded);
    expect(processes()).toBe(0);
    const client = await startAgain();
    expect(await statusOf(client)).toMatchObject({
      status: 'stopped',
      reason: expect.stringMatching(/shut down/),
    });
  });
});

describe('kill -9', () => {
  it('leaves the desktop running, and the next server adopts it', async () => {
    expect(await sortie.end('SIGKILL')).toBeNull();
    expect(processes()).toBeGreaterThan(1);
    const client = await startAgain();
    expect((await statusOf(client)).status).toBe('running');
    const adopted = await until('the adoption in the trail', async () => {
      const { body } = await client.get(`/api/audit?resource_id=${sessionId}`);
      return body.entries.find((e: { action: string }) => /ADOPT/.test(e.action));
    });
    expect(adopted).toMatchObject({ user: 'system', outcome: 'done' });
    const viewer = await viewerOf(client);
    expect(await greetingOf(viewer)).toBe('RFB 003.008');
    await closeViewer(viewer);
    expect((await client.delete(`/api/sessions/${sessionId}`)).body.status).toBe('stopped');
    await until('its processes are gone', () => processes() === 0);
  });
});
