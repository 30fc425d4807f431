import { join } from 'node:path';
import type { DynamicModule } from '@nestjs/common';
import { keyedHash, type SealingKey } from '#shared/adapters/seal.js';
import { openService, type Service, type ServiceHost } from '#shared/boot/service.js';
import { serviceModule } from '#shared/boot/service-module.js';
import { IDENTITY_EVENTS } from '#shared/contracts/identity.js';
import { erased } from '#shared/es/service-models.js';
import { Passwords } from './adapters/passwords.js';
import { administrators } from './domain/administrators.js';
import { attempts } from './domain/attempts.js';
import { signIn } from './domain/sign-in.js';
import { user } from './domain/user.js';
import { username } from './domain/username.js';
import { SignInController } from './edge/sign-in.controller.js';
import { UserController } from './edge/user.controller.js';
import { countAdministrators } from './process/first-administrator.js';
import { passwords } from './read/passwords.js';
import { signIns } from './read/sign-ins.js';
import type { IdentityTables } from './read/tables.js';
import { findAnyPassword } from './read/users.query.js';
import { usernames } from './read/usernames.js';
import { users } from './read/users.js';
import { IDENTITY, type Identity } from './tokens.js';

/**
 * Opens the read models of users and sign-ins and answers their operations. `sealingKey` is the one that the
 * passwords in the log were sealed with. Errors: UnsealError when it is another one; those of {@link openService}.
 */
export async function openIdentity(
  host: ServiceHost,
  { sealingKey }: Readonly<{ sealingKey: SealingKey }>,
): Promise<{ service: Service<IdentityTables>; module: DynamicModule }> {
  const service = await openService<IdentityTables>({
    ...host,
    name: 'identity',
    events: IDENTITY_EVENTS,
    migrations: join(import.meta.dirname, 'migrations'),
    models: [users, usernames, passwords, signIns],
    deciders: {
      username: erased(username),
      user: erased(user),
      administrators: erased(administrators),
      signin: erased(signIn),
      attempts: erased(attempts),
    },
  });
  try {
    const identity: Identity = {
      ...service,
      passwords: await Passwords.open(sealingKey),
      hashName: (text) => keyedHash(sealingKey, 'sign-in names', text),
      now: host.now,
    };
    await requireKey(identity);
    await countAdministrators(identity);
    const module = serviceModule(identity, IDENTITY, [SignInController, UserController]);
    return { service, module };
  } catch (error) {
    await service.stop();
    throw error;
  }
}

/** Without the right key nobody could sign in; the start is the time to say so. */
async function requireKey({ reader, passwords: sealed }: Identity): Promise<void> {
  const kept = await findAnyPassword(reader);
  if (kept) sealed.requireKey(kept);
}
