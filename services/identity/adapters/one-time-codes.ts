import { Secret, TOTP } from 'otpauth';
import { seal, type SealingKey, unseal } from '#shared/adapters/seal.js';

/** What every authenticator app takes (RFC 6238). */
const ALGORITHM = 'SHA1';
const DIGITS = 6;
const PERIOD_S = 30;
/** RFC 4226, section 4: as long as the hash. */
const SECRET_BYTES = 20;
/** A clock may be off by one step, either way. */
const STEPS_OFF_MAX = 1;
const ISSUER = 'Sortie';
const CODE = /^[0-9]{6}$/;

/** Whose secret, as it is kept. */
export type SealedSecret = Readonly<{ userId: string; sealedSecret: string }>;

/** Makes secrets for codes by time and checks the codes. What it hands out to be kept is sealed. */
export class OneTimeCodes {
  readonly #key: SealingKey;

  constructor(key: SealingKey) {
    this.#key = key;
  }

  /** A new secret, sealed. */
  make(userId: string): string {
    return seal(this.#key, placeOf(userId), new Secret({ size: SECRET_BYTES }).base32);
  }

  /** The secret as its user gets to see it: to type, and as an address that apps read. Throws UnsealError. */
  show(kept: SealedSecret, name: string): { secret: string; uri: string } {
    const totp = this.#totp(kept, name);
    return { secret: totp.secret.base32, uri: totp.toString() };
  }

  /** The time step at which `code` is right, around the moment `at`; undefined when it is at none. Throws UnsealError. */
  stepOf(kept: SealedSecret, code: string, at: Date): number | undefined {
    if (!CODE.test(code)) return undefined;
    const timestamp = at.getTime();
    const delta = this.#totp(kept, '').validate({ token: code, timestamp, window: STEPS_OFF_MAX });
    return delta === null ? undefined : Math.floor(timestamp / 1_000 / PERIOD_S) + delta;
  }

  #totp({ userId, sealedSecret }: SealedSecret, label: string): TOTP {
    const secret = Secret.fromBase32(unseal(this.#key, placeOf(userId), sealedSecret));
    const how = { algorithm: ALGORITHM, digits: DIGITS, period: PERIOD_S };
    return new TOTP({ ...how, issuer: ISSUER, label, secret });
  }
}

const placeOf = (userId: string) => ['user', userId, 'second_factor'];
