import type { NatsConnection } from 'nats';
import type { Sequence } from '#shared/es/commit.js';
import { ask, ATTEMPT_MS_MAX, ERRORS, JetStreamError, STREAM } from './jetstream-requests.js';
import {
  COMMAND_ID_HEADER,
  commandIdIn,
  COPY_HEADER,
  isCopyIn,
  isForeign,
  type Stored,
} from './stored-message.js';

type MessageAnswer = Readonly<{
  message: Readonly<{ seq: number; subject: string; hdrs?: string; data?: string }>;
}>;

export type MessageQuery =
  | Readonly<{ seq: Sequence }>
  | Readonly<{ last_by_subj: string }>
  /** The first message of a subject at or after a sequence. */
  | Readonly<{ seq: Sequence; next_by_subj: string }>;

/** Gets one message from the stream's leader, which knows the newest. */
export async function getMessage(
  nats: NatsConnection,
  query: MessageQuery,
): Promise<Stored | undefined> {
  try {
    const { message } = await ask<MessageAnswer>(nats, `STREAM.MSG.GET.${STREAM}`, query);
    const { seq: sequence, subject, hdrs = '', data = '' } = message;
    const text = Buffer.from(data, 'base64').toString();
    const headers = Buffer.from(hdrs, 'base64').toString('latin1');
    const commandId = commandIdIn(headers);
    const foreign = isForeign(subject, commandId, isCopyIn(headers));
    return { sequence, subject, size: text.length, commandId, text, isForeign: foreign };
  } catch (error) {
    if (error instanceof JetStreamError && error.code === ERRORS.messageNotFound) return undefined;
    throw error;
  }
}

/** Gets one message by its sequence from any server that has the stream, which may lag behind its leader. */
export async function getDirectly(
  nats: NatsConnection,
  sequence: Sequence,
): Promise<Stored | undefined> {
  const message = await nats.request(`$JS.API.DIRECT.GET.${STREAM}`, `{"seq":${sequence}}`, {
    timeout: ATTEMPT_MS_MAX,
  });
  const { headers, data } = message;
  if (!headers || headers.code >= 300) return undefined;
  // What the server says about the message comes behind what the message was stored with.
  const subject = headers.last('Nats-Subject');
  const commandId = headers.get(COMMAND_ID_HEADER);
  const isCopy = headers.values(COPY_HEADER).length !== 1;
  const foreign = isForeign(subject, commandId, isCopy);
  const text = message.string();
  return { sequence, subject, size: data.length, commandId, text, isForeign: foreign };
}
