import type { Message } from './decider.js';

/** An event of every service: somebody tried what they may not or what could not be done. */
export type AttemptRefused = Message<
  'AttemptRefused',
  { operation: string; resourceType?: string; resourceId?: string; code: string; detail: string }
>;
