import { StoreUnavailableError } from '#shared/es/read-model-store.js';

/**
 * SQLSTATEs of what says nothing about the row or the query: connections, resources, the operator, time-outs, rights,
 * what another transaction did, and tables that somebody has taken away.
 */
const UNAVAILABLE = /^(08|53|57|58|28|40|XX|F0)|^(25006|25P0[234]|3D000|3F000|42501|42P01|55P03)$/;

/** What to do, by SQLSTATE; the first that fits. */
const ADVICE: readonly (readonly [code: RegExp, advice: string])[] = [
  [
    /^53300$/,
    'raise its max_connections, or lower SORTIE_DB_POOL_MAX of the processes that use it',
  ],
  [/^53100$/, 'make room on its disk'],
  [/^28P01$/, 'see SORTIE_DB_USER and SORTIE_DB_PASSWORD, or the DSN'],
  [/^28000$/, 'see its pg_hba.conf, and SORTIE_DB_SSLMODE for the encryption that it asks for'],
  [/^3D000$/, 'make the database, or see SORTIE_DB_NAME'],
  [/^42501$/, 'the role needs the right to make a schema in the database, and to own its tables'],
  [/^(42P01|3F000)$/, 'run `sortie storage migrate status`'],
  [/^57014$/, 'it took longer than it may; see what else the database does'],
  [/^55P03$/, 'something else holds the table, such as a backup; it is tried again'],
  [/^25006$/, 'it is a standby: have SORTIE_DB_HOST or the DSN name the primary'],
  [/^(57P0|08|25P03)/, 'it is tried again'],
];

/** Node's, OpenSSL's and pg's own words for a connection that is none. */
const NO_CONNECTION_CODE = /^(E[A-Z]+|ERR_(TLS|SSL|SOCKET)\w*|\w*CERT\w*|\w*SIGNATURE\w*)$/;
const NO_CONNECTION =
  /^(Connection terminated|Connection ended|Client (has|was)|Query read timeout|The server does not support SSL|There was an error establishing an SSL|Cannot use a pool|SASL|.*SCRAM)/;
const NO_TLS = /does not support SSL/;
const CERTIFICATE = /CERT|SIGNATURE/;

type Told = Error & { code?: unknown; errors?: readonly Error[] };

/** SQLSTATE of an error that PostgreSQL sent; undefined for any other. */
export function sqlStateOf(cause: unknown): string | undefined {
  const { code, severity } = cause as { code?: unknown; severity?: unknown };
  return cause instanceof Error && severity !== undefined && typeof code === 'string'
    ? code
    : undefined;
}

/** Says whether the connection that an error came from is of no more use. */
export const isBroken = (cause: unknown): boolean =>
  cause instanceof Error && /^(08|57P0|25P03)/.test(sqlStateOf(cause) ?? '08');

/** Turns what says nothing about a row or a query into a StoreUnavailableError, and leaves the rest as it is. */
export function postgresError(cause: unknown, where: string): unknown {
  if (!(cause instanceof Error) || cause instanceof StoreUnavailableError) return cause;
  const state = sqlStateOf(cause);
  if (state !== undefined && !UNAVAILABLE.test(state)) return cause;
  if (state === undefined && !isOfConnection(cause)) return cause;
  return unavailable(where, cause, adviceOf(cause, state));
}

/** As {@link postgresError}, for what went wrong before there was a connection: nothing of that is about a row. */
export function connectError(cause: unknown, where: string): unknown {
  if (!(cause instanceof Error) || cause instanceof StoreUnavailableError) return cause;
  return unavailable(where, cause, adviceOf(cause, sqlStateOf(cause)));
}

function isOfConnection({ code, message, errors }: Told): boolean {
  if (errors?.some(isOfConnection)) return true;
  return (typeof code === 'string' && NO_CONNECTION_CODE.test(code)) || NO_CONNECTION.test(message);
}

function adviceOf(cause: Told, state: string | undefined): string | undefined {
  if (state !== undefined) return ADVICE.find(([code]) => code.test(state))?.[1];
  if (NO_TLS.test(cause.message)) {
    return 'turn its `ssl` on, or say SORTIE_DB_SSLMODE=disable where nobody can listen in';
  }
  if (typeof cause.code === 'string' && CERTIFICATE.test(cause.code)) {
    return 'have SORTIE_DB_SSL_CA name the authority that signed its certificate, and SORTIE_DB_HOST the name in it';
  }
  return undefined;
}

function unavailable(where: string, cause: Told, advice: string | undefined) {
  // Both addresses of a name refused: the outer error says nothing.
  const why = cause.message || (cause.errors ?? []).map(({ message }) => message).join('; ');
  const state = sqlStateOf(cause);
  const said = state === undefined ? why : `${why} (SQLSTATE ${state})`;
  const text = `PostgreSQL at ${where} can't be used: ${said}${advice ? `; ${advice}` : ''}.`;
  return new StoreUnavailableError(text, { cause });
}
