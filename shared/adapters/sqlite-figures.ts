import type { SqliteConnection } from './sqlite-library.js';
import type { DatabaseFigures, TableFigures } from './storage-observer.js';

/** Figures are as old as this at most, or as what it took to get them, times the share of the time that they may take. */
const FRESH_MS = 60_000;
const COST_RATIO = 200;

/** Measures a SQLite file, a table at a time with a pause in between. Errors are SQLite's own. */
async function measure(service: string, raw: SqliteConnection): Promise<DatabaseFigures> {
  const query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
  const names = raw.prepare(query).pluck().all() as string[];
  const tables: TableFigures[] = [];
  for (const table of names) {
    const rows = number(raw, `SELECT count(*) FROM "${table}"`);
    const bytes = number(raw, PAGES_OF, table);
    tables.push({ table, rows, bytes });
    await new Promise((resolve) => setImmediate(resolve));
  }
  const bytes = number(raw, 'PRAGMA page_count') * number(raw, 'PRAGMA page_size');
  return { service, open: true, bytes, tables };
}

/** With the indexes of the table. */
const PAGES_OF = `SELECT coalesce(sum(pgsize), 0) FROM dbstat
  WHERE aggregate = 1 AND name IN (SELECT name FROM sqlite_master WHERE tbl_name = ?)`;

const number = (raw: SqliteConnection, sql: string, ...parameters: string[]): number =>
  raw.prepare(sql).pluck().get(parameters) as number;

/** Keeps the figures of a file: getting them reads all of it. */
export function sqliteFigures(
  service: string,
  raw: SqliteConnection,
): () => Promise<DatabaseFigures> {
  let found: Promise<DatabaseFigures> | undefined;
  let staleAt = 0;
  return () => {
    if (found && performance.now() < staleAt) return found;
    const started = performance.now();
    staleAt = Infinity;
    found = measure(service, raw)
      .catch(() => ({ service, open: false, bytes: 0, tables: [] }))
      .finally(() => {
        const now = performance.now();
        staleAt = now + Math.max(FRESH_MS, (now - started) * COST_RATIO);
      });
    return found;
  };
}
