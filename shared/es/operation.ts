import type { z } from 'zod';

/** What a person can be: `operator` looks after what runs, `auditor` reads what happened, `admin` decides about both and about people. */
export const PEOPLE = ['user', 'auditor', 'operator', 'admin'] as const;
/** Who is asking. `console` has the machine's own file permissions (the local control socket); `system` is Sortie itself. */
export const ROLES = ['anonymous', ...PEOPLE, 'console', 'system'] as const;
export type Role = (typeof ROLES)[number];

export type Actor = Readonly<{ id: string; role: Role }>;
export const SYSTEM: Actor = { id: 'system', role: 'system' };
export const ANONYMOUS: Actor = { id: 'anonymous', role: 'anonymous' };

/** The parts of the API that an API token can be cut to. */
export const AREAS = ['apps', 'sessions', 'users', 'audit', 'operations'] as const;
export type Area = (typeof AREAS)[number];
export type Scope = `${Area}:${'read' | 'write'}`;
/** Everything that a token can be allowed to do; a person at the page is never cut to any of it. */
export const SCOPES: readonly Scope[] = AREAS.flatMap((area): Scope[] => [
  `${area}:read`,
  `${area}:write`,
]);

/** Everything about a request that is not its content; it travels in message headers and into the events. */
export type RequestContext = Readonly<{
  actor: Actor;
  /** The sign-in that the actor uses, where there is one. */
  signInId?: string;
  /** The API token that the actor uses instead of a sign-in, and what it is cut to. */
  tokenId?: string;
  scopes?: readonly Scope[];
  /** Somebody else knows the actor's password: hardly anything is open until it has been changed. */
  mustChangePassword?: true;
  commandId: string;
  /** SHA-256 of the operation and its data, to tell a repeated request from a reused Idempotency-Key. */
  requestHash?: string;
  correlationId: string;
  causationId?: string;
  ip?: string;
  userAgent?: string;
  traceparent?: string;
  /** The version the caller saw (If-Match): the sequence of the stream's last commit. */
  expectedVersion?: number;
  /** The sequence of the log that a query is to answer for, as if nothing had happened since; now when absent. */
  asOf?: number;
}>;

/**
 * One thing a service can be asked to do. The name says what, `allow` says who may, and that is the only place
 * where it is said: the bus, the REST routes and the documents all read it here.
 */
export type Operation<D = unknown, R = unknown> = Readonly<{
  kind: 'command' | 'query';
  service: string;
  name: string;
  /** The bus subject: `sortie.<command|query>.<service>.<name>`. */
  subject: string;
  allow: readonly Role[];
  /** What some of the roles need beside: the service checks it against what it knows, and refuses with `Forbidden`. */
  condition?: string;
  /** What an API token needs for it: a query reads, a command writes. Null where any token will do. */
  scope: Scope | null;
  /** A query that can be asked of the past: its answer at a sequence is what it would have been then. */
  past?: true;
  /** It needs a person at a browser: no token may, whatever its scopes. */
  person?: true;
  /** Open to a person who has to change the password first. */
  beforePasswordChange?: true;
  /** Shape of the request's data; unknown fields are refused. */
  data: z.ZodType<D>;
  /** Shape of the result. */
  result: z.ZodType<R>;
  /** The audit trail's resource type and the field of the data that names the resource. */
  resource?: Readonly<{ type: string; id?: string }>;
  /**
   * Fields of the data, at any depth, of which nothing may be kept, not even a hash: they are left out when a repeated
   * request is told from a reused Idempotency-Key, so the same key with another secret gets the first answer too.
   */
  secret?: readonly string[];
  /** How long its reply may take, where that is longer than for the others. */
  deadlineMs?: number;
}>;

type Declared<D, R> = Omit<Operation<D, R>, 'kind' | 'service' | 'name' | 'subject' | 'scope'> &
  Readonly<{
    /** Where the service's own area is not the one; null lets any token in. */
    area?: Area | null;
  }>;

const AREA_OF: Readonly<Record<string, Area>> = {
  catalog: 'apps',
  session: 'sessions',
  identity: 'users',
  audit: 'audit',
};

/** What an API token needs to do something with a service. */
export const scopeOf = (
  kind: Operation['kind'],
  service: string,
  area: Area = AREA_OF[service] ?? 'operations',
): Scope => `${area}:${kind === 'query' ? 'read' : 'write'}`;

const declare =
  (kind: Operation['kind'], service: string) =>
  <D, R>(name: string, { area, ...declared }: Declared<D, R>): Operation<D, R> => ({
    kind,
    service,
    name,
    subject: `sortie.${kind}.${service}.${name}`,
    scope: area === null ? null : scopeOf(kind, service, area),
    ...declared,
  });

/** Declares the operations of one service: `command` changes something and is in the trail, `query` only reads. */
export const operationsOf = (service: string) => ({
  command: declare('command', service),
  query: declare('query', service),
});

/** What the sender of a request hears back. A rejection is an expected answer; a broken service throws. */
export type Reply<R> =
  | Readonly<{
      kind: 'done';
      result: R;
      /** Version of the aggregate the answer speaks of (commands, and queries of one resource). */
      version?: number;
      /** False when the service's read model had not reached the command's sequence within the wait. */
      caughtUp?: boolean;
    }>
  | Readonly<{
      kind: 'rejected';
      code: string;
      detail: string;
      retryAfterSeconds?: number;
      /** The fields of the data that were refused, each with what to write instead. */
      errors?: readonly Readonly<{ field: string; message: string }>[];
    }>;

/** Port to the other services: request and reply with a deadline. */
export interface Bus {
  /** Errors: {@link BusUnavailableError} when nobody answers in time. */
  request<D, R>(operation: Operation<D, R>, data: D, context: RequestContext): Promise<Reply<R>>;
}

/** Nobody answered in time; the request may or may not have been carried out. */
export class BusUnavailableError extends Error {
  override readonly name = 'BusUnavailableError';
}
