import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Databases } from '#shared/adapters/service-database.js';
import {
  databaseSettingsOf,
  type DatabaseSettings,
  databaseVariables,
} from '#shared/boot/database-settings.js';
import { databasesOf } from '#shared/boot/databases.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The databases that the environment names, `*_FILE` variables included. Throws an Error that tells every mistake. */
export function databasesIn(env: Environment, folder: string): Databases {
  // What a start does about migrations is nothing to the operator who runs them.
  return databasesOf({ ...settingsIn(env), migrations: 'off' }, { folder });
}

function settingsIn(env: Environment): DatabaseSettings {
  const mistakes: string[] = [];
  const given = Object.keys(databaseVariables).map((name) => [name, valueOf(name, env, mistakes)]);
  const parsed = z.object(databaseVariables).safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    const told = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}.`);
    mistakes.push(...told);
  }
  const settings = parsed.success ? databaseSettingsOf(parsed.data, mistakes) : undefined;
  if (settings && mistakes.length === 0) return settings;
  throw new Error(mistakes.join('\n'));
}

function valueOf(name: string, env: Environment, mistakes: string[]): string | undefined {
  const file = env[`${name}_FILE`]?.trim();
  if (!file) return env[name]?.trim() || undefined;
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch (cause) {
    mistakes.push(`${name}_FILE names a file that can't be read: ${(cause as Error).message}.`);
    return undefined;
  }
}
