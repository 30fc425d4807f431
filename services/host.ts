import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Logger, pino } from 'pino';
import { openSealingKey } from '#shared/adapters/sealing-key.js';
import { sqliteDatabases } from '#shared/adapters/sqlite-service-database.js';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { findHolder, openDataFolder, removeHolder, writeHolder } from '#shared/boot/data-folder.js';
import { InProcessBus } from '#shared/boot/in-process-bus.js';
import type { Service, ServiceHost } from '#shared/boot/service.js';
import { EnsureFirstAdministrator } from '#shared/contracts/identity.js';
import type { EventLog } from '#shared/es/event-log.js';
import { LogUnavailableError } from '#shared/es/event-log.js';
import { systemContext } from '#shared/es/system-context.js';
import { openAudit } from './audit/module.js';
import { openCatalog, seedFrom } from './catalog/module.js';
import type { Config } from './config.js';
import { openGateway } from './gateway/module.js';
import { openIdentity } from './identity/module.js';
import { openProcessRuntimeDriver } from './session/adapters/process-runtime-driver.js';
import { openSession } from './session/module.js';

const STOP_SESSIONS_DEADLINE_MS = 20_000;

/** A running Sortie: every service in this process. */
export type Host = Readonly<{
  url: string;
  /** Only the first time, and only here. */
  firstAdministrator: { name: string; password: string } | null;
  /** Apps that this start added from the seed file. */
  seeded: number;
  warnings: readonly string[];
  /** Drains connections, ends every session and closes the files. */
  stop: () => Promise<void>;
}>;

type Close = () => unknown;

/**
 * Starts everything in the order below, and stops it in the reverse. Errors are sentences for the person at the
 * terminal; whatever had been opened by then is closed again.
 */
export async function startHost(config: Config, packagePath: string): Promise<Host> {
  const closers: Close[] = [];
  const stop = async (): Promise<void> => {
    const failures: unknown[] = [];
    // What can't be closed must not keep the rest open, the log least of all.
    for (const close of closers.splice(0).reverse()) {
      await Promise.resolve()
        .then(close)
        .catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  };
  try {
    return { ...(await open(config, packagePath, (close) => closers.push(close))), stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

async function open(
  config: Config,
  packagePath: string,
  onStop: (close: Close) => void,
): Promise<Omit<Host, 'stop'>> {
  const { dataPath } = config;
  const logger = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: true }));
  openDataFolder(dataPath);
  const log = openLog(config);
  onStop(() => log.close());
  // Whoever held the folder is gone: the log could be opened.
  removeHolder(dataPath);
  const bus = new InProcessBus();
  const host = serviceHost(config, log, logger);

  const keyPath = join(dataPath, 'sealing.key');
  const sealingKey = openSealingKey({ path: keyPath, value: config.sealingKey });
  const identity = await openIdentity(host, { sealingKey });
  onStop(() => identity.service.stop());
  const catalog = await openCatalog(host);
  onStop(() => catalog.service.stop());
  const driver = await openDriver(config);
  onStop(() => driver.close());
  const session = await openSession(host, {
    driver,
    bus,
    sealingKey,
    timeouts: config.timeouts,
    log: (level, message, fields) => logger[level](fields, message),
  });
  onStop(() => session.service.stop());
  const audit = await openAudit(host);
  onStop(() => audit.service.stop());

  const opened = [identity, catalog, session, audit];
  const services = opened.map(({ service }) => service.name);
  @Module({ imports: opened.map(({ module }) => module) })
  class HostModule {}
  const app = await NestFactory.createMicroservice(HostModule, { strategy: bus, logger: false });
  await app.listen();
  onStop(() => app.close());

  const gateway = await openGateway({
    ...config,
    log,
    bus,
    services,
    pagePath: join(packagePath, 'dist/services/gateway/web'),
    controlPath: join(dataPath, 'control.sock'),
    version: versionOf(packagePath),
    readiness: async () => readinessOf(opened.map(({ service }) => service)),
    onError: (message, error) => logger.error({ err: error }, message),
  });
  onStop(() => gateway.close());
  const seeded = await seedFrom(catalog.service, config.seedPath);
  const url = await gateway.listen();
  // After the last thing that a person can have got wrong: the password is shown this once.
  const first = await bus.request(EnsureFirstAdministrator, {}, systemContext());
  onStop(() => session.supervision.stopAll(STOP_SESSIONS_DEADLINE_MS));
  await session.supervision.start();
  writeHolder(dataPath, { pid: process.pid, url, startedAt: new Date().toISOString() });
  onStop(() => removeHolder(dataPath));
  return {
    url,
    firstAdministrator: first.kind === 'done' ? first.result : null,
    seeded,
    warnings: config.warnings,
  };
}

async function openDriver({ runtimeDir, processAppsPath: appsFile }: Config) {
  const parent = dirname(runtimeDir);
  // Sessions run as users of their own, who have to get past it; the process's umask would shut it.
  if (mkdirSync(parent, { recursive: true }) !== undefined) chmodSync(parent, 0o711);
  return openProcessRuntimeDriver({ runtimeDir, appsFile });
}

function openLog({ logPath, dataPath }: Config): SqliteEventLog {
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

const serviceHost = ({ dataPath }: Config, log: EventLog, logger: Logger): ServiceHost => ({
  log,
  openDatabase: sqliteDatabases(dataPath),
  now: () => new Date(),
  onStopped: (projection, error) => logger.error({ projection, error }, 'A projection stopped'),
});

/** Ready means that every read model follows the log; one that has stopped is named. */
async function readinessOf(services: readonly Pick<Service<never>, 'name' | 'projector'>[]) {
  const checks: Record<string, string> = {};
  for (const { name, projector } of services) {
    const stopped = (await projector.status()).filter(({ status }) => status === 'stopped');
    checks[name] =
      stopped.length === 0 ? 'ok' : `stopped: ${stopped.map((p) => p.name).join(', ')}`;
  }
  return { ready: Object.values(checks).every((check) => check === 'ok'), checks };
}

const versionOf = (packagePath: string): string =>
  (JSON.parse(readFileSync(join(packagePath, 'package.json'), 'utf8')) as { version: string })
    .version;
