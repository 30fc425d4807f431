import { describe, expect, it } from 'vitest';
import { statementsOf } from './sql-statements.js';

describe('the statements of a file', () => {
  it('end at semicolons, the last one with or without', () => {
    expect(statementsOf('CREATE TABLE a (b text);\n\nDROP TABLE c')).toEqual([
      'CREATE TABLE a (b text)',
      'DROP TABLE c',
    ]);
    expect(statementsOf(' ;; \n-- nothing; here\n/* nor; here */')).toEqual([]);
  });

  it.each([
    "INSERT INTO a VALUES ('x;y', 'it''s; so')",
    'CREATE TABLE "a;b" ("c"";d" text)',
    'CREATE FUNCTION f() RETURNS int AS $$ BEGIN; RETURN 1; END $$ LANGUAGE plpgsql',
    'DO $do$ a; $$ b; $do$',
    'SELECT $1, 5 - 3, 4 / 2',
  ])('keep a semicolon that is within: %s', (statement) => {
    expect(statementsOf(`${statement}; SELECT 1;`)).toEqual([statement, 'SELECT 1']);
  });

  it('come without their comments', () => {
    expect(statementsOf('SELECT 1 -- one; or\n, 2; /* two; */ SELECT 3')).toEqual([
      'SELECT 1 \n, 2',
      'SELECT 3',
    ]);
  });
});
