import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { statementsOf } from './sql-statements.js';

/** The kinds of database that each service has a folder of migrations for. */
export type Dialect = 'sqlite' | 'postgres';

/** One file `<version>_<name>.sql`. Versions are dates, so that as text they sort as they run. */
export type MigrationFile = Readonly<{
  version: string;
  /** The file's name without its ending. */
  name: string;
  up: readonly string[];
  down: readonly string[];
}>;

/** Migrations that can't be read or carried out; the message names file and statement and says what to do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

const FILE = /^(\d{8,14})_[a-z0-9_]+\.sql$/;
const MARK = /^[ \t]*--[ \t]*\+migrate[ \t]+(\w+)[ \t]*$/m;

/** Reads the migrations of a service, in the order in which they run: `<folder>/<dialect>/*.sql`. Errors: {@link MigrationError}. */
export function readMigrations(folder: string, dialect: Dialect): MigrationFile[] {
  const path = join(folder, dialect);
  const files = namesIn(path).map((name) => read(path, name));
  for (const [index, { version, name }] of files.entries()) {
    const before = files[index - 1];
    if (before?.version !== version) continue;
    const why = `the migrations ${before.name} and ${name} have the same version`;
    throw new MigrationError(`In ${path} ${why}: give one another date.`);
  }
  return files;
}

function namesIn(path: string): string[] {
  try {
    const names = readdirSync(path).filter((name) => name.endsWith('.sql'));
    if (names.length > 0) return names.toSorted();
  } catch (cause) {
    throw new MigrationError(`The migrations in ${path} can't be read: ${String(cause)}.`, {
      cause,
    });
  }
  throw new MigrationError(`No migrations are in ${path}: build Sortie again.`);
}

function read(path: string, file: string): MigrationFile {
  const version = FILE.exec(file)?.[1];
  const full = join(path, file);
  if (version === undefined) {
    throw new MigrationError(`The migration ${full} must be named like 20261120_users.sql.`);
  }
  const sections = sectionsOf(readFileSync(full, 'utf8'));
  const up = sections.get('Up') ?? [];
  const down = sections.get('Down') ?? [];
  if (sections.size === 2 && up.length > 0 && down.length > 0) {
    return { version, name: file.replace(/\.sql$/, ''), up, down };
  }
  const wanted = 'a section "-- +migrate Up" and then a section "-- +migrate Down"';
  throw new MigrationError(`The migration ${full} must have ${wanted}, each with statements.`);
}

function sectionsOf(text: string): Map<string, string[]> {
  const [, ...parts] = text.split(MARK);
  const sections = new Map<string, string[]>();
  for (let i = 0; i < parts.length; i += 2) {
    sections.set(parts[i] ?? '', statementsOf(parts[i + 1] ?? ''));
  }
  return sections;
}
