import type { z } from 'zod';
import type { EnsureFirstAdministrator } from '#shared/contracts/identity.js';
import { done } from '#shared/boot/reply.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { systemContext } from '#shared/es/system-context.js';
import { hasUsers, listAdministratorIds } from '../read/users.query.js';
import type { Identity } from '../tokens.js';
import { appointAdministrator, registerUser } from './register-user.js';

/** One command for all starts: a start that a crash cut short is gone on with, and two at once register one administrator. */
const COMMAND_ID = '2f9c1b52-9f5a-4d6e-8b37-52a4d1f0c7e3';
const NAME = 'admin';

/** Registers the first administrator with a random password, when nobody was ever registered; else there is nothing to tell. */
export async function ensureFirstAdministrator(
  identity: Identity,
  context: RequestContext,
): Promise<Reply<z.infer<typeof EnsureFirstAdministrator.result>>> {
  if (await hasUsers(identity.reader)) return done(null);
  const administrator = { name: NAME, role: 'admin', mustChange: false } as const;
  const registering = { ...context, commandId: COMMAND_ID };
  const reply = await registerUser(identity, administrator, registering);
  if (reply.kind === 'rejected') return reply;
  const { password } = reply.result;
  return done(password === null ? null : { name: NAME, password });
}

/**
 * Counts in the administrators whom a crash left out, between their registration and their appointment or between
 * their dismissal and their being disabled. It runs before anybody is answered: beside a request that disables
 * somebody it could count that one in again.
 */
export async function countAdministrators(identity: Identity): Promise<void> {
  for (const userId of await listAdministratorIds(identity.reader)) {
    await appointAdministrator(identity, userId, systemContext());
  }
}
