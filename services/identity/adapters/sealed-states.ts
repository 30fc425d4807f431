import { seal, type SealingKey, unseal, UnsealError } from '#shared/adapters/seal.js';

const PLACE = ['oidc', 'state'];

/** Texts that a browser carries for a while and can neither read nor make. */
export class SealedStates {
  readonly #key: SealingKey;

  constructor(key: SealingKey) {
    this.#key = key;
  }

  seal = (text: string): string => seal(this.#key, PLACE, text);

  /** The text; undefined for what was not sealed here. */
  open(sealed: string): string | undefined {
    try {
      return unseal(this.#key, PLACE, sealed);
    } catch (error) {
      if (error instanceof UnsealError) return undefined;
      throw error;
    }
  }
}
