import type { EventLog } from '#shared/es/event-log.js';
import type { Service } from '#shared/boot/service.js';
import type { OidcProvider } from './adapters/oidc-provider.js';
import type { OneTimeCodes } from './adapters/one-time-codes.js';
import type { PersonKeys } from './adapters/person-keys.js';
import type { PersonalTexts } from './adapters/personal-texts.js';
import type { Passwords } from './adapters/passwords.js';
import type { PollLimits } from './adapters/poll-limits.js';
import type { SealedStates } from './adapters/sealed-states.js';
import type { IdentityTables } from './read/tables.js';

/** Names the {@link Identity} for Nest, which can't inject a type. */
export const IDENTITY = Symbol('identity');

/** What the identity service's controllers and processes work with. */
export type Identity = Service<IdentityTables> &
  Readonly<{
    passwords: Passwords;
    codes: OneTimeCodes;
    /** Where people can sign in elsewhere; undefined when nowhere. */
    oidc: OidcProvider | undefined;
    /** What browsers carry there and back. */
    states: SealedStates;
    /** How often programs without a browser ask for their tokens. */
    polls: PollLimits;
    /** A hash of a name, or of a name and an address, that only the sealing key's holder can compute; fit for a stream's id. */
    hashName: (text: string) => string;
    /** The same for what is about a person, with the person's own key: nobody can compute it once that is forgotten. */
    hashFor: (userId: string | null, text: string) => Promise<string>;
    /** The key of each person, which is in no log. */
    keys: PersonKeys;
    /** Seals and opens what is kept about people. */
    personal: PersonalTexts;
    /** Those of these users who were erased. */
    erasedAmong: (userIds: readonly string[]) => Promise<ReadonlySet<string>>;
    log: EventLog;
    now: () => Date;
  }>;
