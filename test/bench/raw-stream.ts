// The log's stream on a server of its own, for publishing past Sortie as somebody would who has nothing but nats.js.
import { STREAM } from '#shared/adapters/jetstream-requests.js';
import type { EventLog } from '#shared/es/event-log.js';
import { linkTo, openJetStreamLog } from '#test/support/jetstream-log.js';
import { startNatsServer } from '#test/support/nats-server.js';
import { streamNamed } from '#test/support/commits.js';
import { randomUUID } from 'node:crypto';

export type RawStream = Readonly<{
  /** The same stream by Sortie's own adapter. */
  log: EventLog;
  /** Publishes a message on a subject of its own, with the headers of a commit; resolves when the server has it on disk. */
  publish: (message: Readonly<{ payload: string }>) => Promise<unknown>;
  stop: () => Promise<void>;
}>;

/** Starts the server, which syncs always, and makes the stream as the log does. */
export async function openRawStream(): Promise<RawStream> {
  const server = await startNatsServer();
  const { log, close } = await openJetStreamLog(server);
  const link = await linkTo(server);
  const jetstream = (await link.connected(1_000)).jetstream();
  return {
    log,
    publish: ({ payload }) => {
      const id = randomUUID();
      const expect = { streamName: STREAM, lastSubjectSequence: 0 };
      return jetstream.publish(streamNamed(id), payload, { msgID: id, expect });
    },
    stop: async () => {
      await close();
      await link.close();
      await server.stop();
    },
  };
}
