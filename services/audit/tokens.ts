/** Names the audit service's {@link Service} for Nest, which can't inject a type. */
export const AUDIT = Symbol('audit');
/** Names what tells where the log ends. */
export const HEAD = Symbol('head');
/** Names for how many days entries stay; undefined is for ever. */
export const RETENTION = Symbol('retention');
/** Names what opens personal texts. */
export const OPEN_TEXTS = Symbol('open texts');
/** Names the clock. */
export const NOW = Symbol('now');
/** Names what proofs are made from. */
export const PROVING = Symbol('proving');
