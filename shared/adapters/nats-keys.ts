import { nkeys } from 'nats';

/** The two halves of what a process proves to NATS who it is with. */
export type NatsKey = Readonly<{
  /** Public: the server's configuration knows the process by it (`U…`). */
  nkey: string;
  /** Secret: only the process has it (`SU…`). */
  seed: string;
}>;

/** Makes a new pair. */
export function newNatsKey(): NatsKey {
  const pair = nkeys.createUser();
  return { nkey: pair.getPublicKey(), seed: new TextDecoder().decode(pair.getSeed()) };
}

/** The public half of a user's seed; undefined for what is none. */
export function nkeyOf(seed: string): string | undefined {
  try {
    const nkey = nkeys.fromSeed(new TextEncoder().encode(seed)).getPublicKey();
    return nkey.startsWith('U') ? nkey : undefined;
  } catch {
    // The error could hold the secret.
    return undefined;
  }
}
