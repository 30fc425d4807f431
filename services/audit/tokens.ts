/** Names the audit service's {@link Service} for Nest, which can't inject a type. */
export const AUDIT = Symbol('audit');
/** Names the clock. */
export const NOW = Symbol('now');
/** Names what proofs are made from. */
export const PROVING = Symbol('proving');
