import { chown, lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { appContainer, displayContainer, type Pair, volumesOf } from './docker-containers.js';
import { readEndReason, readLogTail } from './docker-end.js';
import { asLaunchFailure, isConflict, isMissing } from './docker-failure.js';
import { parseImageName } from './docker-image-name.js';
import { type DockerLimits, READY_POLL_MS } from './docker-limits.js';
import { CLAIM_LABEL, dockerNames, INSTALLATION_LABEL, labelsOf } from './docker-names.js';
import { provideNetwork, type SessionNetwork } from './docker-network.js';
import { provideImages, unavailable } from './docker-pull.js';
import type { DockerRecord } from './docker-records.js';
import type { DockerSessions } from './docker-sessions.js';
import { RuntimeFailure, type RuntimeSpec, type StartListener } from './runtime-driver.js';
import { takeSocket } from './runtime-folder.js';
import { takenOver } from './runtime-records.js';
import { notStarted } from './runtime-start.js';

/** What a launch needs of the driver. */
export interface LaunchTools {
  readonly sessions: DockerSessions;
  readonly displayImage: string;
  readonly displayUser: Pair['displayUser'];
  readonly limits: DockerLimits;
  readonly network: SessionNetwork;
}

export interface Launch {
  readonly record: DockerRecord & { readonly claim: string };
  readonly spec: RuntimeSpec;
  readonly signal: AbortSignal;
  readonly onProgress?: StartListener | undefined;
}

/**
 * Starts a session whose record is written already, so that a crash at any line leaves something to find.
 * Resolves once the app shows a window; cleans nothing up. No call that changes something is cut off in the middle,
 * since the engine would go on with it: an abort waits for it.
 */
export async function launchSession(tools: LaunchTools, launch: Launch): Promise<void> {
  try {
    await launchPair(tools, launch);
  } catch (error) {
    throw asLaunchFailure(error);
  }
}

async function launchPair(tools: LaunchTools, launch: Launch): Promise<void> {
  const { sessions } = tools;
  const { record, signal } = launch;
  const { engine, records } = sessions;
  const pair = await preparePair(tools, launch);
  const display = await createContainer(tools, pair, 'display');
  signal.throwIfAborted();
  const [app] = await together([
    createContainer(tools, pair, 'app'),
    engine.startContainer(display),
  ]);
  const watched = { tools, pair, signal };
  await untilTold(watched, 'display', display);
  await engine.startContainer(app);
  await untilTold(watched, 'window', app);
  if (!(await records.holds(record))) throw takenOver();
  const socket = join(pair.folder, 'rfb.sock');
  await takeSocket(socket, records.socket(record.sessionId), pair.displayUser.uid);
  await records.write({ ...record, phase: 'running' });
  signal.throwIfAborted();
}

/** Makes everything that the containers are made with. */
async function preparePair(tools: LaunchTools, launch: Launch): Promise<Pair> {
  const { sessions, displayUser, limits } = tools;
  const { record, spec, signal, onProgress } = launch;
  const { engine, installation } = sessions;
  const app = parseImageName(spec.image);
  const display = parseImageName(tools.displayImage);
  const names = dockerNames(record.sessionId);
  const labels = labelsOf(installation, record);
  const folder = sessions.records.folder(record.sessionId);
  await mkdir(folder, { mode: 0o700 });
  if (displayUser.uid !== process.getuid?.()) await chown(folder, displayUser.uid, displayUser.gid);
  await provideImages(engine, [app, display], signal, onProgress);
  signal.throwIfAborted();
  const network = await provideNetwork(engine, tools.network, names.network, labels);
  const pair: Pair = {
    ...{ spec, names, labels, folder, displayUser, limits, network },
    displayImage: display.full,
    appImage: app.full,
  };
  await together(volumesOf(pair).map((volume) => engine.createVolume(volume)));
  signal.throwIfAborted();
  return pair;
}

/** Makes a container; one of the same name is adopted when it is this attempt's own. */
async function createContainer(
  { sessions }: LaunchTools,
  pair: Pair,
  part: 'app' | 'display',
): Promise<string> {
  const name = pair.names[part];
  const body = part === 'app' ? appContainer(pair) : displayContainer(pair);
  try {
    return await sessions.engine.createContainer(name, body);
  } catch (error) {
    if (isMissing(error)) {
      throw unavailable(parseImageName(part === 'app' ? pair.appImage : pair.displayImage), error);
    }
    if (!isConflict(error)) throw error;
    return await adopt(sessions, pair, name);
  }
}

async function adopt(sessions: DockerSessions, { labels }: Pair, name: string): Promise<string> {
  const found = await sessions.engine.inspectContainer(name);
  const theirs = found?.Config.Labels ?? {};
  if (found && theirs[CLAIM_LABEL] === labels[CLAIM_LABEL]) return found.Id;
  if (!found || theirs[INSTALLATION_LABEL] === sessions.installation) throw takenOver();
  throw new RuntimeFailure(
    'EngineRefused',
    `The Docker engine has a container ${name} already, which another installation of Sortie or somebody else made: remove it there, or give each installation an engine or data of its own.`,
  );
}

interface Watched {
  readonly tools: LaunchTools;
  readonly pair: Pair;
  readonly signal: AbortSignal;
}

/** Waits for a file that the display's program makes, as long as a container runs. */
async function untilTold(watched: Watched, file: string, id: string): Promise<void> {
  const { tools, pair, signal } = watched;
  const { engine } = tools.sessions;
  const leave = new AbortController();
  const seen: { ended?: boolean; failure?: unknown } = {};
  const watching = engine.untilEnded(id, leave.signal).then(
    () => (seen.ended = true),
    (error: unknown) => (seen.failure = error),
  );
  try {
    while (!(await exists(join(pair.folder, file)))) {
      signal.throwIfAborted();
      if (seen.failure !== undefined) throw seen.failure;
      if (seen.ended) throw await describeEarlyEnd(watched, id);
      await delay(READY_POLL_MS);
    }
  } finally {
    leave.abort();
    await watching;
  }
}

async function describeEarlyEnd({ tools, pair }: Watched, id: string): Promise<RuntimeFailure> {
  const { engine } = tools.sessions;
  const { sessionId } = pair.spec;
  const reason = await readEndReason(engine, sessionId, tools.limits.memoryBytes);
  const detail = await readLogTail(engine, id);
  const { message } = notStarted(reason);
  return new RuntimeFailure('AppEnded', message, detail);
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** Waits for all, also when one fails: what is under way must be over before it is cleaned up. */
async function together<T extends readonly Promise<unknown>[]>(
  works: readonly [...T],
): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(works);
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- Promise.all keeps their order
  return (await Promise.all(works)) as { [K in keyof T]: Awaited<T[K]> };
}
