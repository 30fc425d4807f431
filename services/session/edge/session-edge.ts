import type { Bus } from '#shared/es/operation.js';
import type { ViewerPresence } from '../process/viewer-presence.js';
import type { SessionTimeouts } from '../config.js';
import type { Quota } from '../domain/admission.js';

/** What the edge needs from outside of the service's own database. */
export type SessionEdge = Readonly<{
  bus: Bus;
  now: () => Date;
  /** What the times of sessions are made from. */
  limits: SessionTimeouts;
  quota: Quota;
  /** False before the supervisor's start and once Sortie is shutting down. */
  canStart: () => boolean;
  /** Makes viewer tickets; see viewer-secret.ts. */
  ticketKey: Buffer;
  /** Makes the secrets of links. */
  linkKey: Buffer;
  presence: ViewerPresence;
}>;
