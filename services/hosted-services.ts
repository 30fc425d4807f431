import { chmodSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DynamicModule } from '@nestjs/common';
import { openSealingKey } from '#shared/adapters/sealing-key.js';
import { busOf } from '#shared/boot/declared-bus.js';
import type { Service, ServiceHost } from '#shared/boot/service.js';
import type { ServiceName } from '#shared/contracts/permissions.js';
import type { Bus } from '#shared/es/operation.js';
import { openAudit, type Retaining, type Signing } from './audit/module.js';
import { openTextsBy } from './audit/process/open-entries.js';
import { openCatalog } from './catalog/module.js';
import type { Config } from './config.js';
import { openIdentity } from './identity/module.js';
import { openDockerRuntimeDriver } from './session/adapters/docker-runtime-driver.js';
import { noRuntimeDriver } from './session/adapters/no-runtime-driver.js';
import { openProcessRuntimeDriver } from './session/adapters/process-runtime-driver.js';
import type { RuntimeDriver } from './session/adapters/runtime-driver.js';
import { openSession } from './session/module.js';

/** What every service of a process is opened with. */
export type Hosting = Readonly<{
  config: Config;
  host: ServiceHost;
  bus: Bus;
  log: (
    level: 'info' | 'warn' | 'error',
    message: string,
    fields: Readonly<Record<string, unknown>>,
  ) => void;
  onStop: (close: () => unknown) => void;
}>;

/** A service as its process sees it. */
export type Opened = Readonly<{ service: Service<never>; module: DynamicModule }>;

/** The services that this process hosts, but for the gateway; one that it does not host is missing. */
export type HostedServices = Readonly<{
  all: readonly Opened[];
  catalog?: Awaited<ReturnType<typeof openCatalog>>;
  session?: Awaited<ReturnType<typeof openSession>>;
  audit?: Awaited<ReturnType<typeof openAudit>>;
}>;

/** Opens the services that the settings name, in the order in which they need each other. */
export async function openServices(hosting: Hosting): Promise<HostedServices> {
  const { config, host, onStop } = hosting;
  const all: Opened[] = [];
  const has = (name: ServiceName): boolean => config.services.includes(name);
  const open = async <O extends { service: Pick<Service<never>, 'stop'> }>(
    opening: Promise<O>,
  ): Promise<O> => {
    const opened = await opening;
    onStop(() => opened.service.stop());
    all.push(opened as unknown as Opened);
    return opened;
  };
  if (has('identity'))
    await open(openIdentity(host, { sealingKey: keyOf(config), oidc: config.oidc }));
  const catalog = has('catalog') ? await open(openCatalog(host)) : undefined;
  const session = has('session') ? await open(openSessions(hosting)) : undefined;
  const audit = has('audit')
    ? await open(openAudit(host, signingOf(hosting), retainingOf(hosting), opensTexts(hosting)))
    : undefined;
  return { all, ...(catalog && { catalog }), ...(session && { session }), ...(audit && { audit }) };
}

async function openSessions({ config, host, bus, log, onStop }: Hosting) {
  const { timeouts, quota } = config;
  const driver = await openRuntimeDriver(config, log);
  onStop(() => driver.close());
  return openSession(host, {
    driver,
    bus: busOf('session', bus),
    sealingKey: keyOf(config),
    timeouts,
    quota,
    log,
  });
}

async function openRuntimeDriver(config: Config, log: Hosting['log']): Promise<RuntimeDriver> {
  const { runtime, runtimeDir, processAppsPath: appsFile } = config;
  if (runtime.kind === 'none') return noRuntimeDriver();
  const parent = dirname(runtimeDir);
  // Sessions run as users of their own, who have to get past it; the process's umask would shut it.
  if (mkdirSync(parent, { recursive: true }) !== undefined) chmodSync(parent, 0o711);
  if (runtime.kind === 'process') return openProcessRuntimeDriver({ runtimeDir, appsFile });
  const onTrouble = (reason: string) => log('warn', 'desktops may not start', { reason });
  return openDockerRuntimeDriver({ ...runtime, runtimeDir, onTrouble });
}

/** Replicas that share the trail share its key as well, or nobody could tell which heads are ours. */
const signingOf = ({ config, log: tell }: Hosting): Signing | undefined =>
  config.audit.signs ? { ...config.audit, dataPath: config.dataPath, tell } : undefined;

const opensTexts = ({ bus }: Hosting) => openTextsBy(busOf('audit', bus));

const retainingOf = ({ config, log: tell }: Hosting): Retaining | undefined => {
  const { retentionDays: days } = config.audit;
  return days === undefined ? undefined : { days, tell };
};

const keyOf = ({ dataPath, sealingKey: value }: Config) =>
  openSealingKey({ path: join(dataPath, 'sealing.key'), value });
