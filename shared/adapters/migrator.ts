import { type MigrationFile, MigrationError } from './migration-files.js';

/** A transaction on a service's database, with no other process's migration beside it. */
export interface MigrationSession {
  /** Names of the service's tables. */
  tables(): Promise<readonly string[]>;
  columns(table: string): Promise<readonly string[]>;
  /** Runs one statement. */
  run(statement: string): Promise<void>;
  /** The versions in the table `schema_migrations`, which is there. */
  versions(): Promise<readonly string[]>;
}

/** Port of the migrator to one service's database. */
export interface MigrationTarget {
  /** What messages call it. */
  readonly name: string;
  /** Runs `work` in one transaction, alone among all processes; nothing of it stays when it throws. */
  exclusively<T>(work: (session: MigrationSession) => Promise<T>): Promise<T>;
  /** Runs `work`, which only looks; undefined where there is no database yet. */
  looking<T>(work: (session: MigrationSession) => Promise<T>): Promise<T | undefined>;
}

/** One migration in one direction. */
export type MigrationStep = Readonly<{ file: MigrationFile; direction: 'up' | 'down' }>;

export type MigrationState = Readonly<{
  /** In the order of their versions. */
  applied: readonly MigrationFile[];
  pending: readonly MigrationFile[];
  /** Versions that the database has and this Sortie does not know. */
  unknown: readonly string[];
}>;

/** The version before the first. */
export const NOTHING = '0';

const TABLE = 'schema_migrations';
/** What the first Sorties kept instead. */
const FORMER_TABLES = [TABLE, 'schema_migrations_lock'];
const CREATED_TABLE = /^CREATE TABLE (?:IF NOT EXISTS )?"?(\w+)"?/i;
const STATEMENT_LENGTH_MAX = 80;

/**
 * Brings a service's tables to a version. Each migration and the row that says so are one transaction; several
 * processes at once take turns, and find done what another has done.
 */
export class SqlMigrator {
  readonly #target: MigrationTarget;
  readonly #files: readonly MigrationFile[];

  constructor(target: MigrationTarget, files: readonly MigrationFile[]) {
    this.#target = target;
    this.#files = files;
  }

  /** Where the database stands. Nothing is written. */
  async state(): Promise<MigrationState> {
    const versions = await this.#target.looking((session) => this.#found(session));
    return this.#stateOf(versions ?? []);
  }

  /** The steps that lead to a version, {@link NOTHING} included; to the newest when absent. Nothing is written. Errors: {@link MigrationError}. */
  async plan(version?: string): Promise<MigrationStep[]> {
    const state = await this.state();
    const to = this.#requireVersion(version);
    this.#requireKnown(state);
    const down = state.applied.filter((file) => file.version > to).toReversed();
    const up = state.pending.filter((file) => file.version <= to);
    return [
      ...down.map((file) => ({ file, direction: 'down' as const })),
      ...up.map((file) => ({ file, direction: 'up' as const })),
    ];
  }

  /** Goes to a version, to the newest when absent. Returns what was done by this process. Errors: {@link MigrationError}. */
  async migrate(version?: string): Promise<MigrationStep[]> {
    const done: MigrationStep[] = [];
    for (;;) {
      const step = await this.#target.exclusively((session) => this.#nextStep(session, version));
      if (!step) return done;
      done.push(step);
    }
  }

  async #nextStep(
    session: MigrationSession,
    version: string | undefined,
  ): Promise<MigrationStep | undefined> {
    const to = this.#requireVersion(version);
    const state = this.#stateOf(await this.#claim(session));
    this.#requireKnown(state);
    const last = state.applied.at(-1);
    if (last && last.version > to) {
      await this.#run(session, last.name, last.down);
      await session.run(`DELETE FROM ${TABLE} WHERE version = '${last.version}'`);
      return { file: last, direction: 'down' };
    }
    const next = state.pending.find((file) => file.version <= to);
    if (!next) return undefined;
    await this.#run(session, next.name, next.up);
    await this.#mark(session, next);
    return { file: next, direction: 'up' };
  }

  async #run(session: MigrationSession, name: string, statements: readonly string[]) {
    for (const [index, statement] of statements.entries()) {
      try {
        await session.run(statement);
      } catch (cause) {
        const what = statement.replace(/\s+/g, ' ').slice(0, STATEMENT_LENGTH_MAX);
        const why = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
        throw new MigrationError(
          `The migration ${name} of ${this.#target.name} failed at statement ${index + 1} (${what}): ${why}. Nothing of it was kept. Mend the cause and start again; or make the change by hand and mark it complete by inserting its version into ${TABLE}.`,
          { cause },
        );
      }
    }
  }

  /** The versions that are there; a database from before there were migrations has what its tables tell. */
  async #found(session: MigrationSession): Promise<readonly string[]> {
    const columns = await session.columns(TABLE);
    if (columns.includes('version')) return session.versions();
    if (columns.length > 0 && !columns.includes('name')) {
      const why = `its table ${TABLE} has neither a column version nor a column name`;
      throw new MigrationError(`${this.#target.name} is not Sortie's: ${why}.`);
    }
    const baseline = this.#baseline(await session.tables());
    return baseline ? [baseline.version] : [];
  }

  /** As {@link #found}, and puts it on record. */
  async #claim(session: MigrationSession): Promise<readonly string[]> {
    const versions = await this.#found(session);
    const columns = await session.columns(TABLE);
    if (columns.includes('version')) return versions;
    for (const table of FORMER_TABLES) await session.run(`DROP TABLE IF EXISTS ${table}`);
    await session.run(`CREATE TABLE ${TABLE} (version text PRIMARY KEY)`);
    for (const file of this.#stateOf(versions).applied) await this.#mark(session, file);
    return versions;
  }

  /** The first migration, where all its tables are there although nothing says that it has run. */
  #baseline(tables: readonly string[]): MigrationFile | undefined {
    const [first] = this.#files;
    const created = (first?.up ?? []).flatMap((text) => CREATED_TABLE.exec(text)?.[1] ?? []);
    const missing = created.filter((table) => !tables.includes(table));
    if (missing.length === 0) return first;
    if (missing.length === created.length) return undefined;
    throw new MigrationError(
      `${this.#target.name} has some of Sortie's tables and lacks ${missing.join(', ')}, so no migration can go on from there. Empty it and start again: everything in it is rebuilt from the event log.`,
    );
  }

  #mark = (session: MigrationSession, { version }: MigrationFile): Promise<void> =>
    session.run(`INSERT INTO ${TABLE} (version) VALUES ('${version}')`);

  #stateOf(versions: readonly string[]): MigrationState {
    const known = new Set(this.#files.map(({ version }) => version));
    return {
      applied: this.#files.filter(({ version }) => versions.includes(version)),
      pending: this.#files.filter(({ version }) => !versions.includes(version)),
      unknown: versions.filter((version) => !known.has(version)).toSorted(),
    };
  }

  #requireKnown({ unknown }: MigrationState): void {
    if (unknown.length === 0) return;
    const migrations = `migration${unknown.length === 1 ? '' : 's'} ${unknown.join(', ')}`;
    throw new MigrationError(
      `${this.#target.name} has the ${migrations}, of a newer Sortie than this one: run that one, or go back with its \`sortie storage migrate to ${this.#newest}\`.`,
    );
  }

  #requireVersion(version = this.#newest): string {
    if (version === NOTHING || this.#files.some((file) => file.version === version)) return version;
    const known = this.#files.map((file) => file.version).join(', ');
    throw new MigrationError(
      `${this.#target.name} has no migration ${version}: there are ${known}, and ${NOTHING} for none at all.`,
    );
  }

  get #newest(): string {
    return this.#files.at(-1)?.version ?? NOTHING;
  }
}
