/** Names the session service's {@link Service} for Nest, which can't inject a type. */
export const SESSION = Symbol('session');
/** Names what the edge needs from outside of the service: {@link SessionEdge}. */
export const SESSION_EDGE = Symbol('session edge');
