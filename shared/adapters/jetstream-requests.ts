import { headers, type NatsConnection, NatsError } from 'nats';
import type { Sequence } from '#shared/es/commit.js';
import { COMMAND_ID_HEADER } from './stored-message.js';

/** JetStream's own name of the log: one stream for all events of all services. */
export const STREAM = 'SORTIE';

/** How long one question to the server waits for its answer. */
export const ATTEMPT_MS_MAX = 2_000;

/** JetStream has answered with an error; `code` is its number for it. */
export class JetStreamError extends Error {
  override readonly name = 'JetStreamError';
  readonly code: number;
  /** As in HTTP. */
  readonly status: number;

  constructor({ err_code: code = 0, code: status = 0, description = '' }: ApiError) {
    super(description);
    this.code = code;
    this.status = status;
  }
}

export const ERRORS = {
  streamNotFound: 10_059,
  streamNameInUse: 10_058,
  messageNotFound: 10_037,
  wrongLastSequence: 10_071,
  /** The same, told without the sequence. */
  wrongLastSequenceConstant: 10_164,
  insufficientStorage: 10_047,
  /** Also a full stream, and a disk that can't be written. */
  storeFailed: 10_077,
  insufficientResources: 10_023,
  storageExceeded: 10_028,
} as const;

export type ApiError = Readonly<{ err_code?: number; code?: number; description?: string }>;

/** Something on the way to the answer was exchanged or lost; asking again may help. */
export class InterruptedError extends Error {
  override readonly name: string = 'InterruptedError';
}

/** Asks JetStream's API once. Errors: {@link JetStreamError}, NatsError when no answer came. */
export async function ask<T>(nats: NatsConnection, operation: string, body?: object): Promise<T> {
  const asked = body ? JSON.stringify(body) : '';
  const message = await nats.request(`$JS.API.${operation}`, asked, { timeout: ATTEMPT_MS_MAX });
  const { error, ...answer } = message.json<{ error?: ApiError }>();
  if (error) throw new JetStreamError(error);
  return answer as T;
}

/** The headers of a commit that is to be appended. */
export function appendHeaders(commandId: string, expectedVersion: Sequence | 'any') {
  const all = headers();
  all.set(COMMAND_ID_HEADER, commandId);
  all.set('Nats-Expected-Stream', STREAM);
  if (expectedVersion !== 'any') {
    all.set('Nats-Expected-Last-Subject-Sequence', String(expectedVersion));
  }
  return all;
}

/** Tells whether asking again may help: no answer came, or JetStream is between two states. */
export function isPassing(error: unknown): boolean {
  if (error instanceof NatsError) return !error.isPermissionError();
  if (error instanceof JetStreamError) return error.status === 503;
  return error instanceof InterruptedError;
}

/** What to tell a person about a request that failed. */
export function reasonOf(error: unknown): string {
  if (error instanceof NatsError) {
    if (error.code === '503') return 'JetStream is not running on the server';
    if (error.code === 'TIMEOUT') return 'the server does not answer';
    if (error.isPermissionError()) {
      return `this process's user lacks a permission (${error.message}): take the server's configuration from "sortie nats config"`;
    }
  }
  return error instanceof Error ? error.message : String(error);
}
