import { connect, JSONCodec, nkeyAuthenticator } from 'nats';
import type { LoggedCommit, LoggedEvent } from './history.js';

const STREAM = 'SORTIE';
const events = JSONCodec<LoggedEvent[]>();

/** Reads the whole log from its stream, past Sortie's own code. `seed` is of a user that may do everything. */
export async function readStream(url: string, seed: string): Promise<LoggedCommit[]> {
  const authenticator = nkeyAuthenticator(new TextEncoder().encode(seed));
  const nats = await connect({ servers: url, authenticator });
  try {
    const { state } = await (await nats.jetstreamManager()).streams.info(STREAM);
    const commits: LoggedCommit[] = [];
    if (state.messages === 0) return commits;
    const consumer = await nats.jetstream().consumers.get(STREAM);
    const messages = await consumer.consume();
    for await (const message of messages) {
      const { seq: sequence, subject: stream } = message;
      const commandId = message.headers?.get('Nats-Msg-Id') ?? '';
      commits.push({ sequence, stream, commandId, events: events.decode(message.data) });
      if (sequence >= state.last_seq) break;
    }
    return commits;
  } finally {
    await nats.close();
  }
}
