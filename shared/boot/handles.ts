import { createHash } from 'node:crypto';
import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { firstValueFrom, from, type Observable } from 'rxjs';
import { CommandHandler } from '#shared/es/command-handler.js';
import type { Operation, Reply } from '#shared/es/operation.js';
import type { BusRequest } from './in-process-bus.js';

const OPERATION = Symbol('operation');

/**
 * Runs before every operation of a service, wherever the request came from: says no to roles that the operation
 * does not allow, checks the data's shape, and records every refused attempt at a command in the log.
 */
@Injectable()
export class OperationInterceptor implements NestInterceptor {
  constructor(@Inject(CommandHandler) private readonly commands: CommandHandler) {}

  intercept(execution: ExecutionContext, next: CallHandler): Observable<Reply<unknown>> {
    const operation = Reflect.getMetadata(OPERATION, execution.getHandler()) as Operation;
    return from(this.#run(operation, execution.switchToRpc().getData<BusRequest>(), next));
  }

  async #run(
    operation: Operation,
    request: BusRequest,
    next: CallHandler,
  ): Promise<Reply<unknown>> {
    const refused = this.#refusal(operation, request);
    const requestHash = hashOf(operation, request);
    request.context = { ...request.context, requestHash };
    const reply = refused ?? ((await firstValueFrom(next.handle())) as Reply<unknown>);
    if (reply.kind === 'rejected' && isOnRecord(operation, request, reply.code)) {
      await this.#record(operation, request, reply);
    }
    return reply;
  }

  #refusal(operation: Operation, request: BusRequest): Reply<never> | undefined {
    const { role } = request.context.actor;
    if (!operation.allow.includes(role)) {
      const detail = `${operation.name} is for ${operation.allow.join(', ')}; you are signed in as ${role}.`;
      return { kind: 'rejected', code: 'Forbidden', detail };
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

  async #record(operation: Operation, request: BusRequest, { code, detail }: Refused) {
    const { resource, secret = [] } = operation;
    const idField = resource?.id !== undefined && !secret.includes(resource.id) && resource.id;
    const id = idField && (request.data as Record<string, unknown>)[idField];
    await this.commands.recordRefusal(
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
  'Unavailable',
]);

function isOnRecord({ kind }: Operation, { context }: BusRequest, code: string): boolean {
  const { role } = context.actor;
  const byPerson = role === 'user' || role === 'admin' || role === 'operator';
  const attempt = kind === 'command' ? !NOT_ATTEMPTS.has(code) : code === 'Forbidden';
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

/** Marks a controller's method as the one that carries out an operation. The method takes a BusRequest and returns a Reply. */
export const Handles = (operation: Operation): MethodDecorator =>
  applyDecorators(
    MessagePattern(operation.subject),
    SetMetadata(OPERATION, operation),
    UseInterceptors(OperationInterceptor),
  );
