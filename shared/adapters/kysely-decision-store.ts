import type { Kysely } from 'kysely';
import type { DecisionStore } from '#shared/es/command-handler.js';
import type { AggregateRow, CommandRow } from '#shared/es/service-models.js';

export type DecisionTables = { aggregates: AggregateRow; commands: CommandRow };

/** Reads the tables that commands decide on, in whichever database Kysely speaks to. */
export class KyselyDecisionStore implements DecisionStore {
  readonly #db: Kysely<DecisionTables>;

  constructor(db: Kysely<DecisionTables>) {
    this.#db = db;
  }

  async findAggregate(stream: string): Promise<{ version: number; state: unknown } | undefined> {
    const row = await this.#db
      .selectFrom('aggregates')
      .select(['version', 'state'])
      .where('stream', '=', stream)
      .executeTakeFirst();
    return row && { version: row.version, state: JSON.parse(row.state) as unknown };
  }

  async findCommand(commandId: string): Promise<number | undefined> {
    const row = await this.#db
      .selectFrom('commands')
      .select('sequence')
      .where('command_id', '=', commandId)
      .executeTakeFirst();
    return row?.sequence;
  }
}
