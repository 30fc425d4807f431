import { connect, type ConnectionOptions, nkeyAuthenticator, type NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { JetStreamEventLog } from '#shared/adapters/jetstream-event-log.js';
import { NatsLink } from '#shared/adapters/nats-connection.js';
import type { NatsReader } from '#shared/adapters/nats-server-config.js';
import {
  inboxOf,
  permissionsOf,
  SERVICE_NAMES,
  type ServiceName,
} from '#shared/contracts/permissions.js';
import { openNatsBus } from './nats-bus-host.js';
import { type NatsServer, type NatsVersion, newNatsUser, startNatsServer } from './nats-server.js';

type Keys = Readonly<Record<ServiceName, ReturnType<typeof newNatsUser>>>;

/**
 * A server that knows one process for each service, with the permissions that Sortie gives it, and perhaps readers, for
 * all tests of a suite; and what such a process can have, until the end of a test.
 */
export function natsServicesStage(version: NatsVersion, readers: readonly NatsReader[] = []) {
  const keys = Object.fromEntries(SERVICE_NAMES.map((name) => [name, newNatsUser()])) as Keys;
  const open: { close: () => Promise<void> }[] = [];
  let server: NatsServer;
  beforeAll(async () => {
    const users = SERVICE_NAMES.map((name) => {
      const { nkey } = keys[name];
      return { nkey, ...permissionsOf([name], nkey) };
    });
    server = await startNatsServer({ version, users, config: { readers } });
  });
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });
  afterAll(() => server.stop());

  const connectWith = async (
    seed: string | undefined,
    over: ConnectionOptions = {},
  ): Promise<NatsConnection> => {
    const authenticator = seed && nkeyAuthenticator(new TextEncoder().encode(seed));
    const nats = await connect({
      servers: server.url,
      ...(authenticator && { authenticator }),
      reconnect: false,
      ...over,
    });
    open.push(nats);
    return nats;
  };
  /** A bare connection as a service's process has it, which can send anything. */
  const connectAs = (name: ServiceName): Promise<NatsConnection> =>
    connectWith(keys[name].seed, { inboxPrefix: inboxOf(keys[name].nkey) });
  const busAs = async (name: ServiceName) => {
    const { nkey: user, seed } = keys[name];
    const bus = await openNatsBus({ url: server.url, seed, user, name, deadlineMs: 30_000 });
    open.push(bus);
    return bus;
  };
  const logAs = async (name: ServiceName): Promise<JetStreamEventLog> => {
    const { nkey, seed } = keys[name];
    const options = { servers: server.url, nkeySeed: seed, name, inboxPrefix: inboxOf(nkey) };
    const link = await NatsLink.connect(options);
    open.push(link);
    const log = await JetStreamEventLog.open({ connection: link });
    open.push(log);
    return log;
  };
  return { keys, connectWith, connectAs, busAs, logAs };
}
