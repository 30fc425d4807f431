import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { makeSessionFolder, readSessionFile, SESSION_FILES } from './process-folder.js';
import { sessionEnvironment, type Isolation, type SessionPlace } from './process-isolation.js';
import { LOG_DETAIL_BYTES_MAX, type SessionLimits } from './process-limits.js';
import { DISPLAY_PROGRAMS, getProgram } from './process-programs.js';
import type { ProcessRecord, ProcessRecords } from './process-records.js';
import { supervisorCommand, type SupervisedApp } from './process-supervisor.js';
import { findStartTime, type ProcessIdentity } from './process-table.js';
import { RuntimeFailure } from './runtime-driver.js';
import { takeSocket } from './runtime-folder.js';
import { takenOver } from './runtime-records.js';
import { orAborted } from './runtime-start.js';

/** What a launch needs of the driver. */
export interface LaunchTools {
  readonly records: ProcessRecords;
  readonly isolation: Isolation;
  readonly limits: SessionLimits;
}

/**
 * Starts a session whose record is written already, so that a crash at any line leaves something to find.
 * Resolves once the app shows a window, with the record of the running session; cleans nothing up.
 */
export async function launchSession(
  tools: LaunchTools,
  starting: ProcessRecord,
  app: SupervisedApp,
  signal: AbortSignal,
): Promise<ProcessRecord> {
  const { records, isolation } = tools;
  const place = { folder: records.folder(starting.sessionId), uid: starting.uid };
  await makeSessionFolder(place.folder, place.uid);
  const command = await isolation.wrap(place, tools.limits, supervisorCommand(app, place.uid));
  signal.throwIfAborted();
  await requireClaim(records, starting);
  const session = spawnSupervisor(command, place.folder);
  try {
    const spawned: ProcessRecord = { ...starting, supervisor: await session.supervisor };
    const recorded = records.write(spawned);
    const [shown] = await Promise.all([orAborted(session.up, signal), recorded]);
    if (!shown) throw await describeEarlyEnd(place);
    await requireClaim(records, starting);
    const socket = join(place.folder, SESSION_FILES.socket);
    await takeSocket(socket, records.socket(starting.sessionId), place.uid);
    const running: ProcessRecord = { ...spawned, phase: 'running' };
    await records.write(running);
    signal.throwIfAborted();
    return running;
  } catch (error) {
    await session.kill();
    throw error;
  }
}

/** A server that was held for a while (a debugger, a machine that was moved) may find another in its place. */
async function requireClaim(records: ProcessRecords, record: ProcessRecord): Promise<void> {
  if (!(await records.holds(record))) throw takenOver();
}

/** Says at once which package is missing, before anything of the session exists. */
export async function requireDisplayPrograms(path?: string): Promise<void> {
  for (const program of DISPLAY_PROGRAMS) await getProgram(program, path);
}

function spawnSupervisor(command: readonly string[], folder: string) {
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    cwd: folder,
    env: sessionEnvironment(folder),
    // A session of its own (setsid): no signal meant for the server's terminal reaches it.
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  child.unref();
  const supervisor = new Promise<ProcessIdentity>((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => {
      const pid = child.pid ?? 0;
      // Gone already: '0' matches no process, so the session counts as dead.
      resolve({ pid, startTime: findStartTime(pid) ?? '0' });
    });
  });
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- 'pipe' makes it readable
  const status = child.stdio[3] as Readable;
  const up = new Promise<boolean>((resolve) => {
    status.once('data', () => resolve(true));
    status.once('close', () => resolve(false));
    status.once('error', () => resolve(false));
  }).finally(() => status.destroy());
  const exited = new Promise<void>((resolve) => child.once('exit', resolve).once('error', resolve));
  /** A first process that is still turning into the session can look like neither; this one is ours to name. */
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  return { supervisor, up, kill };
}

async function describeEarlyEnd({ folder, uid }: SessionPlace): Promise<RuntimeFailure> {
  const reason = await readSessionFile(join(folder, SESSION_FILES.end), uid);
  const log = await readSessionFile(join(folder, SESSION_FILES.log), uid, LOG_DETAIL_BYTES_MAX);
  return new RuntimeFailure(
    'AppEnded',
    `The session did not start: ${reason || 'its processes ended'}.`,
    log || undefined,
  );
}
