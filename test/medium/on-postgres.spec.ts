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
  'the past of the catalogue': () => import('./past-apps.spec.js'),
  'the audit trail': () => import('./audit.spec.js'),
  'tree heads of the audit trail': () => import('./audit-heads.spec.js'),
  'a log that was signed': () => import('./audit-log-check.spec.js'),
  'pages of the audit trail': () => import('./audit-pages.spec.js'),
  'a search of the audit trail': () => import('./audit-search.spec.js'),
  'an export of the audit trail, and what leaves it': () => import('./audit-leaving.spec.js'),
  users: () => import('./identity.spec.js'),
  passwords: () => import('./identity-passwords.spec.js'),
  'sign-ins': () => import('./identity-sign-in.spec.js'),
  'where people are signed in': () => import('./signed-in.spec.js'),
  'API tokens': () => import('./api-tokens.spec.js'),
  'second factors': () => import('./second-factor.spec.js'),
  'device sign-ins': () => import('./device-sign-in.spec.js'),
  'sign-ins elsewhere': () => import('./oidc.spec.js'),
  sessions: () => import('./session.spec.js'),
  'viewer tickets': () => import('./session-tickets.spec.js'),
  'how far sessions are': () => import('./session-preparation.spec.js'),
  'the supervisor': () => import('./session-supervisor.spec.js'),
  'the quota and the queue of sessions': () => import('./session-admission.spec.js'),
  'the time of sessions': () => import('./session-time.spec.js'),
} as const;

for (const [name, load] of Object.entries(SPECS)) {
  describe(`${name} on PostgreSQL`, async () => {
    await load();
  });
}
