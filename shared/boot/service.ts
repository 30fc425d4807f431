import type { Kysely, QueryCreator } from 'kysely';
import {
  KyselyDecisionStore,
  type DecisionTables,
} from '#shared/adapters/kysely-decision-store.js';
import type { OpenDatabase, ServiceDatabase } from '#shared/adapters/service-database.js';
import { CommandHandler, type DecisionStore, type SealOrigin } from '#shared/es/command-handler.js';
import type { RecordedEvent } from '#shared/es/commit.js';
import type { EventLog } from '#shared/es/event-log.js';
import { Projector } from '#shared/es/projector.js';
import type { History } from '#shared/es/history.js';
import type { RequestContext } from '#shared/es/operation.js';
import type { ReadModel } from '#shared/es/read-model.js';
import { type ReadModelStore, StoreUnavailableError } from '#shared/es/read-model-store.js';
import { noSpans, projectionSpans, type Spans } from '#shared/es/spans.js';
import { aggregatesModel, commandsModel, type Deciders } from '#shared/es/service-models.js';

export type ServiceParts = Readonly<{
  name: string;
  log: EventLog;
  openDatabase: OpenDatabase;
  /** The folder of its SQL migrations, with a folder a kind of database in it. */
  migrations: string;
  models: readonly ReadModel[];
  /** Those of the models whose past can be asked for. */
  histories?: readonly History[];
  deciders: Deciders;
  /** The types of the events that it follows; a service that follows all has none to name. */
  events?: ReadonlySet<string>;
  /** Services whose events it follows beside its own, for read models that say so (`of`); all when 'all'. */
  follows?: 'all' | readonly string[];
  now: () => Date;
  onCaughtUp?: () => void;
  onProjected?: (events: readonly RecordedEvent[]) => void;
  onStopped?: (name: string, error: string) => void;
  /** Where traces are kept; nowhere when absent. */
  spans?: Spans;
  /** Seals where a request came from, in the service that can: see {@link CommandHandler}. */
  sealOrigin?: SealOrigin;
}>;

/** What the process that hosts a service hands to it. */
export type ServiceHost = Pick<
  ServiceParts,
  'log' | 'openDatabase' | 'now' | 'onStopped' | 'spans'
>;

/** What every service stands on: its database, its projector and its command handler. */
export type Service<Tables> = Readonly<{
  name: string;
  database: ServiceDatabase<Tables>;
  /** For queries: never waits for a projection under way. */
  reader: Kysely<Tables>;
  /**
   * What queries read: the tables as they are, or as they were where the context asks for the past. Errors:
   * StoreUnavailableError when they have not come so far.
   */
  tablesFor: (context: Pick<RequestContext, 'asOf'>) => Promise<QueryCreator<Tables>>;
  projector: Projector;
  commands: CommandHandler;
  spans: Spans;
  /** The folded state of an aggregate, for an answer that needs it before there is a command. */
  decisions: DecisionStore;
  /** Resolves to true once the read models show everything that is in the log by now, to false when that takes too long. */
  caughtUp: () => Promise<boolean>;
  stop: () => Promise<void>;
}>;

/** Opens a service's database and catches up with the log. Errors: DatabaseUnavailableError, LogUnavailableError. */
export async function openService<Tables>(parts: ServiceParts): Promise<Service<Tables>> {
  const { name, log, now, spans = noSpans, histories = [] } = parts;
  const database = await parts.openDatabase<Tables>(name, parts.migrations);
  const { store, reader } = database;
  const projector = projectorOf(parts, store);
  try {
    await projector.start();
  } catch (error) {
    await database.close();
    throw error;
  }
  const decisions = new KyselyDecisionStore(database.primary as unknown as Kysely<DecisionTables>);
  const commands = new CommandHandler({
    service: name,
    log,
    store: decisions,
    projector,
    now,
    spans,
    ...(parts.sealOrigin && { sealOrigin: parts.sealOrigin }),
  });
  const stop = async (): Promise<void> => {
    await projector.stop();
    await database.close();
  };
  const caughtUp = async (): Promise<boolean> => projector.reached(await log.head());
  const tablesFor = async ({ asOf }: Pick<RequestContext, 'asOf'>) => {
    if (asOf === undefined) return reader;
    if (await projector.reached(asOf)) return database.past(histories, asOf);
    throw new StoreUnavailableError(
      `The read models of ${name} have not come to sequence ${asOf} yet; try again soon.`,
    );
  };
  const own = { name, database, reader, tablesFor, decisions, projector };
  return { ...own, commands, spans, caughtUp, stop };
}

function projectorOf(parts: ServiceParts, store: ReadModelStore): Projector {
  const { name, log, follows = [], spans = noSpans, histories = [] } = parts;
  const models = [
    ...[...parts.models, ...histories.map(({ model }) => model)],
    ...[aggregatesModel(parts.deciders), commandsModel(name)],
  ];
  return new Projector({
    service: name,
    log,
    store,
    models: follows === 'all' ? models : models.map((model) => ({ of: name, ...model })),
    ...(follows !== 'all' && { follows: [name, ...follows] }),
    ...(parts.events && { known: parts.events }),
    ...(parts.onCaughtUp && { onCaughtUp: parts.onCaughtUp }),
    ...(parts.onProjected && { onProjected: parts.onProjected }),
    ...(parts.onStopped && { onStopped: parts.onStopped }),
    onApplied: projectionSpans(spans, name),
  });
}
