import { createHash } from 'node:crypto';
import { Inject, Optional } from '@nestjs/common';
import { MessagePattern, RpcException } from '@nestjs/microservices';
import { CommandHandler } from '#shared/es/command-handler.js';
import { CommitTooLargeError, LogUnavailableError } from '#shared/es/event-log.js';
import { BusUnavailableError, type Operation, type Reply } from '#shared/es/operation.js';
import { LeadershipLostError, StoreUnavailableError } from '#shared/es/read-model-store.js';
import { noSpans, type Spans } from '#shared/es/spans.js';
import { whyNot } from '#shared/es/why-not.js';
import type { BusRequest } from './bus-request.js';
import { rejected } from './reply.js';
import { SPANS, tracedHandling } from './traced-request.js';

const COMMANDS = Symbol('commands');

type Handler = (request: BusRequest) => Promise<Reply<unknown>>;
type Controller = { [COMMANDS]: CommandHandler; [SPANS]?: Spans };

/**
 * Marks a controller's method as the one that carries out an operation. The method takes a BusRequest and returns a
 * Reply. Before it runs, wherever the request came from, who may not (see {@link whyNot}) and data of another shape
 * are refused; after it, a refused attempt at a command is put on record in the log.
 */
export const Handles =
  (operation: Operation): MethodDecorator =>
  (target, key, descriptor: PropertyDescriptor) => {
    const carryOut = descriptor.value as Handler;
    descriptor.value = function (this: Controller, request: BusRequest) {
      const carryOutIt = () => carryOut.call(this, request);
      return tracedHandling(this[SPANS] ?? noSpans, operation, request.context, (context) => {
        request.context = context;
        return handle(operation, request, this[COMMANDS], carryOutIt);
      }).catch(answerTo);
    };
    // A Nest interceptor would do the same, for a tenth of a millisecond in every request.
    Inject(CommandHandler)(target, COMMANDS);
    Inject(SPANS)(target, SPANS);
    Optional()(target, SPANS);
    MessagePattern(operation.subject)(target, key, descriptor);
  };

async function handle(
  operation: Operation,
  request: BusRequest,
  commands: CommandHandler,
  carryOut: () => Promise<Reply<unknown>>,
): Promise<Reply<unknown>> {
  const refused = refusalOf(operation, request);
  if (operation.kind === 'command') {
    request.context = { ...request.context, requestHash: hashOf(operation, request) };
  }
  const reply = refused ?? (await carryOut());
  if (reply.kind === 'rejected' && isOnRecord(operation, request, reply.code)) {
    await record(operation, request, reply, commands);
  }
  return reply;
}

/**
 * What passes with time, or never will, is an answer that every bus can carry. Anything else is a bug: Nest would put
 * "Internal server error" in its place, and nobody could find it.
 */
function answerTo(error: unknown): Reply<never> {
  if (
    error instanceof LogUnavailableError ||
    error instanceof StoreUnavailableError ||
    error instanceof LeadershipLostError ||
    error instanceof BusUnavailableError
  ) {
    const { message: detail } = error;
    return { kind: 'rejected', code: 'Unavailable', detail, retryAfterSeconds: 1 };
  }
  if (error instanceof CommitTooLargeError) return rejected('BodyTooLarge', error.message);
  throw new RpcException(error as object);
}

function refusalOf(operation: Operation, request: BusRequest): Reply<never> | undefined {
  const closed = whyNot(operation, request.context);
  if (closed) return { kind: 'rejected', ...closed };
  if (request.context.asOf !== undefined && !operation.past) {
    return rejected('InvalidRequest', `${operation.name} can't be asked of the past.`);
  }
  const parsed = operation.data.safeParse(request.data);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const detail = `${issue?.path.join('.') || 'The request'}: ${issue?.message ?? 'is not valid'}`;
    return { kind: 'rejected', code: 'InvalidRequest', detail };
  }
  request.data = parsed.data;
  return undefined;
}

async function record(
  operation: Operation,
  request: BusRequest,
  { code, detail }: Refused,
  commands: CommandHandler,
): Promise<void> {
  const { resource, secret = [] } = operation;
  const idField = resource?.id !== undefined && !secret.includes(resource.id) && resource.id;
  const id = idField && (request.data as Record<string, unknown> | null)?.[idField];
  await commands.recordRefusal(
    {
      operation: operation.name,
      ...(resource && { resourceType: resource.type }),
      ...(typeof id === 'string' && { resourceId: id }),
      code,
      detail,
    },
    request.context,
  );
}

type Refused = Extract<Reply<never>, { kind: 'rejected' }>;

/**
 * Refusals that are no attempt at anything: a malformed request, and a key that came twice (its first answer is on
 * record). Those that pass with time aren't kept either, or the same key could never be tried again.
 */
const NOT_ATTEMPTS = new Set([
  'InvalidRequest',
  'IdempotencyKeyReused',
  'SignInLocked',
  'TooManyRequests',
  'PasswordChangeRequired',
  // On record under ids of their own: the session service sees to that.
  'QuotaExceeded',
  'QueueFull',
  'RuntimeUnavailable',
  'Unavailable',
]);

/** Refused reads that are on record: nobody tries them by accident. */
const BEYOND_RIGHTS = new Set(['Forbidden', 'ScopeMissing', 'PersonRequired']);

function isOnRecord({ kind }: Operation, { context }: BusRequest, code: string): boolean {
  const { role } = context.actor;
  const byPerson = role !== 'anonymous' && role !== 'system';
  const attempt = kind === 'command' ? !NOT_ATTEMPTS.has(code) : BEYOND_RIGHTS.has(code);
  return byPerson && attempt;
}

/** What is secret stays out: anybody who reads the log could try guesses against its hash. */
function hashOf({ subject, secret = [] }: Operation, { data, context }: BusRequest): string {
  const asked = JSON.stringify(
    [subject, data, context.expectedVersion ?? null],
    (field, value: unknown) => (secret.includes(field) ? undefined : value),
  );
  return createHash('sha256').update(asked).digest('base64url');
}
