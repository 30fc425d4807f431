import { randomBytes, randomUUID } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { seal, type SealingKey, unseal } from '#shared/adapters/seal.js';
import type { PasswordCredential } from '#shared/contracts/identity.js';
import { HashQueue } from './hash-queue.js';

/** OWASP's first choice (Password Storage Cheat Sheet); the library's algorithm is argon2id. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Whose password, as it is kept. */
export type SealedPassword = Readonly<{ userId: string; sealedHash: string }>;

const placeOf = (userId: string) => ['user', userId, 'password_hash'];

/** Makes and checks passwords. What it hands out is sealed: neither log nor database ever has a hash to guess against. */
export class Passwords {
  readonly #key: SealingKey;
  /** The hash of nobody's password: comparing with it takes as long as with a real one. */
  readonly #nobodys: string;
  readonly #queue = new HashQueue();

  private constructor(key: SealingKey, nobodys: string) {
    this.#key = key;
    this.#nobodys = nobodys;
  }

  static async open(key: SealingKey): Promise<Passwords> {
    return new Passwords(key, await hash(randomBytes(32), ARGON2));
  }

  /** A new credential for a password. Errors: HashQueueFullError. */
  async seal(userId: string, password: string, mustChange: boolean): Promise<PasswordCredential> {
    const hashed = await this.#queue.run(() => hash(password, ARGON2));
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
      return (await verify(hashed, password)) && kept !== undefined;
    });
  }

  /** Throws UnsealError when the password was sealed under another key. */
  requireKey(kept: SealedPassword): void {
    this.#unseal(kept);
  }

  #unseal = ({ userId, sealedHash }: SealedPassword): string =>
    unseal(this.#key, placeOf(userId), sealedHash);
}
