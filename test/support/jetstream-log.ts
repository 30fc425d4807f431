import { JetStreamEventLog, type JetStreamOptions } from '#shared/adapters/jetstream-event-log.js';
import { NatsLink, type NatsOptions } from '#shared/adapters/nats-connection.js';
import type { NatsServer } from './nats-server.js';

/** Where a server is and how to get in. */
export type NatsAddress = Pick<NatsServer, 'url' | 'seed'>;

/** For logs that are to go on by themselves, however long a busy machine takes to bring their server back. */
export const PATIENT = { patienceMs: 30_000 } as const;

/** Connects as the user that may do everything. */
export function linkTo(server: NatsAddress, over: Partial<NatsOptions> = {}): Promise<NatsLink> {
  return NatsLink.connect({
    servers: server.url,
    nkeySeed: server.seed,
    name: 'test',
    inboxPrefix: '_INBOX.sortie.test',
    ...over,
  });
}

/** Asks JetStream's API as an administrator would. */
export async function askServer<T>(server: NatsAddress, operation: string, body?: object) {
  const link = await linkTo(server);
  const nats = await link.connected(10_000);
  const asked = body ? JSON.stringify(body) : '';
  const answer = await nats.request(`$JS.API.${operation}`, asked, { timeout: 30_000 });
  await link.close();
  return answer.json<T & { error?: { description: string } }>();
}

/** A log on a server, with a connection of its own; `cleanup` removes the stream. */
export async function openJetStreamLog(
  server: NatsAddress,
  options: Partial<JetStreamOptions> = {},
  over: Partial<NatsOptions> = {},
) {
  let link = await linkTo(server, over);
  let log = await JetStreamEventLog.open({ connection: link, ...options });
  const close = async (): Promise<void> => {
    await log.close();
    await link.close();
  };
  const reopen = async (): Promise<JetStreamEventLog> => {
    await close();
    link = await linkTo(server, over);
    return (log = await JetStreamEventLog.open({ connection: link, ...options }));
  };
  const cleanup = async (): Promise<void> => {
    await close();
    await askServer(server, 'STREAM.DELETE.SORTIE');
  };
  return { log, link, close, reopen, cleanup };
}

/** The error that a promise ends with, for a failure that is to come while something else happens. */
export const failureOf = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => {
      throw new Error('nothing failed');
    },
    (error: Error) => error,
  );
