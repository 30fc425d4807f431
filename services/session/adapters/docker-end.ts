import { setTimeout as delay } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import type { ContainerState, DockerEngine } from './docker-engine.js';
import { END_SETTLE_MS_MAX, GONE_POLL_MS, LOG_DETAIL_BYTES_MAX } from './docker-limits.js';
import { dockerNames } from './docker-names.js';

/** What timeout(1), which the display runs under, ends with. */
const TIME_OVER = 124;
const MIB = 1024 ** 2;

/** Finds out why a session ended by itself. Errors: EngineUnavailable. */
export async function readEndReason(
  engine: DockerEngine,
  sessionId: string,
  memoryBytes: number,
): Promise<string> {
  const names = dockerNames(sessionId);
  for (const end = Date.now() + END_SETTLE_MS_MAX; ; await delay(GONE_POLL_MS)) {
    const [app, display] = await Promise.all([
      engine.inspectContainer(names.app),
      engine.inspectContainer(names.display),
    ]);
    const reason = reasonOf({ app: app?.State, display: display?.State }, memoryBytes);
    if (reason.isSure || Date.now() > end) return reason.text;
  }
}

interface EndReason {
  readonly text: string;
  readonly isSure: boolean;
}

interface PairState {
  readonly app: ContainerState | undefined;
  readonly display: ContainerState | undefined;
}

/**
 * Says why a pair ended. A display ends for itself only, an app also because its display has ended, by the kernel or
 * by the loss of its connection. So an app that did not end well is blamed only once its display is seen to go on.
 */
export function reasonOf({ app, display }: PairState, memoryBytes: number): EndReason {
  const displayEnd = display?.Running === false ? sayDisplayEnd(display) : undefined;
  if (!app || app.Status === 'created') {
    return { text: displayEnd ?? 'its containers were removed', isSure: true };
  }
  if (app.Running) {
    return { text: displayEnd ?? 'its display was removed', isSure: displayEnd !== undefined };
  }
  const own = ownEnd(app, memoryBytes);
  return own.isSure || displayEnd === undefined ? own : { text: displayEnd, isSure: true };
}

function ownEnd({ OOMKilled, ExitCode }: ContainerState, bytes: number): EndReason {
  const memory = `the app used up its memory of ${Math.round(bytes / MIB)} MiB (SORTIE_SESSION_MEMORY)`;
  return OOMKilled
    ? { text: memory, isSure: true }
    : { text: sayAppEnd(ExitCode), isSure: ExitCode === 0 };
}

function sayAppEnd(status: number): string {
  const why =
    status === 127
      ? ': a program was not found'
      : status === 126
        ? ': a program may not be run'
        : '';
  return `the app ended with status ${status}${why}`;
}

function sayDisplayEnd({ ExitCode, OOMKilled }: ContainerState): string {
  if (OOMKilled) return 'the display server used up its memory';
  return ExitCode === TIME_OVER ? 'its longest time was over' : 'the display server ended';
}

/** Reads the end of what a container printed, for logs only; nothing when it can't be read. */
export async function readLogTail(engine: DockerEngine, id: string): Promise<string | undefined> {
  try {
    const text = (await withoutHeaders(await engine.readLog(id))).replace(/[^\P{C}\n]/gu, '');
    return text.trim().slice(-LOG_DETAIL_BYTES_MAX) || undefined;
  } catch {
    return undefined;
  }
}

/** Each piece comes after eight bytes: which stream it is of, three zeros, its length. */
async function withoutHeaders(log: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of log) chunks.push(Buffer.from(chunk as Uint8Array));
  const bytes = Buffer.concat(chunks);
  const pieces: string[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(at + 4);
    pieces.push(bytes.toString('utf8', at + 8, at + 8 + length));
    at += 8 + length;
  }
  return pieces.join('');
}
