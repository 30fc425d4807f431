import { randomUUID } from 'node:crypto';
import * as nodeRs from '@node-rs/argon2';
import { seal, type SealingKey, unseal } from '#shared/adapters/seal.js';
import type { PasswordCredential } from '#shared/contracts/identity.js';
import { HashQueue } from './hash-queue.js';

/** OWASP's first choice (Password Storage Cheat Sheet); the library's algorithm is argon2id. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Whose password, as it is kept. */
export type SealedPassword = Readonly<{ userId: string; sealedHash: string }>;

/** The two functions of the library that are used. */
export type Argon2 = Pick<typeof nodeRs, 'hash' | 'verify'>;

const placeOf = (userId: string) => ['user', userId, 'password_hash'];

/** Makes and checks passwords. What it hands out is sealed: neither log nor database ever has a hash to guess against. */
export class Passwords {
  readonly #key: SealingKey;
  readonly #argon2: Argon2;
  /** The hash of nobody's password: comparing with it takes as long as with a real one. */
  readonly #nobodys: string;
  readonly #queue = new HashQueue();

  private constructor(key: SealingKey, argon2: Argon2, nobodys: string) {
    this.#key = key;
    this.#argon2 = argon2;
    this.#nobodys = nobodys;
  }

  static async open(key: SealingKey, argon2: Argon2 = nodeRs): Promise<Passwords> {
    return new Passwords(key, argon2, await argon2.hash(randomUUID(), ARGON2));
  }

  /** A new credential for a password. Errors: HashQueueFullError. */
  async seal(userId: string, password: string, mustChange: boolean): Promise<PasswordCredential> {
    const hashed = await this.#queue.run(() => this.#argon2.hash(password, ARGON2));
    const sealedHash = seal(this.#key, placeOf(userId), hashed);
    return { credentialId: randomUUID(), sealedHash, mustChange };
  }

  /**
   * Compares a password, taking its turn; without anything to compare with it takes the same time and says no.
   * `before` is asked once it is its turn, and what it returns ends the matter. Errors: HashQueueFullError, UnsealError.
   */
  async matches<R>(
    password: string,
    kept: SealedPassword | undefined,
    before: () => Promise<R | undefined>,
  ): Promise<boolean | R> {
    return this.#queue.run(async () => {
      const ended = await before();
      if (ended !== undefined) return ended;
      const hashed = kept ? this.#unseal(kept) : this.#nobodys;
      return (await this.#argon2.verify(hashed, password)) && kept !== undefined;
    });
  }

  /** Throws UnsealError when the password was sealed under another key. */
  requireKey(kept: SealedPassword): void {
    this.#unseal(kept);
  }

  #unseal = ({ userId, sealedHash }: SealedPassword): string =>
    unseal(this.#key, placeOf(userId), sealedHash);
}
