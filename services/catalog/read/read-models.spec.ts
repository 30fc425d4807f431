import { describe, expect, it } from 'vitest';
import type { AppSpec, CatalogEvent } from '#shared/contracts/catalog.js';
import type { CloudEvent, RecordedEvent } from '#shared/es/commit.js';
import type { ReadModel, Row } from '#shared/es/read-model.js';
import { applications } from './applications.js';
import { appRevisions } from './app-revisions.js';
import { approvals } from './approvals.js';
import { categoryAdministrators } from './category-administrators.js';
import { groupApprovals } from './group-approvals.js';
import { disabledUsers, groupMembers, knownGroups } from './memberships.js';

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
  cloud: { time: '2026-11-20T10:00:00.000Z', actor: 'ada' } as CloudEvent,
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

describe('the group_approvals table', () => {
  const groupGranted: CatalogEvent = {
    type: 'AppGroupAccessGranted',
    data: { appId, groupId: 'g1' },
  };
  const retiredWith = (over: object): CatalogEvent => ({
    type: 'AppRetired',
    data: { appId, name: 'Gimp', visibility: 'approved', approvedUserIds: [], ...over },
  });

  it('has a row for each app and group, until the app or the approval goes', () => {
    expect([...rowsAfter(groupApprovals, [registered, groupGranted]).keys()]).toEqual(['gimp/g1']);
    const withdrawn: CatalogEvent = {
      type: 'AppGroupAccessWithdrawn',
      data: { appId, groupId: 'g1' },
    };
    expect(rowsAfter(groupApprovals, [registered, groupGranted, withdrawn]).size).toBe(0);
    const retired = retiredWith({ approvedGroupIds: ['g1'] });
    expect(rowsAfter(groupApprovals, [registered, groupGranted, retired]).size).toBe(0);
  });

  it('takes an app that was retired before there were groups', () => {
    expect(rowsAfter(groupApprovals, [registered, retiredWith({})]).size).toBe(0);
  });
});

describe('the app_revisions table', () => {
  it('has a row for each definition, with where the app was before and after', () => {
    const revised: CatalogEvent = {
      type: 'AppRevised',
      data: {
        ...{ appId, app: { ...app, category: 'Art' }, revertedTo: 1 },
        changes: { category: { from: 'Graphics', to: 'Art' } },
      },
    };
    const rows = rowsAfter(appRevisions, [registered, granted, revised]);
    expect([...rows.keys()]).toEqual(['gimp/1', 'gimp/3']);
    expect(rows.get('gimp/1')).toMatchObject({ action: 'registered', category_before: 'Graphics' });
    expect(rows.get('gimp/3')).toMatchObject({
      ...{ action: 'reverted', reverted_to: 1, version: 3 },
      ...{ category_before: 'Graphics', category: 'Art' },
      ...{ visibility_before: 'approved', visibility: 'approved' },
    });
  });
});

describe('the group_members table', () => {
  const member = { groupId: 'g1', name: 'Staff', userId: 'u1' };
  const added = { type: 'GroupMemberAdded', data: member } as never;

  it('has who is in a group, until the member or the group goes', () => {
    expect([...rowsAfter(groupMembers, [added]).keys()]).toEqual(['g1/u1']);
    const removed = { type: 'GroupMemberRemoved', data: member } as never;
    expect(rowsAfter(groupMembers, [added, removed]).size).toBe(0);
    const deleted = {
      type: 'GroupDeleted',
      data: { groupId: 'g1', name: 'Staff', memberIds: ['u1'] },
    } as never;
    expect(rowsAfter(groupMembers, [added, deleted]).size).toBe(0);
  });

  it('is made of what identity tells, and passes over what it does not know', () => {
    expect([groupMembers, knownGroups, disabledUsers].map(({ of, newer }) => [of, newer])).toEqual([
      ['identity', 'kept'],
      ['identity', 'kept'],
      ['identity', 'kept'],
    ]);
    expect(groupMembers.keysOf({ ...at(1, registered), type: 'sortie.identity.New.v1' })).toEqual(
      [],
    );
  });
});

describe.each([
  ...[applications, approvals, groupApprovals, categoryAdministrators, appRevisions],
  ...[groupMembers, knownGroups, disabledUsers],
])('$table', (model) => {
  it('is not touched by a refused attempt', () => {
    expect(model.keysOf(at(1, refused))).toEqual([]);
  });
});
