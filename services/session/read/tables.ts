import type { DecisionTables } from '#shared/adapters/kysely-decision-store.js';
import type { SessionRow } from './sessions.js';

export type SessionTables = DecisionTables & { sessions: SessionRow };
