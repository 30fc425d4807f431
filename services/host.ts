import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { diskFree } from '#shared/adapters/disk-free.js';
import { openDataFolder, removeHolder, writeHolder } from '#shared/boot/data-folder.js';
import { openProbes, type Readiness } from '#shared/boot/probes-server.js';
import { busOf } from '#shared/boot/declared-bus.js';
import type { ServiceHost } from '#shared/boot/service.js';
import { openTelemetry, type Telemetry } from '#shared/boot/telemetry.js';
import { EnsureFirstAdministrator } from '#shared/contracts/identity.js';
import { SERVICE_NAMES } from '#shared/contracts/permissions.js';
import { systemContext } from '#shared/es/system-context.js';
import { seedFrom } from './catalog/module.js';
import type { Config } from './config.js';
import { type Gateway, openGateway } from './gateway/module.js';
import { type HostedServices, type Opened, openServices } from './hosted-services.js';
import { openPlatform, type Platform } from './platform.js';
import { countSessionsOf, placesOf } from './session/module.js';

const STOP_SESSIONS_DEADLINE_MS = 20_000;

/** A running process of Sortie, with the services that it hosts. */
export type Host = Readonly<{
  /** Where its gateway is; undefined in a process without one. */
  url: string | undefined;
  services: readonly string[];
  /** Only the first time, and only here. */
  firstAdministrator: { name: string; password: string } | null;
  /** Apps that this start added from the seed file. */
  seeded: number;
  warnings: readonly string[];
  /** Drains connections and closes the files. Ends every session too, unless other processes go on with them. */
  stop: () => Promise<void>;
}>;

type OnStop = (close: () => unknown) => void;

/**
 * Starts everything in the order below, and stops it in the reverse. Errors are sentences for the person at the
 * terminal; whatever had been opened by then is closed again.
 */
export async function startHost(config: Config, packagePath: string): Promise<Host> {
  const closers: (() => unknown)[] = [];
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

/** What has been opened by the time that the gateway is. */
type Standing = Readonly<{
  config: Config;
  packagePath: string;
  version: string;
  telemetry: Telemetry;
  platform: Platform;
  hosted: HostedServices;
  readiness: Readiness;
  onStop: OnStop;
}>;

async function open(
  config: Config,
  packagePath: string,
  onStop: OnStop,
): Promise<Omit<Host, 'stop'>> {
  const version = versionOf(packagePath);
  const { logLevel } = config;
  const telemetry = await openTelemetry({ env: process.env, logLevel, version });
  onStop(() => telemetry.close());
  openDataFolder(config.dataPath);
  const platform = await openPlatform(config, telemetry, onStop);
  const hosted = await openServices({
    config,
    host: serviceHost(platform, telemetry),
    bus: platform.bus,
    log: (level, message, fields) => telemetry.logger[level](fields, message),
    onStop,
  });
  await answerOn(platform, hosted.all, onStop);
  const readiness = readinessOf(platform, hosted);
  const opened = { config, packagePath, version, telemetry, platform, hosted, readiness, onStop };
  const gateway = config.services.includes('gateway') ? await gatewayOf(opened) : undefined;
  watch(opened, gateway);
  const seeded = hosted.catalog ? await seedFrom(hosted.catalog.service, config.seedPath) : 0;
  const url = await gateway?.listen();
  await listenForProbes(opened);
  // After the last thing that a person can have got wrong: the password is shown this once.
  const firstAdministrator = config.services.includes('identity')
    ? await ensureFirstAdministrator(platform)
    : null;
  await supervise(opened);
  if (url !== undefined) {
    writeHolder(config.dataPath, { pid: process.pid, url, startedAt: new Date().toISOString() });
    onStop(() => removeHolder(config.dataPath));
  }
  const warnings = [...config.warnings, ...telemetry.warnings];
  return { url, services: config.services, firstAdministrator, seeded, warnings };
}

async function gatewayOf(opened: Standing): Promise<Gateway> {
  const { config, packagePath, version, telemetry, platform, readiness, onStop } = opened;
  const gateway = await openGateway({
    ...config,
    log: platform.log,
    bus: busOf('gateway', platform.bus),
    services: SERVICE_NAMES.filter((name) => name !== 'gateway'),
    pagePath: join(packagePath, 'dist/services/gateway/web'),
    controlPath: join(config.dataPath, 'control.sock'),
    version,
    readiness,
    metrics: telemetry.metrics.expose,
    telemetry: telemetry.requests,
    onError: (message, error) => telemetry.logger.error({ err: error }, message),
  });
  onStop(() => gateway.close());
  return gateway;
}

async function listenForProbes({ config, telemetry, readiness, onStop }: Standing): Promise<void> {
  if (!config.probes) return;
  const { expose: metrics } = telemetry.metrics;
  const onBroken = (error: unknown): void =>
    telemetry.logger.error({ err: error }, 'A probe broke');
  const probes = await openProbes({ ...config.probes, readiness, metrics, onBroken });
  onStop(() => probes.close());
  telemetry.logger.info({ port: probes.port }, 'Probes listen');
}

async function ensureFirstAdministrator({ bus }: Platform): Promise<Host['firstAdministrator']> {
  const identity = busOf('identity', bus);
  const first = await identity.request(EnsureFirstAdministrator, {}, systemContext());
  return first.kind === 'done' ? first.result : null;
}

async function supervise({ hosted, platform, onStop }: Standing): Promise<void> {
  if (!hosted.session) return;
  const { supervision } = hosted.session;
  if (!platform.isShared) onStop(() => supervision.stopAll(STOP_SESSIONS_DEADLINE_MS));
  await supervision.start();
}

const serviceHost = (
  { log, databases: { openDatabase } }: Platform,
  { logger, spans }: Telemetry,
): ServiceHost => ({
  log,
  openDatabase,
  spans,
  now: () => new Date(),
  onStopped: (projection, error) => logger.error({ projection, error }, 'A projection stopped'),
});

/** Answers the operations of the services on the bus. */
async function answerOn({ bus }: Platform, opened: readonly Opened[], onStop: OnStop) {
  @Module({ imports: opened.map(({ module }) => module) })
  class HostModule {}
  const app = await NestFactory.createMicroservice(HostModule, { strategy: bus, logger: false });
  onStop(() => app.close());
  await app.listen();
}

/** Tells the metrics where the figures are that stand somewhere. */
function watch(opened: Standing, gateway: Gateway | undefined): void {
  const { config, platform, telemetry, hosted } = opened;
  const { log, databases } = platform;
  const { session } = hosted;
  telemetry.metrics.watch({
    head: () => log.head(),
    projectors: hosted.all.map(({ service: { name: service, projector } }) => ({
      service,
      projector,
    })),
    databases: () => databases.figures(),
    pool: () => databases.pool(),
    diskFree: () => diskFree(config.dataPath),
    ...(gateway && { viewers: () => gateway.viewerStats() }),
    ...(session && {
      sessions: () => countSessionsOf(session.service),
      places: () => placesOf(session.service, config.quota),
    }),
  });
}

/** Ready means that the log answers, that it is the one that was signed, and that every read model follows it; one that does not is named. */
const readinessOf =
  ({ log }: Platform, { all, audit }: HostedServices): Readiness =>
  async () => {
    const checks: Record<string, string> = { log: await wordOf(log.head().then(() => 'ok')) };
    for (const { service } of all) {
      checks[service.name] = await wordOf(stoppedIn(service).then((names) => names || 'ok'));
    }
    if (audit?.notary) checks['trail'] = audit.notary.trouble ?? 'ok';
    return { ready: Object.values(checks).every((check) => check === 'ok'), checks };
  };

const wordOf = (check: Promise<string>): Promise<string> =>
  check.catch((error: unknown) => (error instanceof Error ? error.message : String(error)));

async function stoppedIn({ projector }: Opened['service']): Promise<string> {
  const stopped = (await projector.status()).filter(({ status }) => status === 'stopped');
  return stopped.length === 0 ? '' : `stopped: ${stopped.map(({ name }) => name).join(', ')}`;
}

const versionOf = (packagePath: string): string =>
  (JSON.parse(readFileSync(join(packagePath, 'package.json'), 'utf8')) as { version: string })
    .version;
