// Goal: a session is a desktop that can be looked at, and nothing of it is left once it is over.
// Method: the real session service and catalogue on SQLite files, the real process driver with real displays.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IssueViewerTicket, RedeemViewerTicket, StopSession } from '#shared/contracts/session.js';
import { openProcessRuntimeDriver } from '#services/session/adapters/process-runtime-driver.js';
import type { RuntimeDriver } from '#services/session/adapters/runtime-driver.js';
import { asked } from '#test/support/catalog-host.js';
import { RfbClient } from '#test/support/rfb-client.js';
import { openSessionHost, resultIn, type SessionHost } from '#test/support/session-host.js';
import { until } from '#test/support/waits.js';

const START_MS = 20_000;

let runtimeDir: string;
let driver: RuntimeDriver;
let host: SessionHost;
const viewers: RfbClient[] = [];

beforeEach(async () => {
  runtimeDir = await mkdtemp(join(tmpdir(), 'sortie-run-'));
  await chmod(runtimeDir, 0o711);
  driver = await openProcessRuntimeDriver({ runtimeDir });
  host = await openSessionHost({ driver });
  await host.register('term');
});
afterEach(async () => {
  for (const viewer of viewers.splice(0)) viewer.close();
  const left = await host.supervision.stopAll(15_000);
  await host.close();
  await driver.close();
  await rm(runtimeDir, { recursive: true, force: true });
  if (left.length > 0) throw new Error(`Left running: ${left.join(', ')}`);
});

/** Pids of the processes that carry a session's name, by what the kernel says. */
function processesOf(id: string, program = ''): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return line.includes(`sortie-${id}`) && line.startsWith(program);
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function launch(): Promise<string> {
  const { id } = await host.request('term');
  await host.reaches(id, 'running', START_MS);
  return id;
}

/** Connects as the gateway does: with a ticket, and to where its redemption says. */
async function view(session_id: string): Promise<RfbClient> {
  const asksFor = { session_id, mode: 'control' } as const;
  const context = asked('user', { signInId: 'sign-in-1' });
  const { ticket } = resultIn(await host.bus.request(IssueViewerTicket, asksFor, context));
  const redeemed = await host.bus.request(
    RedeemViewerTicket,
    { session_id, ticket },
    asked('system'),
  );
  const viewer = await RfbClient.connect(resultIn(redeemed).endpoint);
  viewers.push(viewer);
  return viewer;
}

async function expectNothingLeft(id: string): Promise<void> {
  await host.tells(id, 'RuntimeEnded', START_MS);
  expect(processesOf(id)).toEqual([]);
  expect(existsSync(join(runtimeDir, id))).toBe(false);
  expect(await driver.list()).toEqual([]);
}

describe('a desktop', () => {
  it('can be looked at while its session runs, and is gone once it is stopped', async () => {
    const id = await launch();
    expect((await view(id)).greeting).toBe('RFB 003.008\n');
    expect(processesOf(id).length).toBeGreaterThan(1);
    const stopped = await host.bus.request(StopSession, { session_id: id }, asked('user'));
    expect(resultIn(stopped).status).toBe('stopped');
    await expectNothingLeft(id);
  });

  it('stops its session when its app is closed', async () => {
    const id = await launch();
    const viewer = await view(id);
    // The shell may need a moment more than its window; a line too many goes nowhere.
    const typing = setInterval(() => viewer.type('exit 0\n'), 500);
    const { reason } = await host.reaches(id, 'stopped', START_MS);
    clearInterval(typing);
    expect(reason).toBe('the app was closed');
    await expectNothingLeft(id);
  });

  it('fails its session when its display dies', async () => {
    const id = await launch();
    for (const pid of processesOf(id, 'Xtigervnc')) process.kill(pid, 'SIGKILL');
    const { reason } = await host.reaches(id, 'failed', START_MS);
    // Display and app die together, and either may be the first to say so.
    expect(reason).toMatch(/the display server ended|the app ended with status [1-9]/);
    await expectNothingLeft(id);
  });

  it('survives the server and is adopted by the next, still the same', async () => {
    const id = await launch();
    const [display] = processesOf(id, 'Xtigervnc');
    const before = processesOf(id);
    await host.leave();
    await driver.close();
    driver = await openProcessRuntimeDriver({ runtimeDir });
    host = await openSessionHost({ driver, folder: host.folder });
    await host.tells(id, 'RuntimeAdopted');
    // A child that has not become another program yet carries the name as well, and none of that has to stay.
    const after = processesOf(id);
    expect(after).toContain(display);
    expect(before).toEqual(expect.arrayContaining(after));
    expect((await view(id)).greeting).toBe('RFB 003.008\n');
  });

  it('is lost with the machine, and the session says so', async () => {
    const id = await launch();
    await host.leave();
    await driver.close();
    for (const pid of processesOf(id)) process.kill(pid, 'SIGKILL');
    await until('the end of all', () => processesOf(id).length === 0);
    driver = await openProcessRuntimeDriver({ runtimeDir });
    host = await openSessionHost({ driver, folder: host.folder });
    expect(await host.reaches(id, 'failed')).toMatchObject({ reason: 'the desktop was lost' });
    await expectNothingLeft(id);
  });

  it('fails with what the driver says when its image is unknown here', async () => {
    await host.register('strange', { container_image: 'strange/image' });
    const { id } = await host.request('strange');
    const { reason } = await host.reaches(id, 'failed', START_MS);
    expect(reason).toContain('can\'t run the image "strange/image"');
  });

  it('ends with Sortie, and so do all others', async () => {
    const ids = [await launch(), await launch()];
    const unready = (await host.request('term')).id;
    expect(await host.supervision.stopAll(15_000)).toEqual([]);
    for (const id of [...ids, unready]) await expectNothingLeft(id);
  });
});
