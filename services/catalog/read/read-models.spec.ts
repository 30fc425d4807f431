import { describe, expect, it } from 'vitest';
import type { AppSpec, CatalogEvent } from '#shared/contracts/catalog.js';
import type { CloudEvent, RecordedEvent } from '#shared/es/commit.js';
import type { ReadModel, Row } from '#shared/es/read-model.js';
import { applications } from './applications.js';
import { approvals } from './approvals.js';

const app: AppSpec = {
  name: 'Gimp',
  description: '',
  url: 'https://gimp.example',
  icon: '',
  category: 'Graphics',
  visibility: 'approved',
  launch_type: 'url',
  container_image: '',
};
const appId = 'gimp';

const at = (sequence: number, event: CatalogEvent): RecordedEvent => ({
  ...event,
  sequence,
  index: 0,
  stream: 'sortie.event.catalog.app.gimp',
  commandId: 'c',
  cloud: {} as CloudEvent,
});

/** The rows after some events, as the projector would leave them. */
function rowsAfter(model: ReadModel, events: readonly CatalogEvent[]): Map<string, Row> {
  const rows = new Map<string, Row>();
  events.forEach((event, i) => {
    const recorded = at(i + 1, event);
    for (const key of model.keysOf(recorded)) {
      const row = model.project(rows.get(key), recorded, key);
      if (row) rows.set(key, row);
      else rows.delete(key);
    }
  });
  return rows;
}

const registered: CatalogEvent = { type: 'AppRegistered', data: { appId, app } };
const granted: CatalogEvent = { type: 'AppAccessGranted', data: { appId, userId: 'u1' } };
const refused: CatalogEvent = {
  type: 'AttemptRefused',
  data: { operation: 'RegisterApp', code: 'Forbidden', detail: 'no' },
};

describe('the applications table', () => {
  it('has an app as it was last defined, with the version of its stream', () => {
    const revised: CatalogEvent = {
      type: 'AppRevised',
      data: { appId, app: { ...app, name: 'Krita' }, changes: {} },
    };
    const rows = rowsAfter(applications, [registered, revised, granted]);
    expect(rows.get(appId)).toEqual({ id: appId, ...app, name: 'Krita', version: 3 });
  });

  it('has no retired app', () => {
    const retired: CatalogEvent = {
      type: 'AppRetired',
      data: { appId, name: 'Gimp', visibility: 'approved', approvedUserIds: [] },
    };
    expect(rowsAfter(applications, [registered, retired]).size).toBe(0);
  });
});

describe('the approvals table', () => {
  it('has a row for each app and user, until the app or the approval goes', () => {
    expect([...rowsAfter(approvals, [registered, granted]).keys()]).toEqual(['gimp/u1']);
    const withdrawn: CatalogEvent = { type: 'AppAccessWithdrawn', data: { appId, userId: 'u1' } };
    expect(rowsAfter(approvals, [registered, granted, withdrawn]).size).toBe(0);
    const retired: CatalogEvent = {
      type: 'AppRetired',
      data: { appId, name: 'Gimp', visibility: 'approved', approvedUserIds: ['u1'] },
    };
    expect(rowsAfter(approvals, [registered, granted, retired]).size).toBe(0);
  });
});

describe.each([applications, approvals])('$table', (model) => {
  it('is not touched by a refused attempt', () => {
    expect(model.keysOf(at(1, refused))).toEqual([]);
  });
});
