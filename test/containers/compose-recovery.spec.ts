// Goal: in the compose stack a desktop opens, and whichever part is killed comes back by itself, to the same desktop.
// Method: the real file with the real images; a container app through the page's API and the viewer's WebSocket; kill -9 from outside.
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import type { Client } from '#test/support/client.js';
import { docker } from '#test/support/compose-docker.js';
import { ComposeStack } from '#test/support/compose-stack.js';
import { closeViewer, greetingOf, openViewer } from '#test/support/viewer.js';
import { until } from '#test/support/waits.js';

/** What a path asks for that needs the service; the gateway itself has no data. */
const ASKED_OF: Readonly<Record<string, string>> = {
  audit: '/api/audit',
  catalog: '/api/apps',
  identity: '/api/users',
  session: '/api/sessions',
  gateway: '/api/apps',
  nats: '/api/apps',
  postgres: '/api/apps',
  'docker-gate': '/api/sessions',
};

const DESKTOP_MS_MAX = 120_000;

let stack: ComposeStack;
let admin: Client;
let sessionId: string;

beforeAll(async () => {
  stack = await ComposeStack.open();
  await stack.build();
  await stack.up();
  admin = await stack.administrator();
  const terminal = { id: 'shell', name: 'Shell', launch_type: 'container' };
  const image = { container_image: `${stack.project}/terminal` };
  await admin.post('/api/apps', { ...terminal, ...image, category: 'Tools' });
});
afterAll(() => stack?.close());

/** The containers of the stack's desktops, by name. */
const desktops = async (): Promise<string[]> => {
  const ours = `label=sortie.installation=${stack.installation}`;
  return (await docker('ps', '--filter', ours, '--format', '{{.Names}}'))
    .split('\n')
    .filter(Boolean);
};

const statusOf = async (id: string): Promise<string> =>
  (await admin.get(`/api/sessions/${id}`)).body.status;

/** Looks at the desktop as the page does. */
async function greeting(): Promise<string> {
  const { body } = await until('a ticket is issued', async () => {
    const answer = await admin.post(`/api/sessions/${sessionId}/viewer-tickets`);
    return answer.status === 201 && answer;
  });
  const viewer = await openViewer(stack.url, sessionId, { ticket: body.ticket });
  expect(viewer.status).toBe(101);
  const said = await greetingOf(viewer);
  await closeViewer(viewer);
  return said;
}

describe('a desktop', () => {
  it('opens as two containers of its own, and speaks RFB to the page', async () => {
    onTestFailed(async () => console.error(await stack.logs('session', 'docker-gate')));
    const { status, body } = await admin.post('/api/sessions', { app_id: 'shell' });
    expect(status, JSON.stringify(body)).toBe(201);
    sessionId = body.id;
    const started = Date.now();
    const runs = async () => (await statusOf(sessionId)) === 'running';
    await until('the desktop runs', runs, DESKTOP_MS_MAX);
    console.log(`From the click to a running desktop: ${Date.now() - started} ms`);
    expect(await desktops()).toHaveLength(2);
    expect(await greeting()).toBe('RFB 003.008');
  });
});

describe('a part that is killed', () => {
  it.each(Object.entries(ASKED_OF))(
    '%s comes back by itself, and to the same desktop',
    async (name, path) => {
      onTestFailed(async () => console.error(await stack.logs(name, 'session')));
      const one = await stack.service(name);
      const before = await one.inspect<{ Pid: number; StartedAt: string }>('.State');
      // A person's `docker kill` would be taken for a wish.
      process.kill(before.Pid, 'SIGKILL');
      const isStarted = async () =>
        (await one.inspect<{ StartedAt: string }>('.State')).StartedAt !== before.StartedAt;
      await until(`${name} is started again`, isStarted, DESKTOP_MS_MAX);
      await one.healthy();
      expect(await stack.answers(admin, path)).toBe(200);
      // After NATS, each service finds its way back for itself, and each gateway's request may meet another one.
      await until('it still runs', async () => (await statusOf(sessionId)) === 'running');
      expect(await greeting()).toBe('RFB 003.008');
    },
  );

  it('and so is the desktop after down and up of everything', async () => {
    onTestFailed(async () => console.error(await stack.logs('session', 'docker-gate')));
    await stack.down();
    expect(await desktops()).toHaveLength(2);
    await stack.up();
    await until('it still runs', async () => (await statusOf(sessionId)) === 'running');
    expect(await greeting()).toBe('RFB 003.008');
  });

  it('and the desktop ends when it is asked to, and leaves nothing', async () => {
    expect((await admin.delete(`/api/sessions/${sessionId}`)).status).toBe(200);
    const ours = ['--quiet', '--filter', `label=sortie.installation=${stack.installation}`];
    const gate = await stack.service('docker-gate');
    const left = async (): Promise<string> =>
      [
        ...[await docker('ps', '--all', ...ours), await docker('volume', 'ls', ...ours)],
        await gate.exec('find', `/run/${stack.project}`, '-name', `*${sessionId}*`),
      ].join('');
    const isNothing = async () => (await left()) === '';
    expect(await until('nothing of it is left', isNothing, DESKTOP_MS_MAX)).toBe(true);
  });
});
