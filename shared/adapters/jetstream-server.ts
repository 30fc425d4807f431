import type { NatsConnection } from 'nats';
import { LogUnavailableError } from '#shared/es/event-log.js';
import { NATS_SETTINGS_SUBJECT } from './nats-server-config.js';
import { reasonOf } from './jetstream-requests.js';

/** Before 2.10 a server can't flush each message; 2.10.20 to 2.10.22 lost whole streams. */
const VERSION_MIN = [2, 10, 23] as const;
/** From so many copies on, the power may fail on one server without loss. */
const REPLICAS_SAFE_MIN = 3;
const ANSWER_MS_MAX = 2_000;
/** Servers of a cluster answer one after the other; those that are down don't. */
const CLUSTER_ANSWERS_MS = 500;

const REMEDY = 'take the server\'s configuration from "sortie nats config"';

type Settings = Readonly<{
  server: Readonly<{ name: string; ver: string }>;
  data?: Readonly<{ config?: Readonly<{ sync_always?: boolean }> }>;
}>;

/**
 * Makes sure that the servers keep what they acknowledge. Errors: {@link LogUnavailableError} naming the server, what is
 * wrong with it and what to do.
 */
export async function checkServers(nats: NatsConnection, replicas: number): Promise<void> {
  const { server_name: name = '', version = '', cluster } = nats.info ?? {};
  requireVersion(name, version);
  for (const { server, data } of await askSettings(nats, cluster !== undefined)) {
    requireVersion(server.name, server.ver);
    if (replicas >= REPLICAS_SAFE_MIN || data?.config?.sync_always === true) continue;
    throw new LogUnavailableError(
      `The nats-server ${server.name} may lose acknowledged events when the power fails: its sync_interval is not "always": ${REMEDY}, or keep the stream on ${REPLICAS_SAFE_MIN} servers.`,
    );
  }
}

function requireVersion(server: string, version: string): void {
  if (compareVersions(version, VERSION_MIN) >= 0) return;
  throw new LogUnavailableError(
    `The nats-server ${server} is version ${version}, which may lose events: use ${VERSION_MIN.join('.')} or newer.`,
  );
}

/** Positive when a version such as `2.11.0-RC.1` is newer than another, negative when older. */
export function compareVersions(version: string, other: readonly number[]): number {
  const parts = version.split(/[.-]/, 3).map(Number);
  for (const [i, part] of other.entries()) {
    const difference = (parts[i] ?? Number.NaN) - part;
    if (difference !== 0) return Number.isNaN(difference) ? -1 : difference;
  }
  return 0;
}

async function askSettings(nats: NatsConnection, isCluster: boolean): Promise<Settings[]> {
  try {
    const question = '{"config":true}';
    if (!isCluster) {
      const options = { timeout: ANSWER_MS_MAX };
      return [(await nats.request(NATS_SETTINGS_SUBJECT, question, options)).json<Settings>()];
    }
    const options = { maxWait: CLUSTER_ANSWERS_MS };
    const answers: Settings[] = [];
    for await (const answer of await nats.requestMany(NATS_SETTINGS_SUBJECT, question, options)) {
      answers.push(answer.json<Settings>());
    }
    if (answers.length > 0) return answers;
    throw new Error('no server answers');
  } catch (error) {
    throw new LogUnavailableError(
      `The nats-server at ${nats.getServer()} does not tell its settings (${reasonOf(error)}), so nobody knows whether it keeps events: ${REMEDY}.`,
      { cause: error },
    );
  }
}
