import type { Bus } from '#shared/es/operation.js';

/** What the edge needs from outside of the service's own database. */
export type SessionEdge = Readonly<{
  bus: Bus;
  now: () => Date;
  lifetimeMs: number;
  /** False before the supervisor's start and once Sortie is shutting down. */
  canStart: () => boolean;
  /** Makes viewer tickets; see viewer-secret.ts. */
  ticketKey: Buffer;
}>;
