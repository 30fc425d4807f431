// Prints a line for every event of Sortie's sessions, in order, each at least once. README.md beside it says how to run it.
import { readFileSync } from 'node:fs';
import { CloudEvent } from 'cloudevents';
import { AckPolicy, connect, nanos, nkeyAuthenticator, nkeys } from 'nats';

const { NATS_URL = 'nats://127.0.0.1:4222', NKEY_FILE = 'billing.nkey' } = process.env;
const seed = new TextEncoder().encode(readFileSync(NKEY_FILE, 'utf8').trim());
// The one consumer that this key may have for sessions: the server keeps under this name how far it has read.
const name = `session-${nkeys.fromSeed(seed).getPublicKey()}`;
const api = { apiPrefix: 'JS.SORTIE.API', checkAPI: false };

const nats = await connect({
  ...{ servers: NATS_URL, authenticator: nkeyAuthenticator(seed) },
  ...{ waitOnFirstConnect: true, maxReconnectAttempts: -1, pingInterval: 5_000 },
});
const { consumers } = await nats.jetstreamManager(api);
await consumers.add('SORTIE', {
  ...{ durable_name: name, filter_subject: 'sortie.event.session.>' },
  // What is not acknowledged in time comes again, and nothing behind it comes before.
  ...{ ack_policy: AckPolicy.Explicit, ack_wait: nanos(5_000), max_ack_pending: 1 },
});

const messages = await (await nats.jetstream(api).consumers.get('SORTIE', name)).consume();
for await (const message of messages) {
  // What has no command id, or is a copy that the server made, is no commit of Sortie's.
  const isCommit = message.headers?.has('Nats-Msg-Id') && !message.headers.has('Nats-Stream');
  for (const received of isCommit ? message.json() : []) {
    // Throws for what is no CloudEvent. Where doing it twice would harm, look first whether `id` is known.
    const { id, type, subject, time, actor, data } = new CloudEvent(received);
    const line = { sequence: message.seq, id, type, subject, time, actor, data };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
  message.ack();
}
