import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { sessionVariables, type SessionTimeouts, timeoutsOf } from './session/config.js';

/** Something in the environment or on the command line can't be used; the message tells every mistake at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const number = (min: number, max: number, unset: number) =>
  z.coerce
    .number(`must be a number from ${min} to ${max}`)
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`)
    .default(unset);

const publicUrl = z
  .url({ protocol: /^https?$/, error: 'must be an address like https://apps.example.com' })
  .transform((text) => new URL(text));

const dbType = z
  .enum(['sqlite'], 'must be "sqlite"; PostgreSQL comes with the distributed mode')
  .default('sqlite');

/** Every setting, by the environment variable that it comes from. */
const settings = z.object({
  SORTIE_PORT: number(0, 65_535, 8_080),
  SORTIE_HOST: z.string().default('127.0.0.1'),
  SORTIE_PUBLIC_URL: publicUrl.optional(),
  SORTIE_DATA: z.string().min(1).default('data'),
  SORTIE_DB_TYPE: dbType,
  SORTIE_DB: z.string().min(1).default('sortie.db'),
  SORTIE_SEED: z.string().min(1).optional(),
  SORTIE_CONFIG: z.string().min(1).optional(),
  ...sessionVariables,
  SORTIE_NAMESPACE: z.string().min(1).default('sortie'),
  SORTIE_RUNTIME_DIR: z.string().min(1).optional(),
  SORTIE_PROCESS_APPS: z.string().min(1).optional(),
  SORTIE_SEALING_KEY: z.string().min(1).optional(),
  SORTIE_TRUSTED_PROXIES: z.string().default(''),
  SORTIE_WRITES_PER_MINUTE: number(1, 1_000_000, 600),
  SORTIE_SIGN_INS_PER_MINUTE: number(1, 1_000_000, 20),
  SORTIE_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('warn'),
});

export type Config = Readonly<{
  port: number;
  host: string;
  publicUrl: URL | undefined;
  dataPath: string;
  /** The event log: the one file that everything else can be rebuilt from. */
  logPath: string;
  seedPath: string;
  brandingPath: string | undefined;
  timeouts: SessionTimeouts;
  /** Where sessions have their files: apart from the data, which their apps must not reach. */
  runtimeDir: string;
  processAppsPath: string | undefined;
  sealingKey: string | undefined;
  trustedProxies: readonly string[];
  writesPerMinute: number;
  signInsPerMinute: number;
  logLevel: z.infer<typeof settings>['SORTIE_LOG_LEVEL'];
  /** Settings that no one reads, each with the name that was perhaps meant. */
  warnings: readonly string[];
}>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings from flags (`--port`, `--host`, `--data`, `--seed`), the environment and `*_FILE` variables.
 * `packagePath` is where the program's own files are. Throws {@link ConfigError}.
 */
export function readConfig(args: readonly string[], env: Environment, packagePath: string): Config {
  const merged = { ...withFiles(env), ...flags(args) };
  const parsed = settings.safeParse(merged);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}.`);
    throw new ConfigError(lines.join('\n'));
  }
  const set = parsed.data;
  const dataPath = resolve(set.SORTIE_DATA);
  return Object.freeze({
    port: set.SORTIE_PORT,
    host: set.SORTIE_HOST,
    publicUrl: set.SORTIE_PUBLIC_URL,
    dataPath,
    logPath: resolve(dataPath, set.SORTIE_DB),
    seedPath: set.SORTIE_SEED ? resolve(set.SORTIE_SEED) : join(packagePath, 'examples/apps.json'),
    brandingPath: set.SORTIE_CONFIG && resolve(set.SORTIE_CONFIG),
    timeouts: timeoutsOf(set),
    runtimeDir: set.SORTIE_RUNTIME_DIR ? resolve(set.SORTIE_RUNTIME_DIR) : runtimeDirOf(dataPath),
    processAppsPath: set.SORTIE_PROCESS_APPS && resolve(set.SORTIE_PROCESS_APPS),
    sealingKey: set.SORTIE_SEALING_KEY,
    trustedProxies: set.SORTIE_TRUSTED_PROXIES.split(',').filter((proxy) => proxy !== ''),
    writesPerMinute: set.SORTIE_WRITES_PER_MINUTE,
    signInsPerMinute: set.SORTIE_SIGN_INS_PER_MINUTE,
    logLevel: set.SORTIE_LOG_LEVEL,
    warnings: unknownNames(env),
  });
}

/** One folder a data folder, so that two servers on a machine don't take each other's sessions for their own. */
function runtimeDirOf(dataPath: string): string {
  const name = createHash('sha256').update(dataPath).digest('hex').slice(0, 8);
  const { uid } = userInfo();
  return uid === 0 ? `/var/lib/sortie/${name}` : join(tmpdir(), `sortie-${uid}-${name}`);
}

/** Secrets can be handed over in files: `SORTIE_SEALING_KEY_FILE` holds what `SORTIE_SEALING_KEY` would. Empty means unset. */
function withFiles(env: Environment): Environment {
  const names = Object.keys(settings.shape);
  const entries = names.map((name) => {
    const file = env[`${name}_FILE`];
    return [name, (file ? contentOf(`${name}_FILE`, file) : env[name]) || undefined];
  });
  return Object.fromEntries(entries) as Environment;
}

function contentOf(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`${name} names a file that can't be read: ${why}`, { cause });
  }
}

function flags(args: readonly string[]): Environment {
  // The seed's own spelling is `-seed path`, as Go's flag package has it.
  const spelled = args.map((arg) => arg.replace(/^-(?=(seed|port|host|data)(=|$))/, '--'));
  const text = { type: 'string' } as const;
  const options = { seed: text, port: text, host: text, data: text };
  try {
    const { values } = parseArgs({ args: spelled, options });
    const entries = Object.entries(values).map(([k, v]) => [`SORTIE_${k.toUpperCase()}`, v]);
    return Object.fromEntries(entries) as Environment;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`${why} Flags are --port, --host, --data and --seed.`, { cause });
  }
}

function unknownNames(env: Environment): string[] {
  const known = Object.keys(settings.shape);
  return Object.keys(env)
    .filter((name) => name.startsWith('SORTIE_') && !known.includes(name.replace(/_FILE$/, '')))
    .map((name) => `${name} is no setting of this version; README.md lists them.`);
}
