import type { z } from 'zod';
import type { EnsureFirstAdministrator } from '#shared/contracts/identity.js';
import { done } from '#shared/boot/reply.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { streamOf } from '#shared/es/commit.js';
import { systemContext } from '#shared/es/system-context.js';
import { type Administrators, ADMINISTRATORS_ID } from '../domain/administrators.js';
import { hasUsers, listAdministratorIds } from '../read/users.query.js';
import type { Identity } from '../tokens.js';
import { dismissAdministrator } from './disable-user.js';
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
  // It was printed, so it may be in a log: it lets in to choose another one (OWASP ASVS 5.0, 6.4.1).
  const administrator = { name: NAME, role: 'admin', mustChange: true } as const;
  const registering = { ...context, commandId: COMMAND_ID };
  const reply = await registerUser(identity, administrator, registering);
  if (reply.kind === 'rejected') return reply;
  const { password } = reply.result;
  return done(password === null ? null : { name: NAME, password });
}

/**
 * Makes the set of those of whom one must remain be what the users say: a crash may have left one out, between
 * registration and appointment or between dismissal and disabling. Another replica may be disabling somebody at the same
 * time: whoever that counts in again is taken out, here once it is disabled, or by the one who disables.
 */
export async function countAdministrators(identity: Identity): Promise<void> {
  const { database, decisions } = identity;
  for (const userId of await listAdministratorIds(database.primary)) {
    await appointAdministrator(identity, userId, systemContext());
  }
  const counted = await decisions.findAggregate(
    streamOf('identity', 'administrators', ADMINISTRATORS_ID),
  );
  await identity.caughtUp();
  const active = await listAdministratorIds(database.primary);
  for (const userId of (counted?.state as Administrators | undefined)?.userIds ?? []) {
    if (!active.includes(userId)) await dismissAdministrator(identity, userId, systemContext());
  }
}
