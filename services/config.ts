import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import {
  databaseSettingsOf,
  type DatabaseSettings,
  databaseVariables,
} from '#shared/boot/database-settings.js';
import { natsOf, type NatsSettings, natsVariables } from '#shared/boot/nats-settings.js';
import { probesOf, type ProbesSettings, probesVariables } from '#shared/boot/probes-settings.js';
import { wholeNumber } from '#shared/boot/whole-number.js';
import { SERVICE_NAMES, type ServiceName } from '#shared/contracts/permissions.js';
import {
  auditMistakes,
  type AuditSettings,
  auditSettingsOf,
  auditVariables,
} from './audit/config.js';
import { trustedProxies } from './gateway/edge/client-address.js';
import type { OidcSettings } from './identity/adapters/oidc-provider.js';
import { identityVariables, oidcOf } from './identity/config.js';
import type { Quota } from './session/domain/admission.js';
import {
  quotaOf,
  requireLifetimes,
  type RuntimeChoice,
  runtimeOf,
  sessionVariables,
  type SessionTimeouts,
  timeoutsOf,
} from './session/config.js';

/** Something in the environment or on the command line can't be used; the message tells every mistake at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Read by what runs before the server: deploy/local. */
const NAMES_OF_OTHERS = new Set(['SORTIE_PROVISION']);
/** Files that Sortie keeps beside the log. */
const OWN_FILES =
  /^((identity|catalog|session|audit)\.db|sealing\.key|audit\.key|tree-heads\.ndjson|holder\.json|control\.sock)$/;
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;

const publicUrl = z
  .url({ protocol: /^https?$/, error: 'must be an address like https://apps.example.com' })
  .transform((text) => new URL(text))
  .refine(({ pathname, search, hash, username }) => pathname + search + hash + username === '/', {
    error: 'must be scheme, host and port only, like https://apps.example.com',
  });

const proxies = z
  .string()
  .default('')
  .transform((text) => text.split(',').map((proxy) => proxy.trim()))
  .transform((listed) => listed.filter((proxy) => proxy !== ''))
  .superRefine((listed, ctx) => {
    try {
      trustedProxies(listed);
    } catch (cause) {
      ctx.addIssue({ code: 'custom', message: `has a mistake: ${(cause as Error).message}` });
    }
  });

const serviceNames = z
  .string()
  .default(SERVICE_NAMES.join(','))
  .transform((text) => text.split(',').map((name) => name.trim()))
  .transform((names) => names.filter((name) => name !== ''))
  .pipe(
    z.array(z.enum(SERVICE_NAMES, `must be a list of ${SERVICE_NAMES.join(', ')}`)).nonempty({
      error: 'must name at least one service',
    }),
  )
  .transform((names): readonly ServiceName[] => SERVICE_NAMES.filter((n) => names.includes(n)));

/** Every setting, by the environment variable that it comes from. */
const settings = z.object({
  SORTIE_PORT: wholeNumber(0, 65_535).default(8_080),
  SORTIE_HOST: z.string().default('127.0.0.1'),
  SORTIE_PUBLIC_URL: publicUrl.optional(),
  SORTIE_DATA: z.string().default('data'),
  SORTIE_SERVICES: serviceNames,
  ...natsVariables,
  ...databaseVariables,
  SORTIE_DB: z
    .string()
    .refine((file) => !OWN_FILES.test(file), 'is the name of another file that Sortie keeps there')
    .default('sortie.db'),
  SORTIE_SEED: z.string().optional(),
  SORTIE_CONFIG: z.string().optional(),
  ...sessionVariables,
  ...auditVariables,
  ...identityVariables,
  SORTIE_NAMESPACE: z.string().default('sortie'),
  SORTIE_RUNTIME_DIR: z.string().optional(),
  SORTIE_PROCESS_APPS: z.string().optional(),
  SORTIE_SEALING_KEY: z.string().optional(),
  SORTIE_TRUSTED_PROXIES: proxies,
  SORTIE_WRITES_PER_MINUTE: wholeNumber(1, 1_000_000).default(600),
  SORTIE_SIGN_INS_PER_MINUTE: wholeNumber(1, 1_000_000).default(20),
  SORTIE_LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('warn'),
  ...probesVariables,
});

type Settings = z.infer<typeof settings>;

export type Config = Readonly<{
  port: number;
  host: string;
  publicUrl: URL | undefined;
  dataPath: string;
  /** The services that this process hosts. */
  services: readonly ServiceName[];
  /** Where the log and the bus are; undefined for a process that is alone. */
  nats: NatsSettings | undefined;
  database: DatabaseSettings;
  /** Without NATS, the event log: the one file that everything else can be rebuilt from. */
  logPath: string;
  seedPath: string;
  brandingPath: string | undefined;
  timeouts: SessionTimeouts;
  /** How many sessions there may be. */
  quota: Quota;
  /** What desktops run as. */
  runtime: RuntimeChoice;
  /** Where sessions have their files: apart from the data, which their apps must not reach. */
  runtimeDir: string;
  processAppsPath: string | undefined;
  sealingKey: string | undefined;
  /** How the trail is signed; it is not where several processes share it and no key. */
  audit: AuditSettings & Readonly<{ signs: boolean }>;
  /** Where people can sign in elsewhere. */
  oidc: OidcSettings | undefined;
  trustedProxies: readonly string[];
  writesPerMinute: number;
  signInsPerMinute: number;
  logLevel: Settings['SORTIE_LOG_LEVEL'];
  probes: ProbesSettings | undefined;
  /** Names that look like settings and are none. */
  warnings: readonly string[];
}>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings from flags (`--port`, `--host`, `--data`, `--seed`), the environment and `*_FILE` variables.
 * `packagePath` is where the program's own files are. Throws {@link ConfigError}.
 */
export function readConfig(args: readonly string[], env: Environment, packagePath: string): Config {
  const mistakes: string[] = [];
  const merged = { ...fromEnvironment(env, mistakes), ...fromFlags(args, mistakes) };
  const parsed = settings.safeParse(merged);
  if (!parsed.success) mistakes.push(...parsed.error.issues.map(tell));
  const set = parsed.data;
  const standing = set && standingOf(set, mistakes);
  if (!set || !standing || mistakes.length > 0) throw new ConfigError(mistakes.join('\n'));
  const dataPath = resolve(set.SORTIE_DATA);
  return Object.freeze({
    port: set.SORTIE_PORT,
    host: set.SORTIE_HOST,
    publicUrl: set.SORTIE_PUBLIC_URL,
    dataPath,
    services: set.SORTIE_SERVICES,
    ...standing,
    logPath: resolve(dataPath, set.SORTIE_DB),
    seedPath: set.SORTIE_SEED ? resolve(set.SORTIE_SEED) : join(packagePath, 'examples/apps.json'),
    brandingPath: set.SORTIE_CONFIG && resolve(set.SORTIE_CONFIG),
    timeouts: timeoutsOf(set),
    quota: quotaOf(set),
    runtimeDir: set.SORTIE_RUNTIME_DIR ? resolve(set.SORTIE_RUNTIME_DIR) : runtimeDirOf(dataPath),
    processAppsPath: set.SORTIE_PROCESS_APPS && resolve(set.SORTIE_PROCESS_APPS),
    sealingKey: set.SORTIE_SEALING_KEY,
    audit: { ...auditSettingsOf(set), signs: isSigning(set) },
    trustedProxies: set.SORTIE_TRUSTED_PROXIES,
    writesPerMinute: set.SORTIE_WRITES_PER_MINUTE,
    signInsPerMinute: set.SORTIE_SIGN_INS_PER_MINUTE,
    logLevel: set.SORTIE_LOG_LEVEL,
    probes: probesOf(set),
    warnings: [...unknownNames(env), ...unsigned(set)],
  });
}

/** What a process stands on, which one setting alone can't tell. */
function standingOf(set: Settings, mistakes: string[]) {
  requireCompany(set, mistakes);
  mistakes.push(...auditMistakes(set));
  const nats = natsOf(set, mistakes);
  const database = databaseSettingsOf(set, mistakes);
  const runtime = runtimeOf(set, mistakes);
  const oidc = oidcOf(set, mistakes);
  requireLifetimes(set, mistakes);
  return database && { nats, database, runtime, oidc };
}

function requireCompany(set: Settings, mistakes: string[]): void {
  if (set.SORTIE_NATS_URL === undefined) {
    if (set.SORTIE_SERVICES.length === SERVICE_NAMES.length) return;
    mistakes.push(
      'SORTIE_SERVICES names some services only, which need SORTIE_NATS_URL to reach the others; leave it out to have all in this process.',
    );
    return;
  }
  const isSealing = set.SORTIE_SERVICES.some((name) => name === 'identity' || name === 'session');
  if (isSealing && set.SORTIE_SEALING_KEY === undefined) {
    mistakes.push(
      'SORTIE_SEALING_KEY_FILE must be set where SORTIE_NATS_URL is, the same for all processes that host identity or session; make one with: openssl rand -base64 32',
    );
  }
}

/** Replicas would each make a key of their own. */
const isSigning = (set: Settings): boolean =>
  set.SORTIE_AUDIT_KEY !== undefined ||
  set.SORTIE_NATS_URL === undefined ||
  set.SORTIE_DB_TYPE !== 'postgres' ||
  !set.SORTIE_SERVICES.includes('audit');
const unsigned = (set: Settings): string[] => (isSigning(set) ? [] : [UNSIGNED]);
const UNSIGNED =
  'The audit trail is not signed: set SORTIE_AUDIT_KEY_FILE, the same for all processes that host audit; make a key with: openssl genpkey -algorithm ed25519';

/** One folder a data folder, so that two servers on a machine don't take each other's sessions for their own. */
function runtimeDirOf(dataPath: string): string {
  const name = createHash('sha256').update(dataPath).digest('hex').slice(0, 8);
  // Not userInfo(), which throws for a user that the machine has no entry of, as in a container.
  const uid = process.getuid?.();
  return uid === 0 ? `/var/lib/sortie/${name}` : join(tmpdir(), `sortie-${uid}-${name}`);
}

const tell = ({ path, message }: z.core.$ZodIssue): string => `${String(path[0])} ${message}.`;

/**
 * Secrets can be handed over in files: `SORTIE_SEALING_KEY_FILE` holds what `SORTIE_SEALING_KEY` would. What is empty
 * or blank is unset.
 */
function fromEnvironment(env: Environment, mistakes: string[]): Environment {
  const names = Object.keys(settings.shape);
  const entries = names.map((name) => {
    const file = env[`${name}_FILE`]?.trim();
    const value = file ? contentOf(`${name}_FILE`, file, mistakes) : env[name];
    return [name, value?.trim() || undefined];
  });
  return Object.fromEntries(entries) as Environment;
}

function contentOf(name: string, path: string, mistakes: string[]): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    mistakes.push(`${name} names a file that can't be read: ${(cause as Error).message}.`);
    return undefined;
  }
}

function fromFlags(args: readonly string[], mistakes: string[]): Environment {
  // The seed's own spelling is `-seed path`, as Go's flag package has it.
  const spelled = args.map((arg) => arg.replace(/^-(?=(seed|port|host|data)(=|$))/, '--'));
  const text = { type: 'string' } as const;
  const options = { seed: text, port: text, host: text, data: text };
  try {
    const { values } = parseArgs({ args: spelled, options });
    const given = Object.entries(values).filter(([, value]) => value.trim() !== '');
    return Object.fromEntries(
      given.map(([flag, value]) => [`SORTIE_${flag.toUpperCase()}`, value]),
    );
  } catch (cause) {
    mistakes.push(`${(cause as Error).message} Flags are --port, --host, --data and --seed.`);
    return {};
  }
}

function unknownNames(env: Environment): string[] {
  const known = new Set([...Object.keys(settings.shape), ...NAMES_OF_OTHERS]);
  return Object.keys(env)
    .filter((name) => name.startsWith('SORTIE_') && !known.has(name.replace(/_FILE$/, '')))
    .map((name) => `${name} is no setting of this version; README.md lists them.`);
}
