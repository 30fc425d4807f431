import type { Service } from '#shared/boot/service.js';
import type { Passwords } from './adapters/passwords.js';
import type { IdentityTables } from './read/tables.js';

/** Names the {@link Identity} for Nest, which can't inject a type. */
export const IDENTITY = Symbol('identity');

/** What the identity service's controllers and processes work with. */
export type Identity = Service<IdentityTables> &
  Readonly<{
    passwords: Passwords;
    /** A hash of a name, or of a name and an address, that only the sealing key's holder can compute; fit for a stream's id. */
    hashName: (text: string) => string;
    now: () => Date;
  }>;
