import { describe, expect, it } from 'vitest';
import { EVENT_STREAMS } from '#shared/contracts/event-streams.js';
import { SERVICE_RIGHTS } from '#shared/contracts/permissions.js';
import type { RecordedEvent } from '#shared/es/commit.js';
import { auditLog, TRAILS } from './audit-log.js';
import { actionOf, OPERATION_ACTIONS } from './operation-actions.js';

/** asyncapi.spec.ts holds them against what the contracts declare; refusals, which every service has, are told apart. */
const contractEvents = EVENT_STREAMS.flatMap(({ service, data }) =>
  Object.keys(data).map((event) => `${service}.${event}`),
).filter((event) => !event.endsWith('.AttemptRefused'));

const told = Object.entries(TRAILS).flatMap(([service, lines]) =>
  Object.entries(lines).map(([event, line]) => ({ service, event, line })),
);

/** Stands for any data: every field is there and shows its own name, so that what a row keeps can be read off it. */
const anyData = (path: string): unknown =>
  new Proxy(
    {},
    {
      get(_, field) {
        if (field === 'toJSON' || field === Symbol.toPrimitive) return () => `<${path}>`;
        return typeof field === 'string' ? anyData(`${path}.${field}`) : undefined;
      },
    },
  );

const recorded = (service: string, type: string, data: unknown): RecordedEvent =>
  ({
    type,
    data,
    sequence: 7,
    index: 0,
    stream: `sortie.event.${service}.thing.id-1`,
    cloud: { time: '2026-11-20T08:00:00.000Z', actor: 'admin-1' },
  }) as RecordedEvent;

const rowOf = (event: RecordedEvent) => auditLog.project(undefined, event, '7.0');

describe('the table of what the trail tells', () => {
  it('is checked against contracts that have events', () => {
    expect(contractEvents.length).toBeGreaterThan(30);
  });

  it('has each event of the contracts, and no other', () => {
    const lines = told.map(({ service, event }) => `${service}.${event}`);
    expect(lines.toSorted()).toEqual(contractEvents.toSorted());
  });

  it('says why, where it leaves an event out', () => {
    const reasons = told.flatMap(({ line }) => ('leftOut' in line ? [line.leftOut] : []));
    expect(reasons.filter((reason) => reason.length < 20)).toEqual([]);
    for (const { service, event, line } of told) {
      const row = rowOf(recorded(service, event, anyData('data')));
      expect(row === undefined, `${service}.${event}`).toBe('leftOut' in line);
    }
  });

  it('keeps no secret, sealed field or hash of one', () => {
    const kept = told.flatMap(({ service, event }) =>
      [
        ...JSON.stringify(rowOf(recorded(service, event, anyData('data'))) ?? {}).matchAll(
          /<data\.([\w.]+)>/g,
        ),
      ].map(([, field]) => `${service}.${event}.${field}`),
    );
    expect(kept).toContain('catalog.AppRegistered.app.name');
    const secrets = kept.filter((field) =>
      // The id of a token opens nothing.
      /\.(\w*(token(?!Id\b)|hash|seal|secret|passw|endpoint|credential)\w*)/i.test(
        field.replace(/^\w+\.\w+/, ''),
      ),
    );
    // The SHA-256 of the seed file is no secret: the file is part of the program.
    expect(secrets).toEqual(['catalog.CatalogueSeeded.hash']);
  });

  it('keeps the whole of nothing: each field is named', () => {
    const whole = told.filter(({ service, event }) =>
      JSON.stringify(rowOf(recorded(service, event, anyData('data'))) ?? {}).includes('<data>'),
    );
    expect(whole).toEqual([]);
  });
});

describe('the action of a refused attempt', () => {
  const operations = Object.values(SERVICE_RIGHTS).flatMap(({ answers }) => answers);

  it('is decided for each command', () => {
    const commands = operations.filter(({ kind }) => kind === 'command').map(({ name }) => name);
    expect(Object.keys(OPERATION_ACTIONS).toSorted()).toEqual([...new Set(commands)].toSorted());
  });

  it('is its own name for a query or an unknown command', () => {
    expect([actionOf('ListAudit'), actionOf('SealArchive')]).toEqual([
      'LIST_AUDIT',
      'SEAL_ARCHIVE',
    ]);
  });

  it('is that of the event it would have led to', () => {
    expect(actionOf('RegisterApp')).toBe('CREATE_APP');
    const refused = { operation: 'StopSession', resourceType: 'session', resourceId: 's1' };
    const event = recorded('session', 'AttemptRefused', {
      ...refused,
      code: 'X',
      detail: 'y',
      more: 1,
    });
    expect(rowOf(event)).toMatchObject({
      action: 'TERMINATE_SESSION',
      outcome: 'refused',
      resource_type: 'session',
      resource_id: 's1',
      details: '{"code":"X","detail":"y"}',
    });
  });
});

describe('a session that ends before it runs', () => {
  it.each([
    ['system', 'FAIL_SESSION'],
    ['user-1', 'TERMINATE_SESSION'],
  ])('ended by %s, is filed under %s', (actor, action) => {
    const event = recorded('session', 'SessionFailed', { sessionId: 's1', reason: 'cancelled' });
    expect(rowOf({ ...event, cloud: { ...event.cloud, actor } })).toMatchObject({ action });
  });
});

describe('a sign-in', () => {
  it('is the deed of who signed in', () => {
    const event = recorded('identity', 'SignedIn', { userId: 'user-1', signInId: 'i1' });
    expect(rowOf(event)).toMatchObject({ action: 'SIGN_IN', user: 'user-1', outcome: 'done' });
  });

  it('that failed is a refused attempt on somebody', () => {
    const event = recorded('identity', 'SignInFailed', { userId: 'user-1', purpose: 'sign_in' });
    expect(rowOf(event)).toMatchObject({
      action: 'SIGN_IN_FAILED',
      resource_id: 'user-1',
      outcome: 'refused',
    });
  });
});
