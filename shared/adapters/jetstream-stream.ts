import { randomUUID } from 'node:crypto';
import type { NatsConnection } from 'nats';
import type { Sequence } from '#shared/es/commit.js';
import { COMMIT_BYTES_MAX, LogUnavailableError } from '#shared/es/event-log.js';
import { ask, ERRORS, JetStreamError, STREAM } from './jetstream-requests.js';

/** A command that comes again within it is found by the server; later ones, by the services' own tables. */
const DUPLICATE_WINDOW_NS = 10 * 60 * 1_000_000_000;
const HEADERS_BYTES_MAX = 4 * 1_024;
const SUBJECTS = 'sortie.event.>';
const ID_KEY = 'sortie_log_id';
const OPEN_ATTEMPTS_MAX = 5;

export type StreamOptions = Readonly<{
  /** Copies of the log, on as many servers: 1 or 3 (1 when absent). */
  replicas?: number;
  /** The log takes no more past it, in bytes; the server's limit when absent. */
  maxBytes?: number;
}>;

/** Settings of a stream, as far as they are read. Durations are in nanoseconds. */
export type StreamConfig = Readonly<{
  subjects?: readonly string[];
  storage?: string;
  retention?: string;
  discard?: string;
  max_age?: number;
  max_msgs?: number;
  max_msgs_per_subject?: number;
  max_msg_size?: number;
  duplicate_window?: number;
  num_replicas?: number;
  deny_delete?: boolean;
  deny_purge?: boolean;
  allow_direct?: boolean;
  metadata?: Readonly<Record<string, string>>;
}> &
  Readonly<Record<string, unknown>>;

export type StreamState = Readonly<{
  messages: number;
  first_seq: Sequence;
  last_seq: Sequence;
  deleted?: readonly Sequence[] | null;
}>;
export type StreamDescription = Readonly<{ config: StreamConfig; state: StreamState }>;

/** Which log a stream is, how far it goes, and how many copies of it there have to be. */
export type OpenedStream = Readonly<{ id: string; head: Sequence; replicas: number }>;

/** Asks the stream's leader for its settings and state. */
export const describeStream = (nats: NatsConnection): Promise<StreamDescription> =>
  ask(nats, `STREAM.INFO.${STREAM}`, { deleted_details: true });

/**
 * Finds the log's stream, or creates it when there is none; processes that do so at once get the same one.
 * Errors: {@link LogUnavailableError} for a stream that would not keep what the log promises.
 */
export async function openStream(
  nats: NatsConnection,
  options: StreamOptions,
): Promise<OpenedStream> {
  const replicas = options.replicas ?? 1;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return checkStream(await findOrCreate(nats, streamConfig(options, randomUUID())), replicas);
    } catch (error) {
      // Another process has created it in between, with an id of its own.
      const isTaken = error instanceof JetStreamError && error.code === ERRORS.streamNameInUse;
      if (!isTaken || attempt === OPEN_ATTEMPTS_MAX) throw error;
    }
  }
}

async function findOrCreate(nats: NatsConnection, config: StreamConfig) {
  try {
    return await describeStream(nats);
  } catch (error) {
    if (!(error instanceof JetStreamError && error.code === ERRORS.streamNotFound)) throw error;
    return ask<StreamDescription>(nats, `STREAM.CREATE.${STREAM}`, config);
  }
}

function streamConfig({ replicas = 1, maxBytes = -1 }: StreamOptions, id: string): StreamConfig {
  return {
    name: STREAM,
    subjects: [SUBJECTS],
    storage: 'file',
    retention: 'limits',
    discard: 'new',
    max_age: 0,
    max_msgs: -1,
    max_msgs_per_subject: -1,
    max_bytes: maxBytes,
    max_consumers: -1,
    max_msg_size: COMMIT_BYTES_MAX + HEADERS_BYTES_MAX,
    duplicate_window: DUPLICATE_WINDOW_NS,
    num_replicas: replicas,
    deny_delete: true,
    deny_purge: true,
    allow_direct: true,
    allow_rollup_hdrs: false,
    metadata: { [ID_KEY]: id },
  };
}

type Rule = Readonly<{
  setting: string;
  needs: string;
  isKept: (config: StreamConfig, replicas: number) => boolean;
  /** What becomes of the log otherwise. */
  danger: string;
}>;

const isUnlimited = (value: unknown): boolean => value === undefined || Number(value) <= 0;
const isOff = (setting: string): Rule['isKept'] => {
  return (config) => config[setting] === undefined || config[setting] === false;
};

/** What the log's promises rest on. Settings that a server does not know are missing from its answer. */
const RULES: readonly Rule[] = [
  {
    setting: 'subjects',
    needs: JSON.stringify([SUBJECTS]),
    isKept: ({ subjects = [] }) => subjects.length === 1 && subjects[0] === SUBJECTS,
    danger: 'events would be missing, or strange messages among them',
  },
  ...['storage=file', 'retention=limits', 'discard=new'].map((pair): Rule => {
    const [setting = '', needs = ''] = pair.split('=');
    const isKept: Rule['isKept'] = (config) => config[setting] === needs;
    return { setting, needs, isKept, danger: 'events would be lost' };
  }),
  ...['max_age', 'max_msgs', 'max_msgs_per_subject'].map((setting): Rule => {
    const isKept: Rule['isKept'] = (config) => isUnlimited(config[setting]);
    return { setting, needs: 'no limit', isKept, danger: 'old events would be lost' };
  }),
  ...['deny_delete', 'deny_purge'].map((setting): Rule => {
    const isKept: Rule['isKept'] = (config) => config[setting] === true;
    return { setting, needs: 'true', isKept, danger: 'events could be deleted' };
  }),
  {
    setting: 'allow_direct',
    needs: 'true',
    isKept: (config) => config.allow_direct === true,
    danger: 'events could not be read one at a time',
  },
  {
    setting: 'duplicate_window',
    needs: `at least ${DUPLICATE_WINDOW_NS}`,
    isKept: ({ duplicate_window = 0 }) => duplicate_window >= DUPLICATE_WINDOW_NS,
    danger: 'a command that is sent again could be stored twice',
  },
  {
    setting: 'max_msg_size',
    needs: `at least ${COMMIT_BYTES_MAX + HEADERS_BYTES_MAX}`,
    isKept: ({ max_msg_size = -1 }) =>
      isUnlimited(max_msg_size) || max_msg_size >= COMMIT_BYTES_MAX + HEADERS_BYTES_MAX,
    danger: 'large commits would be refused',
  },
  ...['no_ack', 'sources', 'subject_transform'].map((setting): Rule => {
    return { setting, needs: 'nothing', isKept: isOff(setting), danger: 'it would be no log' };
  }),
  {
    setting: 'allow_msg_ttl',
    needs: 'false',
    isKept: isOff('allow_msg_ttl'),
    danger: 'events could expire',
  },
  {
    setting: 'persist_mode',
    needs: 'default',
    isKept: ({ persist_mode: mode }) => mode === undefined || mode === '' || mode === 'default',
    danger: 'events could be acknowledged before they are on disk',
  },
  {
    setting: 'num_replicas',
    needs: 'as many as are configured',
    isKept: ({ num_replicas: has = 1 }, replicas) => has >= replicas,
    danger: 'fewer servers could fail than you count on',
  },
];

/** Errors: {@link LogUnavailableError} naming the setting or the sequence that is wrong, and what to do. */
export function checkStream({ config, state }: StreamDescription, replicas: number): OpenedStream {
  const id = config.metadata?.[ID_KEY];
  if (!id) {
    throw new LogUnavailableError(
      `The stream ${STREAM} was not made by Sortie, for its metadata has no ${ID_KEY}: give Sortie an account of its own, or move that stream away.`,
    );
  }
  for (const { setting, needs, isKept, danger } of RULES) {
    if (isKept(config, replicas)) continue;
    throw new LogUnavailableError(
      `The stream ${STREAM} has ${setting} = ${JSON.stringify(config[setting]) ?? 'nothing'}, and Sortie needs ${needs}, or ${danger}: change it back ("nats stream edit ${STREAM}"); where the server does not allow that, restore the stream from a backup.`,
    );
  }
  const missing = firstMissing(state);
  if (missing !== undefined) throw missingCommit(missing);
  return { id, head: state.last_seq, replicas };
}

/** The first sequence that a stream should have and has not. */
function firstMissing({ messages, first_seq, last_seq, deleted }: StreamState) {
  if (last_seq === 0 || messages === last_seq) return undefined;
  return first_seq > 1 || messages === 0 ? 1 : (deleted?.[0] ?? first_seq + messages);
}

/** The server's stream has lost a commit. */
export function missingCommit(sequence: Sequence): LogUnavailableError {
  return new LogUnavailableError(
    `The event log is damaged: commit ${sequence} is missing from the server's stream ${STREAM}: stop Sortie and restore the stream from a backup.`,
  );
}
