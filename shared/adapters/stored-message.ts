import { partsOf, type Sequence } from '#shared/es/commit.js';

/** A message of the stream: `text` is the JSON of its events, `size` about what it takes in memory. */
export type Stored = Readonly<{
  sequence: Sequence;
  subject: string;
  size: number;
  commandId: string;
  text: string;
  /** Somebody else than the log has put it into the stream: it has a place there, and is no commit. */
  isForeign: boolean;
}>;

export const COMMAND_ID_HEADER = 'Nats-Msg-Id';
/** The server puts it into an answer that repeats a stored message; no commit has it. */
export const COPY_HEADER = 'Nats-Stream';

/** Reads the command id from the text of a message's headers; empty when they have none. */
export function commandIdIn(headers: string): string {
  const found = headers.indexOf(COMMAND_ID_START);
  if (found < 0) return '';
  const start = found + COMMAND_ID_START.length;
  return headers.slice(start, headers.indexOf('\r', start)).trim();
}

/** Tells from the text of a message's headers whether it is an answer of the server that repeats another message. */
export const isCopyIn = (headers: string): boolean => headers.includes(COPY_START);

const COMMAND_ID_START = `\r\n${COMMAND_ID_HEADER}:`;
const COPY_START = `\r\n${COPY_HEADER}:`;

/**
 * Tells a commit from what else can get into the stream. NATS puts an answer wherever the one who asks wants it, so a
 * process could have the server write answers, even copies of messages, into the stream of a service that it is not.
 */
export function isForeign(subject: string, commandId: string, isCopy: boolean): boolean {
  if (commandId === '' || isCopy) return true;
  try {
    partsOf(subject);
    return false;
  } catch {
    return true;
  }
}
