import { join } from 'node:path';
import type { DynamicModule } from '@nestjs/common';
import { merkleHashing } from '#shared/adapters/merkle-hashing.js';
import { openService, type Service, type ServiceHost } from '#shared/boot/service.js';
import { serviceModule } from '#shared/boot/service-module.js';
import { systemContext } from '#shared/es/system-context.js';
import { headCheckerOf, openAuditKey } from './adapters/audit-key.js';
import { fileHeadPlace } from './adapters/file-place.js';
import type { HeadPlace } from './adapters/head-place.js';
import { headStoreIn } from './adapters/head-store.js';
import { s3HeadPlace } from './adapters/s3-place.js';
import { syslogHeadPlace } from './adapters/syslog-place.js';
import type { AuditSettings, HeadDestination } from './config.js';
import { retention } from './domain/trail-use.js';
import { AuditController } from './edge/audit.controller.js';
import { ExportController } from './edge/export.controller.js';
import { TreeController } from './edge/tree.controller.js';
import { Notary, type NotaryLog } from './process/notary.js';
import type { OpenTexts } from './process/open-entries.js';
import type { Proving } from './process/proving.js';
import { RetentionKeeper } from './process/retention-keeper.js';
import { analytics } from './read/analytics.js';
import { auditLog } from './read/audit-log.js';
import { auditTree } from './read/audit-tree.js';
import { launchDays } from './read/launch-days.js';
import { oldestEntries } from './read/retention.query.js';
import type { AuditTables } from './read/tables.js';
import { StoredTree } from './read/tree.query.js';
import { findNewestTreeHead, listTreeHeads } from './read/tree-heads.query.js';
import { AUDIT, HEAD, NOW, OPEN_TEXTS, PROVING, RETENTION } from './tokens.js';

/** What the tree's heads are signed with, and where they go. */
export type Signing = Pick<
  AuditSettings,
  'key' | 'trustedKeys' | 'headsTo' | 's3' | 'every' | 'acceptHead'
> &
  Readonly<{
    /** Where the key and the heads are kept. */
    dataPath: string;
    tell: NotaryLog;
  }>;

/** How long entries stay, and who hears of trouble with that. */
export type Retaining = Readonly<{ days: number; tell: NotaryLog }>;

export type AuditService = Readonly<{
  service: Service<AuditTables>;
  module: DynamicModule;
  /** Undefined where nobody signs. */
  notary: Notary | undefined;
  /** Undefined where entries stay for ever. */
  retention: RetentionKeeper | undefined;
}>;

/**
 * Opens the audit trail, which follows every service and decides nothing, and answers its operations. It signs its
 * tree where it is told how; personal texts stay sealed where nobody opens them. Errors: AuditKeyError, and those of {@link openService}.
 */
export async function openAudit(
  host: ServiceHost,
  signing?: Signing,
  retaining?: Retaining,
  openTexts: OpenTexts = asTheyAre,
): Promise<AuditService> {
  const key =
    signing && openAuditKey({ path: join(signing.dataPath, 'audit.key'), value: signing.key });
  let notary: Notary | undefined;
  const opened = await openService<AuditTables>({
    ...host,
    name: 'audit',
    migrations: join(import.meta.dirname, 'migrations'),
    models: [auditLog, analytics, launchDays, auditTree(merkleHashing)],
    deciders: {},
    follows: 'all',
    onCaughtUp: () => notary?.onCaughtUp(),
    onProjected: (events) => notary?.onGrown(events.at(-1)?.sequence ?? 0),
  });
  const { primary } = opened.database;
  const tree = () => StoredTree.read(primary, merkleHashing);
  if (signing && key) {
    notary = new Notary({
      ...{ log: host.log, now: host.now, hashing: merkleHashing, tree, key },
      ...{ every: signing.every, acceptHead: signing.acceptHead, tell: signing.tell },
      checker: headCheckerOf(key, signing.trustedKeys),
      heads: headStoreIn(primary),
      places: placesOf(signing),
      leads: () => opened.projector.leads,
    });
    await notary.start();
  }
  const keeper = retaining && startedKeeper(opened, host, retaining);
  const stop = async (): Promise<void> => {
    await keeper?.stop();
    await notary?.stop();
    await opened.stop();
  };
  const service = { ...opened, stop };
  const proving: Proving = {
    log: host.log,
    tree,
    newestHead: () => findNewestTreeHead(primary),
    listHeads: (page) => listTreeHeads(primary, page),
    ...(key && { key }),
    copies: () => notary?.copies ?? [],
    trouble: () => notary?.trouble,
  };
  const controllers = [AuditController, ExportController, TreeController];
  const module = serviceModule(service, AUDIT, controllers);
  const providers = [
    ...(module.providers ?? []),
    { provide: NOW, useValue: host.now },
    { provide: PROVING, useValue: proving },
    { provide: HEAD, useValue: () => host.log.head() },
    { provide: OPEN_TEXTS, useValue: openTexts },
    { provide: RETENTION, useValue: retaining?.days ?? null },
  ];
  return { service, notary, retention: keeper, module: { ...module, providers } };
}

const asTheyAre: OpenTexts = async (texts) => texts;

/** What has old entries leave the trail, not started yet. */
export const retentionKeeper = (
  { database, projector, commands }: Service<AuditTables>,
  { now }: ServiceHost,
  { days, tell }: Retaining,
): RetentionKeeper =>
  new RetentionKeeper({
    ...{ days, now, tell, leads: () => projector.leads },
    oldest: (limit) => oldestEntries(database.primary, limit),
    apply: async (data) => {
      const context = systemContext();
      const outcome = await commands.handle(retention, {
        ...{ aggregate: 'retention', id: context.commandId, context },
        command: { type: 'ApplyRetention', data },
      });
      return outcome.kind === 'committed' && outcome.caughtUp;
    },
  });

const startedKeeper = (...parts: Parameters<typeof retentionKeeper>): RetentionKeeper => {
  const keeper = retentionKeeper(...parts);
  keeper.start();
  return keeper;
};

const placesOf = ({ dataPath, headsTo, s3 }: Signing): HeadPlace[] => [
  fileHeadPlace(join(dataPath, 'tree-heads.ndjson')),
  ...headsTo.map((to) => placeOf(to, s3)),
];

function placeOf(destination: HeadDestination, s3: Signing['s3']): HeadPlace {
  if (destination.kind === 'file') return fileHeadPlace(destination.path);
  if (destination.kind !== 's3') return syslogHeadPlace(destination);
  if (s3 === undefined) throw new Error('A bucket needs somebody who may write into it');
  return s3HeadPlace(destination, s3);
}
