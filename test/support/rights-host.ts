import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { openSealingKey } from '#shared/adapters/sealing-key.js';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { InProcessBus } from '#shared/boot/in-process-bus.js';
import { newApp, RegisterApp } from '#shared/contracts/catalog.js';
import { AddGroupMember, CreateGroup } from '#shared/contracts/groups.js';
import { RegisterUser } from '#shared/contracts/identity.js';
import type { Operation, RequestContext } from '#shared/es/operation.js';
import { openCatalog } from '#services/catalog/module.js';
import { openIdentity } from '#services/identity/module.js';
import { asked, BUS_MS_MAX, CAUGHT_UP_MS_MAX } from './catalog-host.js';
import { openPlace } from './database-place.js';
import { PASSWORD, resultOf } from './identity-host.js';

export type RightsHost = Awaited<ReturnType<typeof openRightsHost>>;

/** Identity and the catalogue on one log: who is in which group, and what that lets them see. */
export async function openRightsHost() {
  const place = await openPlace();
  const databases = place.databases();
  const log = SqliteEventLog.open(join(place.folder, 'sortie.db'));
  const host = { log, openDatabase: databases.openDatabase, now: () => new Date() };
  const sealingKey = openSealingKey({ path: join(place.folder, 'sealing.key') });
  const identity = await openIdentity(host, { sealingKey });
  const catalog = await openCatalog(host);
  const bus = new InProcessBus(BUS_MS_MAX);
  class Both {}
  const imports = [identity.module, catalog.module];
  const app = await NestFactory.createMicroservice(
    { module: Both, imports },
    { strategy: bus, logger: ['error'] },
  );
  await app.listen();

  /** Asks, and waits until the catalogue has everything that was in the log by then. */
  const ask = async <D, R>(operation: Operation<D, R>, data: D, context = asked('admin')) => {
    const reply = await bus.request(operation, data, context);
    await catalog.service.projector.reached(await log.head(), CAUGHT_UP_MS_MAX);
    return reply;
  };
  const close = async (): Promise<void> => {
    await app.close();
    await catalog.service.stop();
    await identity.service.stop();
    await databases.close();
    await log.close();
    await place.remove();
  };
  return {
    ...{ log, ask, close, catalog: catalog.service, identity: identity.service },
    /** Registers a user and returns the context of what the user asks. */
    person: async (name: string): Promise<RequestContext> => {
      const wish = { name, role: 'user', password: PASSWORD } as const;
      const { user } = resultOf(await ask(RegisterUser, wish));
      return asked('user', { actor: { id: user.id, role: 'user' } });
    },
    /** Makes a group of these people and returns its id. */
    group: async (name: string, ...members: readonly RequestContext[]): Promise<string> => {
      const { id } = resultOf(await ask(CreateGroup, { name }));
      for (const { actor } of members) {
        resultOf(await ask(AddGroupMember, { group_id: id, user_id: actor.id }));
      }
      return id;
    },
    /** Registers an app that says this about itself. */
    app: async (id: string, over: object = {}, context = asked('admin')) =>
      ask(
        RegisterApp,
        newApp.parse({ id, name: id, url: 'https://a.example', visibility: 'approved', ...over }),
        context,
      ),
  };
}

/** The same person, asking for something else. */
export const again = (person: RequestContext): RequestContext =>
  asked(person.actor.role, { actor: person.actor });
