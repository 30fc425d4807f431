import { v5 as uuidV5 } from 'uuid';
import { stepOf } from '#services/identity/process/step.js';
import { ANONYMOUS } from '#shared/es/operation.js';
import { rest } from './fault-schedule.js';
import type { Attempt, ClientOperation, Reading } from './history.js';

/** What an Idempotency-Key becomes in the log: stored for ever, so it can never be made otherwise. */
const COMMAND_NAMESPACE = '8c7a2c4b-0b7e-5d0a-9a55-9a3b8f4f5a61';
/** Longer than every deadline behind a gateway together, with the gateway paused on top: more is a hang. */
const PATIENCE_MS = 40_000;
const RETRY_MS = 100;
/** Refusals that have nothing to do with what was asked for. */
const NOT_AN_ANSWER = new Set([401, 403, 408, 425, 429]);

/** What is written down of a run. */
export type Recorded = {
  readonly operations: ClientOperation[];
  readonly readings: Reading[];
  /** Answers that nobody may ever get, whatever is broken: by kind, the first one and how often it came. */
  readonly oddities: Map<string, { first: string; times: number }>;
};

/** What is written down of a run that has not begun. */
export const nothingYet = (): Recorded => ({
  operations: [],
  readings: [],
  oddities: new Map(),
});

export type Gateway = Readonly<{ name: string; url: string }>;

/** A write, and what of it can be told in advance. */
export type Wanted = Readonly<{
  key: string;
  method: 'POST' | 'PUT' | 'DELETE';
  path: string;
  body?: unknown;
  ifMatch?: number;
  eventTypes: readonly string[];
  stream?: string;
  /** The stream by the answer's body, where the service makes up the id. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  streamOf?: (body: any) => string;
  expectedVersion?: number;
  /** Of several commits, the one whose version the answer has. */
  step?: string;
  /** Codes with which it may be refused. */
  mayRefuse?: readonly string[];
}>;

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
export type Told = Readonly<{ attempt: Attempt; body: any }>;

type Request = Readonly<{ method: string; headers?: Record<string, string>; body?: string }>;
// oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
type Got = Readonly<{ response: Response; body: any }>;

type Parts = Readonly<{
  gateways: readonly Gateway[];
  random: () => number;
  recorded: Recorded;
  /** When it aborts, what has no answer yet stays without one. */
  giveUp: AbortSignal;
}>;

/** Writes and reads through any of several gateways, repeats what has no answer, and writes everything down. */
export class RecordingClient {
  readonly #parts: Parts;
  #cookie = '';
  #actor = '';

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async signIn(name: string, password: string): Promise<this> {
    const { response, body } = await this.#ask(this.#anyGateway(), '/api/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, password }),
    });
    if (response.status !== 200) throw new Error(`Sign-in answered ${response.status}.`);
    this.#actor = body.user.id;
    return this;
  }

  /** Asks until there is an answer, each time through any gateway, with the same Idempotency-Key. */
  async carryOut(wanted: Wanted): Promise<Told> {
    const operation = this.#begin(wanted);
    this.#parts.recorded.operations.push(operation);
    for (;;) {
      const told = await this.#attempt(wanted, operation);
      if (told.attempt.outcome !== 'unknown' || this.#parts.giveUp.aborted) return told;
      await rest(RETRY_MS);
    }
  }

  /** Asks once more for what has been answered already. */
  async repeat(wanted: Wanted): Promise<void> {
    const { operations } = this.#parts.recorded;
    const operation = operations.find(({ key }) => key === wanted.key);
    if (operation) await this.#attempt(wanted, operation);
  }

  /** Reads what a stream is about, through any gateway; undefined when there was no answer. */
  async read(path: string, stream: string): Promise<{ version: Reading['version'] } | undefined> {
    const gateway = this.#anyGateway();
    const startedAt = performance.now();
    const got = await this.#ask(gateway, path, { method: 'GET' }).catch(reasonOf);
    if (typeof got === 'string' || got.response.status === 503) return undefined;
    const { status, headers } = got.response;
    if (status !== 200 && status !== 404) {
      this.#odd(`GET ${status}`, `${path} at ${gateway.name}: ${JSON.stringify(got.body)}`);
      return undefined;
    }
    const version = status === 404 ? 'absent' : (versionIn(headers) ?? 0);
    this.#parts.recorded.readings.push({ stream, gateway: gateway.name, startedAt, version });
    return { version };
  }

  #begin({ key, step, eventTypes, stream, expectedVersion }: Wanted): ClientOperation {
    const base = uuidV5(`${this.#actor}\n${key}`, COMMAND_NAMESPACE);
    const context = { actor: ANONYMOUS, commandId: base, correlationId: base };
    const commandId = step === undefined ? base : stepOf(context, step).commandId;
    return {
      ...{ key, commandId, eventTypes, attempts: [] },
      ...(stream !== undefined && { stream }),
      ...(expectedVersion !== undefined && { expectedVersion }),
    };
  }

  async #attempt(wanted: Wanted, operation: ClientOperation): Promise<Told> {
    const { method, path, streamOf } = wanted;
    const gateway = this.#anyGateway();
    const startedAt = performance.now();
    const got = await this.#ask(gateway, path, requestOf(wanted)).catch(reasonOf);
    const when = { gateway: gateway.name, startedAt, endedAt: performance.now() };
    if (typeof got === 'string') {
      if (got.includes('TimeoutError'))
        this.#odd('no answer', `${method} ${path}: ${gateway.name}`);
      return this.#told(operation, { ...when, outcome: 'unknown', why: got });
    }
    const outcome = outcomeOf(got);
    if (outcome.outcome === 'ok' && streamOf) operation.stream = streamOf(got.body);
    if (isOdd(got.response.status, outcome, wanted)) {
      const { status } = got.response;
      const line = `${method} ${path} (${operation.key}) at ${gateway.name}: ${JSON.stringify(got.body)}`;
      this.#odd(`${method} ${status}`, line);
    }
    return this.#told(operation, { ...when, ...outcome }, got.body);
  }

  #told(operation: ClientOperation, attempt: Attempt, body?: unknown): Told {
    operation.attempts.push(attempt);
    return { attempt, body };
  }

  #odd(kind: string, line: string): void {
    const { oddities } = this.#parts.recorded;
    const { first, times } = oddities.get(kind) ?? { first: line, times: 0 };
    oddities.set(kind, { first, times: times + 1 });
  }

  async #ask({ url }: Gateway, path: string, request: Request): Promise<Got> {
    const headers = { ...request.headers, ...(this.#cookie && { cookie: this.#cookie }) };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(`${url}${path}`, { ...request, headers, signal });
    for (const cookie of response.headers.getSetCookie()) this.#cookie = cookie.split(';')[0] ?? '';
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { response, body: isJson ? JSON.parse(text) : undefined };
  }

  #anyGateway(): Gateway {
    const { gateways, random } = this.#parts;
    const gateway = gateways[Math.floor(random() * gateways.length)];
    if (!gateway) throw new Error('There is no gateway.');
    return gateway;
  }
}

const versionIn = (headers: Headers): number | undefined => {
  const [, version] = /^"(\d+)"$/.exec(headers.get('etag') ?? '') ?? [];
  return version === undefined ? undefined : Number(version);
};

function requestOf({ key, method, body, ifMatch }: Wanted): Request {
  const headers = {
    'idempotency-key': key,
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
  };
  return { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
}

function outcomeOf({ response, body }: Got) {
  const { ok, status, headers } = response;
  const code = String(body?.code ?? status);
  if (ok) {
    const version = versionIn(headers);
    const isBehind = headers.get('sortie-read-model') === 'behind';
    return { outcome: 'ok', isBehind, ...(version !== undefined && { version }) } as const;
  }
  return status >= 500 || NOT_AN_ANSWER.has(status)
    ? ({ outcome: 'unknown', why: `${status} ${code}` } as const)
    : ({ outcome: 'refused', code } as const);
}

/** Whether nobody should have got this answer: broken, signed out, or refused without a reason. */
function isOdd(
  status: number,
  told: ReturnType<typeof outcomeOf>,
  { mayRefuse = [] }: Wanted,
): boolean {
  if (told.outcome === 'refused') return !mayRefuse.includes(told.code);
  return told.outcome === 'unknown' && status !== 503;
}

function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
  return `${name}: ${message}${cause ? ` (${cause.code ?? cause.message})` : ''}`;
}
