// Fills a stream of NATS far faster than the log may: the server flushes later, as Sortie would refuse it to.
import type { NatsConnection } from 'nats';
import { encodeEvents } from '#shared/adapters/commit-size.js';
import { STREAM } from '#shared/adapters/jetstream-requests.js';
import { linkTo, openJetStreamLog } from '#test/support/jetstream-log.js';
import { startNatsServer } from '#test/support/nats-server.js';
import { catalogueCommit, type LogSize } from './catalogue-commits.js';

const IN_FLIGHT = 1_000;

/** Makes the log's stream in a folder and fills it with a catalogue's history; the next server there syncs always. */
export async function fillStream(folder: string, size: LogSize): Promise<void> {
  const strict = await startNatsServer({ folder });
  await (await openJetStreamLog(strict)).close();
  await strict.kill('SIGTERM');
  const lazy = await startNatsServer({ folder, config: { sync: 'server-default' } });
  const link = await linkTo(lazy);
  await publishAll(await link.connected(1_000), size);
  await link.close();
  // On its way out it writes everything to the disk.
  await lazy.kill('SIGTERM');
}

async function publishAll(nats: NatsConnection, { events, apps }: LogSize): Promise<void> {
  const jetstream = nats.jetstream();
  let n = 0;
  const publish = async (): Promise<void> => {
    while (n < events) {
      const commit = catalogueCommit(n, apps);
      n += 1;
      const options = { msgID: commit.commandId, expect: { streamName: STREAM } };
      await jetstream.publish(commit.stream, encodeEvents(commit), options);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, publish));
}
