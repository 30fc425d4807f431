// Goal: the process runtime driver keeps the contract, as root with a uid a session and sandboxed without.
// Method: real displays and apps on this machine; servers that die are real processes, killed with SIGKILL.
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe } from 'vitest';
import { openProcessRuntimeDriver } from '#services/session/adapters/process-runtime-driver.js';
import { findStartTime, listProcesses } from '#services/session/adapters/process-table.js';
import {
  buildRuntimeServer,
  killNow,
  type RuntimeServerProgram,
} from '#test/support/runtime-server-process.js';
import type { RuntimeDriverHarness } from '#test/support/runtime-stage.js';
import { runtimeDriverContract } from './runtime-driver.contract.js';

const PROCESSES_MAX = 64;
const PUBLIC_FOLDERS = ['/tmp', '/tmp/.X11-unix', '/tmp/.ICE-unix', '/var/tmp', '/dev/shm'];
/** Outside the default range, so that sessions of other servers on this machine are not taken for leftovers. */
const UID_MIN = 50_000 + 100 * (process.pid % 90);
const UIDS = { min: UID_MIN, max: UID_MIN + 99 };

let program: RuntimeServerProgram;
let folder: string;

beforeAll(async () => {
  process.env['SERVER_ONLY'] = 'not for sessions';
  program = await buildRuntimeServer();
  folder = await mkdtemp(join(tmpdir(), 'sortie-runtime-'));
  await chmod(folder, 0o755);
});

afterAll(async () => {
  await program.remove();
  await rm(folder, { recursive: true, force: true });
});

const inUid = process.getuid?.() === 0;

describe.each(inUid ? (['uid', 'sandbox'] as const) : (['sandbox'] as const))(
  'the process runtime driver with %s isolation',
  (isolation) => {
    runtimeDriverContract(() => processHarness(isolation));
  },
);

function processHarness(isolation: 'uid' | 'sandbox'): RuntimeDriverHarness {
  const runtimeDir = join(folder, isolation);
  const limits = { processesMax: PROCESSES_MAX };
  const settings = { runtimeDir, isolation, limits, uids: UIDS };
  return {
    open: () => openProcessRuntimeDriver(settings),
    image: 'sortie/terminal',
    processesMax: PROCESSES_MAX,
    serverVariable: 'SERVER_ONLY',
    readWorkspace: (sessionId, file) =>
      readFile(join(runtimeDir, sessionId, 'home', file), 'utf8').catch(() => undefined),
    trackProcesses: async (sessionId) => trackProcesses(runtimeDir, sessionId),
    forbiddenPaths: async (other) => {
      const data = join(folder, 'data');
      await mkdir(data, { recursive: true, mode: 0o700 });
      await writeFile(join(folder, 'secret'), 'secret', { mode: 0o600 });
      await writeFile(join(data, 'secret'), 'secret', { mode: 0o644 });
      const session = join(runtimeDir, other.sessionId);
      const socket = other.endpoint.kind === 'unix' ? other.endpoint.path : '';
      const server = join(runtimeDir, '.server');
      const files = [join(session, 'home'), join(session, 'xauth'), session, socket, server];
      return [...files, data, join(data, 'secret'), join(folder, 'secret')];
    },
    leftovers: async () => [...(await filesLeft(runtimeDir)), ...processesLeft(runtimeDir)],
    startInServerThatDies: async (spec, when) => {
      const args = [JSON.stringify(settings), JSON.stringify(spec)];
      const child = await program.run(when === 'running' ? 'running' : 'opened', args);
      if (when !== 'running') await delay(when);
      await killNow(child);
    },
  };
}

/** Counts by what the kernel says of the session's first process, without asking the driver. */
function trackProcesses(runtimeDir: string, sessionId: string): () => number {
  const record = readFileSync(join(runtimeDir, '.server', `${sessionId}.json`), 'utf8');
  const { uid, isolation, supervisor } = JSON.parse(record) as {
    uid: number;
    isolation: string;
    supervisor: { pid: number };
  };
  if (isolation === 'uid')
    return () => listProcesses().filter((one) => one.uids.includes(uid)).length;
  const namespace = namespaceOf(childOf(supervisor.pid));
  const count = () => listProcesses().filter((one) => namespaceOf(one.pid) === namespace).length;
  const monitor = findStartTime(supervisor.pid);
  return () => count() + (findStartTime(supervisor.pid) === monitor ? 1 : 0);
}

function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ')[0]);
}

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

async function filesLeft(runtimeDir: string): Promise<string[]> {
  const own = (await readdir(runtimeDir)).filter((name) => name !== '.server');
  const server = await readdir(join(runtimeDir, '.server'));
  return [...own, ...server, ...PUBLIC_FOLDERS.flatMap(publicFiles)];
}

function publicFiles(path: string): string[] {
  const files = existsSync(path) ? readdirSync(path).map((name) => join(path, name)) : [];
  return files.filter((file) => ownerOf(file) >= UIDS.min && ownerOf(file) <= UIDS.max);
}

function ownerOf(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.uid ?? 0;
}

/** Processes that name the runtime folder in their arguments or run in it. */
function processesLeft(runtimeDir: string): string[] {
  return listProcesses().flatMap(({ pid, program: name }) => {
    try {
      const where = readlinkSync(`/proc/${pid}/cwd`);
      return where.startsWith(runtimeDir) ? [`${name} (${pid}) in ${where}`] : [];
    } catch {
      return [];
    }
  });
}
