import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EVENT_STREAMS } from '#shared/contracts/event-streams.js';
import type { RecordedEvent } from '#shared/es/commit.js';
import { auditLog, TRAILS } from './audit-log.js';

type Shape = Readonly<Record<string, z.ZodType>>;
type Told = Readonly<{ service: string; event: string; shape: Shape }>;

/** Every event of every service, with the fields of its data. */
const events: readonly Told[] = EVENT_STREAMS.flatMap(({ service, data }) =>
  Object.entries(data).map(([event, type]) => ({
    ...{ service, event },
    shape: (type as z.ZodObject).shape as Shape,
  })),
);

const isToldOf = ({ service, event }: Told): boolean => {
  const line = TRAILS[service]?.[event];
  return event !== 'AttemptRefused' && line !== undefined && !('leftOut' in line);
};

/** What names a change: a field with all of them, or the two values of the one that there is. */
const hasChange = ({ shape }: Told): boolean =>
  'changes' in shape || ('from' in shape && 'to' in shape);

/** Data whose fields all hold something, told apart by names: what an entry has of it can be read off it. */
const dataOf = ({ shape }: Told): object => ({
  ...Object.fromEntries(Object.keys(shape).map((field) => [field, `<${field}>`])),
  ...('changes' in shape && { changes: { title: { from: '<old>', to: '<new>' } } }),
  ...('app' in shape && { app: { name: '<name>' } }),
});

function detailsOf(told: Told): Record<string, unknown> {
  const { service, event } = told;
  const row = auditLog.project(
    undefined,
    {
      ...{ type: event, data: dataOf(told), sequence: 7, index: 0 },
      stream: `sortie.event.${service}.thing.id-1`,
      cloud: { time: '2026-11-20T08:00:00.000Z', actor: 'admin-1' },
    } as unknown as RecordedEvent,
    '7.0',
  );
  return JSON.parse(String(row?.['details'])) as Record<string, unknown>;
}

/** Events of which it can be thought that they change a field, and which have no values to show. */
const WITHOUT_VALUES: Readonly<Record<string, string>> = {
  PasswordChanged: 'a password is shown to nobody, neither the old one nor the new',
};

describe('an entry about a change', () => {
  const changing = events.filter(isToldOf).filter(hasChange);

  it('is told of more than one event', () => {
    expect(changing.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['AppRevised', 'UserRoleChanged', 'GroupRenamed', 'ShareModeChanged']),
    );
  });

  it.each(changing.map((told) => [`${told.service}.${told.event}`, told] as const))(
    'shows what each field was before and is now: %s',
    (_, told) => {
      const { changes } = detailsOf(told);
      const all = Object.values(changes as Record<string, unknown>);
      expect(all.length).toBeGreaterThan(0);
      const values = 'changes' in told.shape ? ['<old>', '<new>'] : ['<from>', '<to>'];
      for (const change of all) expect(Object.values(change as object)).toEqual(values);
      for (const change of all) expect(Object.keys(change as object)).toEqual(['from', 'to']);
    },
  );

  it('is possible: no event that says by its name that something is another now has lost what it was', () => {
    const renewed = events
      .filter(isToldOf)
      .filter(({ event }) => /(Changed|Revised|Renamed|Moved|Updated|Replaced)$/.test(event));
    expect(renewed.length).toBeGreaterThan(3);
    const blind = renewed.filter((told) => !hasChange(told)).map(({ event }) => event);
    expect(blind).toEqual(Object.keys(WITHOUT_VALUES));
  });
});
