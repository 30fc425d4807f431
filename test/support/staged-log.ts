import { connect, JSONCodec, nkeyAuthenticator } from 'nats';
import type { LoggedCommit, LoggedEvent } from './history.js';

const STREAM = 'SORTIE';
const codec = JSONCodec<(LoggedEvent & { commandid: string })[]>();

/**
 * Reads the whole log from its stream, past Sortie's own code. `seed` is of a user that may do everything. The command
 * is the one that the events name: the header that the server knows repetitions by may be what is wrong.
 */
export async function readStream(url: string, seed: string): Promise<LoggedCommit[]> {
  const authenticator = nkeyAuthenticator(new TextEncoder().encode(seed));
  const nats = await connect({ servers: url, authenticator });
  try {
    const { state } = await (await nats.jetstreamManager()).streams.info(STREAM);
    const commits: LoggedCommit[] = [];
    if (state.messages === 0) return commits;
    const consumer = await nats.jetstream().consumers.get(STREAM);
    const messages = await consumer.consume();
    for await (const { seq: sequence, subject: stream, data } of messages) {
      const events = codec.decode(data);
      commits.push({ sequence, stream, commandId: events[0]?.commandid ?? '', events });
      if (sequence >= state.last_seq) break;
    }
    return commits;
  } finally {
    await nats.close();
  }
}
