import { join } from 'node:path';
import type { DynamicModule } from '@nestjs/common';
import { merkleHashing } from '#shared/adapters/merkle-hashing.js';
import { openService, type Service, type ServiceHost } from '#shared/boot/service.js';
import { serviceModule } from '#shared/boot/service-module.js';
import { headCheckerOf, openAuditKey } from './adapters/audit-key.js';
import { fileHeadPlace } from './adapters/file-place.js';
import { headStoreIn } from './adapters/head-store.js';
import { syslogHeadPlace } from './adapters/syslog-place.js';
import type { AuditSettings, HeadDestination } from './config.js';
import { AuditController } from './edge/audit.controller.js';
import { TreeController } from './edge/tree.controller.js';
import { Notary, type NotaryLog } from './process/notary.js';
import type { Proving } from './process/proving.js';
import { analytics } from './read/analytics.js';
import { auditLog } from './read/audit-log.js';
import { auditTree } from './read/audit-tree.js';
import { launchDays } from './read/launch-days.js';
import type { AuditTables } from './read/tables.js';
import { StoredTree } from './read/tree.query.js';
import { findNewestTreeHead, listTreeHeads } from './read/tree-heads.query.js';
import { AUDIT, NOW, PROVING } from './tokens.js';

/** What the tree's heads are signed with, and where they go. */
export type Signing = Pick<
  AuditSettings,
  'key' | 'trustedKeys' | 'headsTo' | 'every' | 'acceptHead'
> &
  Readonly<{
    /** Where the key and the heads are kept. */
    dataPath: string;
    tell: NotaryLog;
  }>;

export type AuditService = Readonly<{
  service: Service<AuditTables>;
  module: DynamicModule;
  /** Undefined where nobody signs. */
  notary: Notary | undefined;
}>;

/**
 * Opens the audit trail, which follows every service and decides nothing, and answers its operations. It signs its
 * tree where it is told how. Errors: AuditKeyError, and those of {@link openService}.
 */
export async function openAudit(host: ServiceHost, signing?: Signing): Promise<AuditService> {
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
    onProjected: (events) => notary?.onGrown(events.at(-1)?.sequence ?? 0),
  });
  const { primary } = opened.database;
  const tree = () => StoredTree.read(primary, merkleHashing);
  if (signing && key) {
    notary = new Notary({
      ...{ log: host.log, now: host.now, hashing: merkleHashing, tree },
      ...{ every: signing.every, acceptHead: signing.acceptHead, tell: signing.tell },
      key,
      checker: headCheckerOf(key, signing.trustedKeys),
      heads: headStoreIn(primary),
      places: [
        fileHeadPlace(join(signing.dataPath, 'tree-heads.ndjson')),
        ...signing.headsTo.map(placeOf),
      ],
      leads: () => opened.projector.leads,
    });
    await notary.start();
  }
  const stop = async (): Promise<void> => {
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
  const module = serviceModule(service, AUDIT, [AuditController, TreeController]);
  const own = [
    { provide: NOW, useValue: host.now },
    { provide: PROVING, useValue: proving },
  ];
  return {
    service,
    notary,
    module: { ...module, providers: [...(module.providers ?? []), ...own] },
  };
}

const placeOf = (destination: HeadDestination) =>
  destination.kind === 'file' ? fileHeadPlace(destination.path) : syslogHeadPlace(destination);
