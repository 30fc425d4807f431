import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { openSealingKey } from '#shared/adapters/sealing-key.js';
import { InProcessBus } from '#shared/boot/in-process-bus.js';
import {
  Authenticate,
  EnsureFirstAdministrator,
  RegisterUser,
  SignIn,
  type UserRole,
} from '#shared/contracts/identity.js';
import type { Operation, Reply, RequestContext } from '#shared/es/operation.js';
import type { OidcSettings } from '#services/identity/adapters/oidc-provider.js';
import { openIdentity } from '#services/identity/module.js';
import { asked, BUS_MS_MAX } from './catalog-host.js';
import { type DatabasePlace, openPlace } from './database-place.js';

export const PASSWORD = 'mauve stapler 42';

export type IdentityHost = Awaited<ReturnType<typeof openIdentityHost>>;

/** Users and sign-ins on a real log and database of their own, at a time that the test sets. */
export async function openIdentityHost(settings: Readonly<{ oidc?: OidcSettings }> = {}) {
  const place = await openPlace();
  const { folder } = place;
  const clock = { ms: Date.parse('2026-11-20T10:00:00.000Z') };
  let running = await start(place, clock, settings);

  const ask = <D, R>(operation: Operation<D, R>, data: D, context: RequestContext) =>
    running.bus.request(operation, data, context);
  const signIn = (name: string, password: string, over: Partial<RequestContext> = {}) =>
    ask(SignIn, { name, password }, asked('anonymous', { ip: '10.0.0.1', ...over }));
  return {
    place,
    folder,
    clock,
    ask,
    signIn,
    get service() {
      return running.service;
    },
    get log() {
      return running.log;
    },
    ensureFirst: async () =>
      resultOf(await ask(EnsureFirstAdministrator, {}, asked('system'))) ?? undefined,
    /** Registers a user with {@link PASSWORD} and returns the user's id. */
    register: async (name: string, role: UserRole = 'user') =>
      resultOf(await ask(RegisterUser, { name, role, password: PASSWORD }, asked('console'))).user
        .id,
    /** Signs in with {@link PASSWORD} and returns the token. */
    tokenOf: async (name: string) => resultOf(await signIn(name, PASSWORD)).token,
    authenticate: (token: string) => ask(Authenticate, { token }, asked('anonymous')),
    /** The context of a request that came with this token's cookie. */
    as: async (token: string): Promise<RequestContext> => {
      const found = resultOf(await ask(Authenticate, { token }, asked('anonymous')));
      const { id, role } = found.user;
      return asked(role, { actor: { id, role }, signInId: found.sign_in_id });
    },
    /** Stops the service, lets `meanwhile` at its files, and starts it again. */
    restart: async (meanwhile: () => Promise<void> | void = () => undefined) => {
      await running.close();
      await meanwhile();
      running = await start(place, clock, settings);
    },
    /** Everything that is in the files, the way it lies there. */
    bytes: async () => {
      const names = await readdir(folder);
      return Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, name)))));
    },
    close: async () => {
      await running.close();
      await place.remove();
    },
  };
}

async function start(
  place: DatabasePlace,
  clock: { ms: number },
  settings: Readonly<{ oidc?: OidcSettings }>,
) {
  const { folder } = place;
  const databases = place.databases();
  const log = SqliteEventLog.open(join(folder, 'sortie.db'));
  const stopped: string[] = [];
  const host = {
    log,
    openDatabase: databases.openDatabase,
    now: () => new Date(clock.ms),
    onStopped: (name: string, error: string) => void stopped.push(`${name}: ${error}`),
  };
  try {
    const sealingKey = openSealingKey({ path: join(folder, 'sealing.key') });
    const { service, module } = await openIdentity(host, { sealingKey, ...settings });
    const bus = new InProcessBus(BUS_MS_MAX);
    const app = await NestFactory.createMicroservice(module, { strategy: bus, logger: ['error'] });
    await app.listen();
    const close = async (): Promise<void> => {
      await app.close();
      await service.stop();
      await databases.close();
      await log.close();
      if (stopped.length > 0) throw new Error(`Projections stopped: ${stopped.join('; ')}`);
    };
    return { bus, log, service, close };
  } catch (error) {
    await databases.close();
    await log.close();
    throw error;
  }
}

/** The result of a request that must have worked. */
export function resultOf<R>(reply: Reply<R>): R {
  if (reply.kind === 'rejected') throw new Error(`${reply.code}: ${reply.detail}`);
  return reply.result;
}

/** What a request was answered: `done`, or the code that it was refused with. */
export const answerOf = (reply: Reply<unknown>): string =>
  reply.kind === 'done' ? 'done' : reply.code;
