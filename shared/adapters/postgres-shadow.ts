import type { PostgresConnection } from './postgres-pool.js';

/** What the indexes of a large table may take. */
const INDEXES_MS_MAX = 3_600_000;
/** Readers that come while the switch waits for those who are there already wait too: so it does not wait for long. */
const SWITCH_LOCK_MS_MAX = 3_000;

/** Names in a schema, quoted. */
export class SchemaNames {
  readonly schema: string;

  constructor(schema: string) {
    this.schema = schema;
  }

  /** `"schema"."name"` */
  of(name: string): string {
    return `${quoted(this.schema)}.${quoted(name)}`;
  }
}

/** A name as SQL takes it, whatever is in it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const SHADOW = '__rebuild';

/** The name of a table's shadow, and of everything that is made for it. */
export const shadowOf = (name: string): string => `${name}${SHADOW}`;

/** Says whether a table is the shadow of another. */
export const isShadow = (name: string): boolean => name.endsWith(SHADOW);

type Named = Readonly<{ name: string; definition: string }>;

/** A table that is filled beside the one whose place it takes. All of it happens in transactions of the caller's. */
export class PostgresShadow {
  readonly #names: SchemaNames;
  readonly #table: string;

  constructor(names: SchemaNames, table: string) {
    this.#names = names;
    this.#table = table;
  }

  async drop(connection: PostgresConnection): Promise<void> {
    await connection.query(`DROP TABLE IF EXISTS ${this.#shadow}`);
  }

  /** Makes it empty, with columns, defaults and rules, and the key where rows are found by it while it is filled. */
  async create(connection: PostgresConnection, kind: 'rows' | 'journal'): Promise<void> {
    await this.drop(connection);
    const like = `LIKE ${this.#original} INCLUDING ALL EXCLUDING INDEXES`;
    await connection.query(`CREATE TABLE ${this.#shadow} (${like})`);
    if (kind === 'rows') await this.#addKeys(connection, await this.#keys(connection));
  }

  /** Gives it the table's indexes and puts it in the table's place; only the last moment shuts readers out. */
  async replace(connection: PostgresConnection): Promise<void> {
    await connection.query('SET LOCAL statement_timeout TO 0');
    const keys = await this.#keys(connection);
    const indexes = await this.#indexes(connection);
    const grants = await this.#grants(connection);
    await this.#addKeys(connection, keys);
    for (const { name, definition } of indexes) {
      const [, unique = '', how = ''] = INDEX.exec(definition) ?? [];
      const create = `CREATE ${unique}INDEX ${quoted(shadowOf(name))} ON ${this.#shadow} USING ${how}`;
      await connection.query(create, [], INDEXES_MS_MAX);
    }
    // A planner that knows nothing of a new table would read all of it.
    await connection.query(`ANALYZE ${this.#shadow}`, [], INDEXES_MS_MAX);
    await connection.query(`SET LOCAL lock_timeout TO ${SWITCH_LOCK_MS_MAX}`);
    await connection.query(`DROP TABLE ${this.#original}`);
    await connection.query(`ALTER TABLE ${this.#shadow} RENAME TO ${quoted(this.#table)}`);
    for (const { name } of keys) {
      const rename = `RENAME CONSTRAINT ${quoted(shadowOf(name))} TO ${quoted(name)}`;
      await connection.query(`ALTER TABLE ${this.#original} ${rename}`);
    }
    for (const { name } of indexes) {
      const index = this.#names.of(shadowOf(name));
      await connection.query(`ALTER INDEX ${index} RENAME TO ${quoted(name)}`);
    }
    for (const grant of grants) await connection.query(`GRANT ${grant}`);
  }

  get #original(): string {
    return this.#names.of(this.#table);
  }

  get #shadow(): string {
    return this.#names.of(shadowOf(this.#table));
  }

  async #addKeys(connection: PostgresConnection, keys: readonly Named[]): Promise<void> {
    const there = await this.#keys(connection, this.#shadow);
    for (const { name, definition } of keys) {
      if (there.some((key) => key.name === shadowOf(name))) continue;
      const add = `ADD CONSTRAINT ${quoted(shadowOf(name))} ${definition}`;
      await connection.query(`ALTER TABLE ${this.#shadow} ${add}`, [], INDEXES_MS_MAX);
    }
  }

  async #keys(connection: PostgresConnection, table = this.#original): Promise<Named[]> {
    const { rows } = await connection.query<Named>(KEYS, [table]);
    return rows;
  }

  async #indexes(connection: PostgresConnection): Promise<Named[]> {
    const { rows } = await connection.query<Named>(INDEXES, [this.#original]);
    return rows;
  }

  /** Who else may use the table, such as a reporting tool. */
  async #grants(connection: PostgresConnection): Promise<string[]> {
    const { rows } = await connection.query<{ text: string }>(GRANTS, [this.#original]);
    return rows.map(({ text }) => text);
  }
}

/** As `pg_get_indexdef` writes it. */
const INDEX = /^CREATE (UNIQUE )?INDEX .*? USING (.*)$/s;

const KEYS = `SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
  WHERE conrelid = $1::regclass AND contype IN ('p', 'u')`;

const INDEXES = `SELECT relname AS name, pg_get_indexdef(indexrelid) AS definition
  FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
  WHERE indrelid = $1::regclass AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)`;

const GRANTS = `SELECT format('%s ON %s TO %s%s', privilege_type, $1::text,
    CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
    CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS text
  FROM pg_class, aclexplode(relacl) WHERE oid = $1::text::regclass AND grantee <> relowner`;
