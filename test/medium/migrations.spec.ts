// Goal: a database comes to the version that is wanted, whatever it was before and whoever else is at it, or is told apart.
// Method: the services' own SQL, and SQL made for the purpose, on real files and on a real PostgreSQL.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SQLITE_PACKAGE } from '#shared/adapters/sqlite-library.js';
import type { MigrationMode } from '#shared/adapters/migrate-at-start.js';
import { DATABASE_KINDS, type DatabasePlace, openPlace } from '#test/support/database-place.js';
import { modelMigrations } from '#test/support/models.js';

const SERVICES = ['audit', 'catalog', 'identity', 'session'];
const filesOf = (service: string): string => resolve('services', service, 'migrations');
const FIRST = '20261120';

describe.each(DATABASE_KINDS)('migrations on %s', (kind) => {
  let place: DatabasePlace;
  let folder: string;
  beforeEach(async () => {
    place = await openPlace(undefined, kind);
    folder = await mkdtemp(join(tmpdir(), 'sortie-migrations-'));
    await cp(modelMigrations, folder, { recursive: true });
  });
  afterEach(async () => {
    await place.remove();
    await rm(folder, { recursive: true });
  });

  const sql = <R = Record<string, unknown>>(text: string, service = 'test') =>
    place.sql<R>(service, text);
  const versions = async (service = 'test'): Promise<string[]> => {
    const rows = await sql<{ version: string }>('SELECT version FROM schema_migrations', service);
    return rows.map(({ version }) => version).toSorted();
  };
  /** Everything that a service's database is made of, but for its rows. */
  const shape = (service = 'test'): Promise<unknown[]> =>
    sql(kind === 'sqlite' ? SQLITE_SHAPE : POSTGRES_SHAPE, service);
  const tables = async (service = 'test'): Promise<string[]> => {
    const text =
      kind === 'sqlite'
        ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        : 'SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()';
    return (await sql<{ name: string }>(text, service)).map(({ name }) => name).toSorted();
  };
  /** Opens the database as a start does, and closes it. */
  const start = async (from = folder, mode: MigrationMode = 'auto', service = 'test') => {
    const databases = place.databases({ migrating: { mode } });
    try {
      const { primary } = await databases.openDatabase<{ totals: { id: string } }>(service, from);
      return await primary
        .selectFrom('totals')
        .select('id')
        .execute()
        .catch(() => []);
    } finally {
      await databases.close();
    }
  };
  const migrate = async (version?: string, from = folder, service = 'test') => {
    const databases = place.databases();
    try {
      const steps = await databases.migrating(service, from, (m) => m.migrate(version));
      return steps.map(({ file, direction }) => `${direction} ${file.version}`);
    } finally {
      await databases.close();
    }
  };
  const write = (name: string, text: string) => writeFile(join(folder, kind, name), text);

  it.each(SERVICES)('of %s go up, down and up again, and leave nothing behind', async (service) => {
    const files = (await readdir(join(filesOf(service), kind))).toSorted();
    const all = files.map((file) => file.split('_')[0] ?? '');
    expect(await migrate(undefined, filesOf(service), service)).toEqual(all.map((v) => `up ${v}`));
    const whole = await shape(service);
    expect(await versions(service)).toEqual(all);
    const down = await migrate('0', filesOf(service), service);
    expect(down).toEqual(all.toReversed().map((v) => `down ${v}`));
    expect(await tables(service)).toEqual(['schema_migrations']);
    for (const version of all) {
      expect(await migrate(version, filesOf(service), service)).toEqual([`up ${version}`]);
    }
    expect(await shape(service)).toEqual(whole);
    for (const [i, version] of all.entries()) {
      const before = all[i - 1] ?? '0';
      expect(await migrate(before, filesOf(service), service)).toContain(`down ${version}`);
      await migrate(undefined, filesOf(service), service);
      expect(await shape(service)).toEqual(whole);
    }
  });

  it('run once, however many processes start at once', async () => {
    await Promise.all(Array.from({ length: 6 }, () => start()));
    expect(await versions()).toEqual([FIRST]);
    expect(await start()).toEqual([]);
  });

  describe('a database from before there were any', () => {
    const begin = async (): Promise<void> => {
      await migrate();
      await sql(`INSERT INTO totals VALUES ('kept', 1, 'kept', 1); DROP TABLE schema_migrations`);
    };

    it('is taken over as it is', async () => {
      await begin();
      const before = await shape();
      expect(await start()).toEqual([{ id: 'kept' }]);
      expect(await versions()).toEqual([FIRST]);
      expect((await shape()).length).toBeGreaterThan(before.length);
      expect(await migrate()).toEqual([]);
    });

    it('is taken over also where Kysely kept the books', async () => {
      await begin();
      await sql(`CREATE TABLE schema_migrations (name varchar(255) PRIMARY KEY, timestamp varchar(255) NOT NULL);
        INSERT INTO schema_migrations VALUES ('0001_models', '2026-11-20');
        CREATE TABLE schema_migrations_lock (id varchar(255) PRIMARY KEY, is_locked integer NOT NULL);
        INSERT INTO schema_migrations_lock VALUES ('migration_lock', 0)`);
      expect(await start(folder, 'check').catch(() => 'refused')).toEqual([{ id: 'kept' }]);
      expect(await start()).toEqual([{ id: 'kept' }]);
      expect(await versions()).toEqual([FIRST]);
      expect(await tables()).not.toContain('schema_migrations_lock');
    });

    it('is refused where some of the tables are missing', async () => {
      await begin();
      await sql('DROP TABLE commands');
      await expect(start()).rejects.toThrow(/lacks commands, so no migration .* rebuilt from the/);
    });

    it('is refused where the books are somebody else’s', async () => {
      await begin();
      await sql('CREATE TABLE schema_migrations (what text)');
      await expect(start()).rejects.toThrow("is not Sortie's: its table schema_migrations has");
    });
  });

  const TAGS = {
    sqlite: `-- +migrate Up
      ALTER TABLE totals ADD COLUMN tags text;
      CREATE INDEX idx_totals_tags ON totals (tags);
      -- +migrate Down
      DROP INDEX idx_totals_tags;
      ALTER TABLE totals DROP COLUMN tags;`,
    // The example of P-41.
    postgres: `-- +migrate Up
      ALTER TABLE totals ADD COLUMN tags jsonb;
      CREATE INDEX idx_totals_tags ON totals USING gin (tags);
      -- +migrate Down
      DROP INDEX idx_totals_tags;
      ALTER TABLE totals DROP COLUMN tags;`,
  };

  it('go up and down past a column and its index, and keep the rows', async () => {
    await migrate();
    const before = await shape();
    await sql("INSERT INTO totals VALUES ('kept', 1, 'kept', 1)");
    await write('20270115_tags.sql', TAGS[kind]);
    expect(await migrate()).toEqual(['up 20270115']);
    const after = await shape();
    expect(after).not.toEqual(before);
    expect(await migrate(FIRST)).toEqual(['down 20270115']);
    expect(await shape()).toEqual(before);
    expect(await migrate('20270115')).toEqual(['up 20270115']);
    expect(await shape()).toEqual(after);
    expect(await start()).toEqual([{ id: 'kept' }]);
    await expect(migrate('20270116')).rejects.toThrow(
      /has no migration 20270116: there are 20261120, 20270115, and 0 for none/,
    );
  });

  it('that an operator has marked complete are not run', async () => {
    await migrate();
    const before = await shape();
    await write('20270115_tags.sql', TAGS[kind]);
    await sql('INSERT INTO schema_migrations(version) VALUES (20270115)');
    expect(await start()).toEqual([]);
    expect(await shape()).toEqual(before);
    expect(await versions()).toEqual([FIRST, '20270115']);
  });

  it('of a newer Sortie are refused, with what to do', async () => {
    await migrate();
    await sql("INSERT INTO schema_migrations VALUES ('20991231')");
    const sentence =
      /migration 20991231, of a newer Sortie than this one: run that one, or go back/;
    await expect(start()).rejects.toThrow(sentence);
    await expect(start(folder, 'check')).rejects.toThrow(sentence);
    await expect(migrate('0')).rejects.toThrow(sentence);
    expect(await start(folder, 'off')).toEqual([]);
  });

  it('that fail name file and statement and leave nothing of theirs', async () => {
    await write(
      '20270101_more.sql',
      `-- +migrate Up
       CREATE TABLE first_of_two (id text);
       INSERT INTO first_of_two VALUES ('a; b');
       INSERT INTO nowhere_at_all VALUES (1);
       -- +migrate Down
       DROP TABLE first_of_two;`,
    );
    await expect(start()).rejects.toThrow(
      /migration 20270101_more .* failed at statement 3 \(INSERT INTO nowhere_at_all VALUES \(1\)\): .*nowhere_at_all.* schema_migrations\./,
    );
    expect(await versions()).toEqual([FIRST]);
    expect(await tables()).not.toContain('first_of_two');
    await sql('CREATE TABLE nowhere_at_all (n integer)');
    expect(await start()).toEqual([]);
    expect(await versions()).toEqual([FIRST, '20270101']);
  });

  it('are left to the operator where a start only checks, and to nobody where it is off', async () => {
    const sentence = /lacks the migration 20261120_models: run `sortie storage migrate up`/;
    await expect(start(folder, 'check')).rejects.toThrow(sentence);
    await start(folder, 'off');
    expect(await tables().catch(() => [])).toEqual([]);
    await migrate();
    expect(await start(folder, 'check')).toEqual([]);
  });

  it.each([
    ['notes.sql', '-- +migrate Up\nSELECT 1;', 'must be named like 20261120_users.sql'],
    ['20270101_x.sql', 'SELECT 1;', 'must have a section "-- +migrate Up" and then'],
    ['20270101_x.sql', '-- +migrate Up\nSELECT 1;', 'a section "-- +migrate Down"'],
    ['20270101_x.sql', '-- +migrate Up\n-- +migrate Down\nSELECT 1;', 'each with statements'],
    ['20261120_x.sql', TAGS.sqlite, 'have the same version: give one another date'],
  ])('in a file %s with %j are refused', async (name, text, sentence) => {
    await write(name, text);
    await expect(start()).rejects.toThrow(sentence);
    await expect(start()).rejects.toThrow('migration');
  });

  it('that the build has forgotten are missed', async () => {
    await rm(join(folder, kind), { recursive: true });
    await expect(start()).rejects.toThrow(/The migrations in .* can't be read/);
  });
});

it('on SQLite wait for another process that is at it', async () => {
  const place = await openPlace(undefined, 'sqlite');
  const script = `const db = new (require('${SQLITE_PACKAGE}'))(process.argv[1]);
    db.pragma('journal_mode = WAL');
    db.exec('BEGIN IMMEDIATE; CREATE TABLE schema_migrations (version text PRIMARY KEY)');
    console.log('holding');
    setTimeout(() => db.exec('COMMIT'), 500)`;
  const child = spawn(process.execPath, ['-e', script, join(place.folder, 'test.db')]);
  await once(child.stdout, 'data');
  const steps = await place.databases().migrating('test', modelMigrations, (m) => m.migrate());
  expect(steps).toHaveLength(1);
  await place.remove();
});

it('have the same versions on both databases', async () => {
  for (const service of SERVICES) {
    const [one, other] = await Promise.all(
      DATABASE_KINDS.map((kind) => readdir(join(filesOf(service), kind))),
    );
    expect(one).toEqual(other);
  }
});

const SQLITE_SHAPE = 'SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name';
const POSTGRES_SHAPE = `SELECT table_name AS name, column_name || ' ' || data_type || ' ' || is_nullable
    || coalesce(column_default, '') || coalesce(collation_name, '') AS what
  FROM information_schema.columns WHERE table_schema = current_schema()
  UNION ALL SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = current_schema()
  UNION ALL SELECT conrelid::regclass::text, conname || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = current_schema()::regnamespace
  ORDER BY 1, 2`;
