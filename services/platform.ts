import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { JetStreamEventLog } from '#shared/adapters/jetstream-event-log.js';
import { NatsLink } from '#shared/adapters/nats-connection.js';
import { nkeyOf } from '#shared/adapters/nats-keys.js';
import { NatsRequests } from '#shared/adapters/nats-requests.js';
import type { Databases } from '#shared/adapters/service-database.js';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { findHolder, removeHolder } from '#shared/boot/data-folder.js';
import { databasesOf } from '#shared/boot/databases.js';
import { InProcessBus } from '#shared/boot/in-process-bus.js';
import { NatsBus } from '#shared/boot/nats-bus.js';
import type { NatsSettings } from '#shared/boot/nats-settings.js';
import type { Telemetry } from '#shared/boot/telemetry.js';
import { requireSoleReplica } from '#shared/boot/sole-replica.js';
import { inboxOf } from '#shared/contracts/permissions.js';
import { type EventLog, LogUnavailableError } from '#shared/es/event-log.js';
import type { Bus } from '#shared/es/operation.js';
import type { Config } from './config.js';

/** How long a process that starts waits for NATS: whatever starts them all starts them at once. */
const NATS_PATIENCE_MS = 30_000;

/** What the services of a process stand on, in one process or in many. */
export type Platform = Readonly<{
  log: EventLog;
  bus: Bus & CustomTransportStrategy;
  databases: Databases;
  /** Other processes may go on with everything when this one stops. */
  isShared: boolean;
}>;

type OnStop = (close: () => unknown) => void;

/** Opens the log, the bus and the databases that the settings name. Errors: LogUnavailableError, NatsUnavailableError, SecondReplicaError. */
export async function openPlatform(
  config: Config,
  telemetry: Telemetry,
  onStop: OnStop,
): Promise<Platform> {
  const databases = databasesOf(config.database, {
    folder: config.dataPath,
    observer: telemetry.metrics.storage,
    onMigrated: (service, step) =>
      telemetry.logger.info(
        { database: service, migration: step.file.name },
        'A migration was carried out',
      ),
  });
  onStop(() => databases.close());
  const { log, bus } = config.nats
    ? await openShared(config, config.nats, telemetry, onStop)
    : openAlone(config, telemetry, onStop);
  return { log: telemetry.observed(log), bus, databases, isShared: config.nats !== undefined };
}

function openAlone(config: Config, { bus: watching }: Telemetry, onStop: OnStop) {
  const log = openLogFile(config);
  onStop(() => log.close());
  // Whoever held the folder is gone: the log could be opened.
  removeHolder(config.dataPath);
  return { log, bus: new InProcessBus(undefined, watching) };
}

async function openShared(
  config: Config,
  { servers, nkeySeed, certificateAuthority, replicas }: NatsSettings,
  { logger, bus: watching }: Telemetry,
  onStop: OnStop,
) {
  const place = `${hostname()}, process ${process.pid}`;
  const link = await NatsLink.connect({
    servers,
    nkeySeed,
    ...(certificateAuthority && { certificateAuthority }),
    name: `sortie ${config.services.join(' ')} (${place})`,
    inboxPrefix: inboxOf(nkeyOf(nkeySeed) ?? ''),
    patienceMs: NATS_PATIENCE_MS,
    onChange: (sentence) => logger.warn(sentence),
  });
  onStop(() => link.close());
  const onForeign = (sentence: string): void => logger.error(sentence);
  const log = await JetStreamEventLog.open({ connection: link, replicas, onForeign });
  onStop(() => log.close());
  const requests = new NatsRequests(link, (sentence) => logger.error(sentence));
  if (config.database.kind === 'sqlite') {
    const services = config.services.filter((service) => service !== 'gateway');
    onStop(await requireSoleReplica(requests, services, { id: randomUUID(), place }));
  }
  const onBroken = (subject: string, error: unknown, traceId?: string): void =>
    logger.error({ err: error, subject, ...(traceId && { trace_id: traceId }) }, 'A request broke');
  return { log, bus: new NatsBus(requests, { telemetry: watching, onBroken }) };
}

function openLogFile({ logPath, dataPath }: Config): SqliteEventLog {
  try {
    return SqliteEventLog.open(logPath);
  } catch (error) {
    const holder = error instanceof LogUnavailableError && findHolder(dataPath);
    if (!holder || !isHeld(error)) throw error;
    throw new LogUnavailableError(
      `Sortie already runs on ${dataPath}: process ${holder.pid}, since ${holder.startedAt}, at ${holder.url}. Stop it, or choose another folder with SORTIE_DATA.`,
      { cause: error },
    );
  }
}

const isHeld = ({ cause }: Error): boolean =>
  cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_BUSY');
