import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICE_NAMES } from '#shared/contracts/permissions.js';
import { createKeyFile, keyIn } from './key-file.js';
import { writeNatsConfig } from './nats-config.js';

/** The keys that are there can't be used; the message says which, and what to do. */
export class StackKeysError extends Error {
  override readonly name = 'StackKeysError';
}

export type StackOptions = Readonly<{
  /** Gets a folder for each container that has keys, and only that container is to see it. */
  keys: string;
  /** Gets the configuration of nats-server, which holds nothing secret. */
  nats: string;
  /** What the log may take of the disk. */
  storeGib: number;
}>;

/** What each container of the stack runs as; its key files are its own. */
const OWNERS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(SERVICE_NAMES.map((name) => [name, 10_001])),
  postgres: 70,
  s3: 0,
};

/** Where nats-server listens and keeps its log, in its own container. */
const NATS = { listen: '0.0.0.0:4222', storeFolder: '/data', monitoringPort: 8_222 } as const;

/** Secrets, and which containers have to know them; NATS's are one for each service. */
const SECRETS = [
  {
    file: 'sealing.key',
    holders: ['identity', 'session'],
    make: () => randomBytes(32).toString('base64'),
  },
  {
    file: 'db.password',
    holders: ['postgres', 'identity', 'catalog', 'session', 'audit'],
    make: () => randomBytes(24).toString('base64url'),
  },
  { file: 'audit.key', holders: ['audit'], make: newSigningKey },
  { file: 's3.access', holders: ['s3'], make: () => randomBytes(10).toString('hex') },
  { file: 's3.secret', holders: ['s3'], make: () => randomBytes(24).toString('base64url') },
] as const;

const READ_ONLY = 0o400;
const READABLE_BY_ALL = 0o444;
const ENTERED_BY_OWNER = 0o700;
const ROOT = 0;

/**
 * Makes the keys that are missing, and nats-server's configuration from them. A key that is there is never changed,
 * so that it can run before every start, also after one that was cut short; where a key that several containers share
 * is missing in one of them, that one gets it. Returns the files that were made. Throws {@link StackKeysError}.
 */
export function initStack({ keys, nats, storeGib }: StackOptions): string[] {
  for (const holder of Object.keys(OWNERS)) openFolder(join(keys, holder));
  const made = SECRETS.flatMap((secret) => share(keys, secret));
  const { processes } = writeNatsConfig({
    ...NATS,
    out: nats,
    storeGib,
    processes: SERVICE_NAMES.map((name) => ({ name, services: [name] })),
    nkeyPathOf: (name) => join(keys, name, 'nats.nkey'),
  });
  made.push(...processes.filter(({ isNew }) => isNew).map(({ nkeyPath }) => nkeyPath));
  for (const [holder, uid] of Object.entries(OWNERS)) own(join(keys, holder), uid);
  chmodSync(join(nats, 'nats-server.conf'), READABLE_BY_ALL);
  return made;
}

/** What the audit trail is signed with. */
function newSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trim();
}

/** Drafts of a run that was killed go; nobody else runs at the same time. */
function openFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: ENTERED_BY_OWNER });
  const drafts = readdirSync(folder).filter((name) => name.endsWith('.new'));
  for (const name of drafts) rmSync(join(folder, name));
}

function share(keys: string, { file, holders, make }: (typeof SECRETS)[number]): string[] {
  const paths = holders.map((holder) => join(keys, holder, file));
  const found = paths.map((path) => ({ path, key: keyIn(path) }));
  const [first, other] = found.filter(
    ({ key }, i) => key && found.findIndex((f) => f.key === key) === i,
  );
  if (first && other) {
    throw new StackKeysError(
      `${first.path} and ${other.path} differ, and must be the same: put the right one in the place of the other, which ${file === 'sealing.key' ? 'is the one that passwords were sealed with' : 'may be any of them'}, and start again.`,
    );
  }
  const key = first?.key ?? make();
  const missing = found.filter((one) => one.key === undefined).map(({ path }) => path);
  for (const path of missing) {
    rmSync(path, { force: true });
    createKeyFile(path, key);
  }
  return missing;
}

/** Only root can give files away; whoever else runs this keeps them. */
function own(folder: string, uid: number): void {
  const paths = readdirSync(folder).map((name) => ({ path: join(folder, name), mode: READ_ONLY }));
  for (const { path, mode } of [...paths, { path: folder, mode: ENTERED_BY_OWNER }]) {
    const now = statSync(path);
    if (process.getuid?.() === ROOT && (now.uid !== uid || now.gid !== uid)) {
      chownSync(path, uid, uid);
    }
    if ((now.mode & 0o7777) !== mode) chmodSync(path, mode);
  }
}
