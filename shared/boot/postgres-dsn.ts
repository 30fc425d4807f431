import { readFileSync } from 'node:fs';
import { SSL_MODES, type SslMode } from '#shared/adapters/postgres-settings.js';

/** What a DSN says; what it leaves out is undefined. */
export type Dsn = Readonly<{
  connection: Readonly<{
    host: string;
    port: number;
    database: string;
    user: string;
    password: string;
  }>;
  sslMode: SslMode | undefined;
  /** PEM of the file that `sslrootcert` names. */
  ca: string | undefined;
}>;

/** A DSN that can't be used. The message says what is wrong with it and holds no part of it that could be secret. */
export class DsnError extends Error {
  override readonly name = 'DsnError';
}

export const PORT_DEFAULT = 5_432;
const SHAPE = 'postgres://user:password@host:5432/name?sslmode=require';
const ENCODED = 'and in user and password anything but letters, digits and -._~ as %XX';
const KNOWN = ['sslmode', 'sslrootcert', 'host', 'application_name'];

/** Reads a DSN like `postgres://user:password@host:5432/name?sslmode=require`. Throws {@link DsnError}. */
export function parseDsn(text: string): Dsn {
  const url = urlOf(text);
  const parameters = url.searchParams;
  const unknown = [...parameters.keys()].find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) {
    throw new DsnError(`has the parameter ${unknown}; Sortie knows ${KNOWN.join(', ')}`);
  }
  const user = decoded(url.username);
  const database = decoded(url.pathname.slice(1)) || user;
  const host = parameters.get('host') || decoded(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  if (host === '') throw new DsnError(`names no host; write it like ${SHAPE}`);
  if (user === '') throw new DsnError(`names no user; write it like ${SHAPE}`);
  const port = url.port === '' ? PORT_DEFAULT : Number(url.port);
  return {
    connection: { host, port, database, user, password: decoded(url.password) },
    sslMode: sslModeOf(parameters.get('sslmode')),
    ca: caOf(parameters.get('sslrootcert')),
  };
}

function urlOf(text: string): URL {
  const wrong = `must be like ${SHAPE}, ${ENCODED}`;
  if (!/^postgres(ql)?:\/\//.test(text)) throw new DsnError(wrong);
  try {
    return new URL(text);
  } catch {
    // The reason is not kept: it quotes the whole text.
    throw new DsnError(wrong);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new DsnError(`has a % that stands for nothing: write %25 for a % of its own`);
  }
}

function sslModeOf(text: string | null): SslMode | undefined {
  if (text === null) return undefined;
  const mode = SSL_MODES.find((known) => known === text);
  if (mode) return mode;
  throw new DsnError(`has an sslmode that Sortie does not know: there are ${SSL_MODES.join(', ')}`);
}

function caOf(path: string | null): string | undefined {
  if (path === null) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const why = (cause as Error).message;
    throw new DsnError(`names a file in sslrootcert that can't be read: ${why}`, { cause });
  }
}
