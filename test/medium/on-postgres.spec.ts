// Goal: a service does the same with its read models in PostgreSQL as it does with SQLite.
// Method: the specs named here once more, on one real PostgreSQL, with a database for each test.
import { describe } from 'vitest';
import { useDatabases } from '#test/support/database-place.js';

useDatabases('postgres');

const SPECS = {
  'a projector': () => import('./projector.spec.js'),
  'a rebuild': () => import('./projector-rebuild.spec.js'),
  'an event that can not be applied': () => import('./projector-poison.spec.js'),
  'the catalogue': () => import('./catalog.spec.js'),
  'the audit trail': () => import('./audit.spec.js'),
  'tree heads of the audit trail': () => import('./audit-heads.spec.js'),
  'a log that was signed': () => import('./audit-log-check.spec.js'),
  'pages of the audit trail': () => import('./audit-pages.spec.js'),
  users: () => import('./identity.spec.js'),
  passwords: () => import('./identity-passwords.spec.js'),
  'sign-ins': () => import('./identity-sign-in.spec.js'),
  sessions: () => import('./session.spec.js'),
  'viewer tickets': () => import('./session-tickets.spec.js'),
  'how far sessions are': () => import('./session-preparation.spec.js'),
  'the supervisor': () => import('./session-supervisor.spec.js'),
} as const;

for (const [name, load] of Object.entries(SPECS)) {
  describe(`${name} on PostgreSQL`, async () => {
    await load();
  });
}
