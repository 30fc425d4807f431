/** Names the catalogue's {@link Service} for Nest, which can't inject a type. */
export const CATALOG = Symbol('catalog');
