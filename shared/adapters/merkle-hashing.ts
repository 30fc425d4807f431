import { hash } from 'node:crypto';
import { rfc6962 } from '#shared/es/merkle-tree.js';

/** RFC 6962 with the SHA-256 of OpenSSL. */
export const merkleHashing = rfc6962((bytes) => hash('sha256', bytes, 'buffer'));
