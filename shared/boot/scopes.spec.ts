// Goal: no API token does anything that it is not cut to, whichever way the request came. Method: every operation that
// there is, as its service guards it, is asked with every scope alone.
import { describe, expect, it } from 'vitest';
import { auditOperations } from '#shared/contracts/audit.js';
import { catalogOperations } from '#shared/contracts/catalog.js';
import { gatewayOperations } from '#shared/contracts/gateway.js';
import { identityOperations } from '#shared/contracts/identity.js';
import { projectionOperations } from '#shared/contracts/projections.js';
import { sessionOperations } from '#shared/contracts/session.js';
import {
  type Operation,
  PEOPLE,
  type Reply,
  type RequestContext,
  type Role,
  type Scope,
  SCOPES,
} from '#shared/es/operation.js';
import { asked } from '#test/support/catalog-host.js';
import type { BusRequest } from './bus-request.js';
import { Handles } from './handles.js';
import { done } from './reply.js';

const AREAS: Readonly<Record<string, readonly Operation[]>> = {
  apps: catalogOperations as readonly unknown[] as Operation[],
  sessions: sessionOperations as readonly unknown[] as Operation[],
  users: identityOperations as readonly unknown[] as Operation[],
  audit: auditOperations as readonly unknown[] as Operation[],
  operations: [
    ...(gatewayOperations as readonly unknown[] as Operation[]),
    ...Object.values<Operation>(projectionOperations('catalog') as never),
    ...Object.values<Operation>(projectionOperations('identity') as never),
  ],
};
const all = Object.entries(AREAS).flatMap(([area, operations]) =>
  operations.map((operation) => ({ area, operation, name: operation.name })),
);

/** What guards an operation answers, with nothing behind it that could refuse: data that is not valid got past the guard. */
async function guarded(operation: Operation, context: RequestContext): Promise<string> {
  class Controller {
    async handle(_: BusRequest): Promise<Reply<unknown>> {
      return done(null);
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Controller.prototype, 'handle') ?? {};
  Handles(operation)(Controller.prototype, 'handle', descriptor);
  // Nest injects what puts refusals on record.
  const controller = new Proxy(new Controller(), {
    get: (target, key) =>
      typeof key === 'symbol' && key.description === 'commands'
        ? { recordRefusal: async () => undefined }
        : Reflect.get(target, key),
  });
  const request: BusRequest = { data: { surprise: true }, context };
  const reply = (await descriptor.value.call(controller, request)) as Reply<unknown>;
  return reply.kind === 'done' || reply.code === 'InvalidRequest' ? 'open' : reply.code;
}

const roleFor = ({ allow }: Operation): Role =>
  PEOPLE.find((role) => allow.includes(role)) ?? 'user';

describe('an API token with one scope', () => {
  it.each(all)('at $area $name is let in by that scope alone', async ({ area, operation }) => {
    const { kind, allow, person } = operation;
    const role = roleFor(operation);
    const right = `${area}:${kind === 'query' ? 'read' : 'write'}`;
    const expected = (scope: Scope | undefined): string => {
      if (!allow.includes(role)) return 'Forbidden';
      if (allow.includes('anonymous')) return 'open';
      if (person) return 'PersonRequired';
      return scope === right || operation.name === 'ShowMe' ? 'open' : 'ScopeMissing';
    };
    for (const scope of [...SCOPES, undefined]) {
      const context = asked(role, { tokenId: 't', scopes: scope ? [scope] : [] });
      expect([scope, await guarded(operation, context)]).toEqual([scope, expected(scope)]);
    }
    const withoutToken = await guarded(operation, asked(role));
    expect(withoutToken).toBe(allow.includes(role) ? 'open' : 'Forbidden');
  });
});

describe('a person who has to change the password', () => {
  const OPEN = ['ChangePassword', 'RotateSignIn', 'ShowMe', 'SignOut'];

  it.each(all)(
    'at $area $name gets in where a new password is taken, and nowhere else',
    async (one) => {
      const { operation } = one;
      const role = roleFor(operation);
      if (!operation.allow.includes(role)) return;
      const isOpen = operation.allow.includes('anonymous') || OPEN.includes(operation.name);
      const answer = await guarded(operation, asked(role, { mustChangePassword: true }));
      expect(answer).toBe(isOpen ? 'open' : 'PasswordChangeRequired');
    },
  );
});
