// Goal: the same events make the same rows in every kind of database, whatever is in them and however they come.
// Method: random events of all services, folded into SQLite in large batches and into PostgreSQL a few at a time too.
import { resolve } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { merkleHashing } from '#shared/adapters/merkle-hashing.js';
import { MemoryEventLog } from '#shared/adapters/memory-event-log.js';
import { CATALOG_EVENTS } from '#shared/contracts/catalog.js';
import { IDENTITY_EVENTS } from '#shared/contracts/identity.js';
import { SESSION_EVENTS } from '#shared/contracts/session.js';
import { SHARING_EVENTS } from '#shared/contracts/sharing.js';
import type { EventLog } from '#shared/es/event-log.js';
import type { History } from '#shared/es/history.js';
import { Projector } from '#shared/es/projector.js';
import type { ReadModel } from '#shared/es/read-model.js';
import {
  aggregatesModel,
  commandsModel,
  type Deciders,
  erased,
} from '#shared/es/service-models.js';
import { analytics } from '#services/audit/read/analytics.js';
import { auditLog } from '#services/audit/read/audit-log.js';
import { auditTree } from '#services/audit/read/audit-tree.js';
import { launchDays } from '#services/audit/read/launch-days.js';
import { app } from '#services/catalog/domain/app.js';
import { seed } from '#services/catalog/domain/seed.js';
import { category } from '#services/catalog/domain/category.js';
import { CATALOG_MODELS } from '#services/catalog/module.js';
import { histories as catalogHistories } from '#services/catalog/read/histories.js';
import { administrators } from '#services/identity/domain/administrators.js';
import { attempts } from '#services/identity/domain/attempts.js';
import { group } from '#services/identity/domain/group.js';
import { groupNames } from '#services/identity/domain/group-names.js';
import { preferences } from '#services/identity/domain/preferences.js';
import { groupMembers, groups } from '#services/identity/read/groups.js';
import { userPreferences } from '#services/identity/read/user-preferences.js';
import { signIn } from '#services/identity/domain/sign-in.js';
import { user } from '#services/identity/domain/user.js';
import { username } from '#services/identity/domain/username.js';
import { histories as identityHistories } from '#services/identity/read/histories.js';
import { passwords } from '#services/identity/read/passwords.js';
import { signIns } from '#services/identity/read/sign-ins.js';
import { usernames } from '#services/identity/read/usernames.js';
import { users } from '#services/identity/read/users.js';
import { activity } from '#services/session/domain/activity.js';
import { admission } from '#services/session/domain/admission.js';
import { preparation } from '#services/session/domain/preparation.js';
import { session } from '#services/session/domain/session.js';
import { share } from '#services/session/domain/share.js';
import { ticket } from '#services/session/domain/ticket.js';
import { viewer } from '#services/session/domain/viewer.js';
import { gateway } from '#services/session/domain/gateway.js';
import { look } from '#services/session/domain/look.js';
import { histories as sessionHistories } from '#services/session/read/histories.js';
import { sessionShares } from '#services/session/read/session-shares.js';
import { sessionViewers } from '#services/session/read/session-viewers.js';
import { sessions } from '#services/session/read/sessions.js';
import { shareGuests } from '#services/session/read/share-guests.js';
import { slots } from '#services/session/read/slots.js';
import { type DatabaseKind, openPlace } from '#test/support/database-place.js';
import { randomCommits } from '#test/support/random-events.js';

const RUNS = 3;
const COMMITS = 600;
const REACHED_MS_MAX = 30_000;
/** Every batch is a transaction of some thirty tables, on both databases. */
const TIMEOUT_MS = 180_000;

const modelsOf = (histories: readonly History[]) => histories.map(({ model }) => model);
const [ofCatalog, ofIdentity, ofSession] = [
  modelsOf(catalogHistories),
  modelsOf(identityHistories),
  modelsOf(sessionHistories),
];

type Folded = Readonly<{
  service: string;
  models: readonly ReadModel[];
  deciders: Deciders;
  known?: ReadonlySet<string>;
  /** Services that it follows beside its own. */
  follows?: readonly string[];
}>;
const SERVICES: readonly Folded[] = [
  {
    service: 'catalog',
    models: [...CATALOG_MODELS.map((model) => ({ of: 'catalog', ...model })), ...ofCatalog],
    deciders: { app: erased(app), category: erased(category), seed: erased(seed) },
    follows: ['identity'],
    known: new Set([...CATALOG_EVENTS, ...IDENTITY_EVENTS]),
  },
  {
    service: 'identity',
    models: [
      ...[users, usernames, passwords, signIns, groups, groupMembers, userPreferences],
      ...ofIdentity,
    ],
    deciders: {
      username: erased(username),
      user: erased(user),
      administrators: erased(administrators),
      signin: erased(signIn),
      attempts: erased(attempts),
      group: erased(group),
      groupnames: erased(groupNames),
      preferences: erased(preferences),
    },
    known: IDENTITY_EVENTS,
  },
  {
    service: 'session',
    models: [sessions, slots, sessionShares, shareGuests, sessionViewers, ...ofSession],
    deciders: {
      session: erased(session),
      admission: erased(admission),
      activity: erased(activity),
      preparation: erased(preparation),
      ticket: erased(ticket),
      ...{ share: erased(share), viewer: erased(viewer), gateway: erased(gateway) },
      look: erased(look),
    },
    known: new Set([...SESSION_EVENTS, ...SHARING_EVENTS]),
  },
  {
    service: 'audit',
    models: [auditLog, analytics, launchDays, auditTree(merkleHashing)],
    deciders: {},
  },
];

/** Where each read model stands and what its rows are, once a log has been folded into a database of a kind. */
async function fold(kind: DatabaseKind, log: EventLog, more: () => Promise<void> = async () => {}) {
  const place = await openPlace(undefined, kind);
  const databases = place.databases();
  const projectors: Projector[] = [];
  for (const { service, models, deciders, known, follows = [] } of SERVICES) {
    const { store } = await databases.openDatabase(
      service,
      resolve('services', service, 'migrations'),
    );
    const projector = new Projector({
      ...{ service, log, store },
      models: [...models, aggregatesModel(deciders), commandsModel(service)],
      ...(service !== 'audit' && { follows: [service, ...follows] }),
      ...(known && { known }),
    });
    await projector.start();
    projectors.push(projector);
  }
  await more();
  const found: Record<string, unknown> = {};
  for (const projector of projectors) {
    await projector.reached(await log.head(), REACHED_MS_MAX);
    for (const { name, status, error } of await projector.status()) {
      found[name] = [status, error, (await projector.stateHash(name))?.hash];
    }
  }
  for (const projector of projectors) await projector.stop();
  await databases.close();
  await place.remove();
  return found;
}

const runSeed = Number(process.env['FOLD_SEED'] ?? Date.now() % 1_000_000_000);

it(
  `rows are the same on both databases (FOLD_SEED=${runSeed})`,
  { timeout: TIMEOUT_MS },
  async () => {
    const property = fc.asyncProperty(randomCommits(COMMITS), async (commits) => {
      const log = new MemoryEventLog();
      const tell = async (from: number, to?: number): Promise<void> => {
        for (const commit of commits.slice(from, to)) await log.append(commit);
      };
      await tell(0, COMMITS / 2);
      const live = await fold('postgres', log, () => tell(COMMITS / 2));
      const lite = await fold('sqlite', log);
      expect(live).toEqual(lite);
      expect(await fold('postgres', log)).toEqual(lite);
      expect(Object.keys(lite)).toHaveLength(44);
      expect(Object.values(lite).map((one) => (one as string[])[0])).toEqual(
        Array.from({ length: 44 }, () => 'live'),
      );
    });
    await fc.assert(property, { seed: runSeed, numRuns: RUNS, endOnFailure: true });
  },
);
