import type { Bus } from '#shared/es/operation.js';
import type { RuntimeDriver } from '../adapters/runtime-driver.js';
import type { SessionTimeouts } from '../config.js';
import type { Quota } from '../domain/admission.js';
import type { SessionRow } from '../read/sessions.js';
import type { SlotRow } from '../read/slots.js';
import type { SupervisorCommands } from './supervisor-commands.js';

/** What the supervisor reads of the session service's own read model. */
export type SessionRows = Readonly<{
  find: (id: string) => Promise<SessionRow | undefined>;
  /** Those that something may be left to do for. */
  listOpenIds: () => Promise<readonly string[]>;
  listAlive: () => Promise<readonly SessionRow[]>;
  listOverdueIds: (at: string, idleSince: string | undefined) => Promise<readonly string[]>;
  findSlot: (sessionId: string) => Promise<SlotRow | undefined>;
  /** Those that have a place, or wait for one. */
  listSlotIds: () => Promise<readonly string[]>;
  /** False while the read model lags behind or has stopped: a missing row then proves nothing. */
  isCurrent: () => Promise<boolean>;
}>;

export type SupervisorLog = (
  level: 'info' | 'warn',
  message: string,
  fields: Readonly<Record<string, string | number>>,
) => void;

export type SupervisorParts = Readonly<{
  driver: RuntimeDriver;
  commands: SupervisorCommands;
  /** Where it is told how far a start is. */
  bus: Bus;
  rows: SessionRows;
  timeouts: SessionTimeouts;
  quota: Quota;
  now: () => Date;
  log: SupervisorLog;
}>;
