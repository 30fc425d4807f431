import type { AppEvent, AppSpec, Changes } from '#shared/contracts/catalog.js';
import { accept, type Decider, type Message, reject } from '#shared/es/decider.js';
import { type Editor, whyNotMake, whyNotTouch } from './editor.js';

export type App =
  | Readonly<{ status: 'absent' }>
  | Readonly<{
      status: 'listed';
      app: AppSpec;
      approvedUserIds: readonly string[];
      /** Not there until a group was approved. */
      approvedGroupIds?: readonly string[];
    }>;

export type AppCommand =
  | Message<'RegisterApp', Of & { app: AppSpec }>
  | Message<'ReviseApp', Of & { app: AppSpec }>
  /** `app` is what the app was from `toVersion` on. */
  | Message<'RevertApp', Of & { app: AppSpec; toVersion: number }>
  | Message<'RetireApp', Of>
  | Message<'GrantAppAccess' | 'WithdrawAppAccess', Of & { userId: string }>
  | Message<'GrantGroupAccess' | 'WithdrawGroupAccess', Of & { groupId: string }>;

type Of = { appId: string; editor: Editor };
type Listed = Extract<App, { status: 'listed' }>;

const APPROVED_USERS_MAX = 1_000;
const APPROVED_GROUPS_MAX = 100;

const unknown = (appId: string) => reject('AppUnknown', `There is no app "${appId}".`);

export const app: Decider<AppCommand, AppEvent, App> = {
  initialState: { status: 'absent' },

  evolve(state, event): App {
    switch (event.type) {
      case 'AppRegistered':
        return { status: 'listed', app: event.data.app, approvedUserIds: [] };
      case 'AppRevised':
        return state.status === 'listed' ? { ...state, app: event.data.app } : state;
      case 'AppRetired':
        return { status: 'absent' };
      case 'AppAccessGranted':
        return withApproved(state, (ids) => [...ids, event.data.userId]);
      case 'AppAccessWithdrawn':
        return withApproved(state, (ids) => ids.filter((id) => id !== event.data.userId));
      case 'AppGroupAccessGranted':
        return withGroups(state, (ids) => [...ids, event.data.groupId]);
      case 'AppGroupAccessWithdrawn':
        return withGroups(state, (ids) => ids.filter((id) => id !== event.data.groupId));
    }
  },

  decide(command, state) {
    const { appId, editor } = command.data;
    if (command.type === 'RegisterApp') {
      const forbidden = whyNotMake(editor, command.data.app);
      if (forbidden) return forbidden;
      if (state.status === 'listed') {
        return reject('AppIdTaken', `There is an app "${appId}" already; choose another id.`);
      }
      return accept({ type: 'AppRegistered', data: { appId, app: command.data.app } });
    }
    if (state.status === 'absent') return unknown(appId);
    const forbidden = whyNotTouch(editor, state.app);
    if (forbidden) return forbidden === 'hidden' ? unknown(appId) : forbidden;
    return decideOn(command, state);
  },
};

function decideOn(command: Exclude<AppCommand, { type: 'RegisterApp' }>, state: Listed) {
  switch (command.type) {
    case 'ReviseApp':
    case 'RevertApp':
      return revise(command, state.app);
    case 'RetireApp': {
      // The approvals go with the app: one registered later under the same id starts without any.
      const { approvedUserIds, approvedGroupIds = [] } = state;
      const { name, visibility, category } = state.app;
      const { appId } = command.data;
      const gone = { appId, name, visibility, category, approvedUserIds, approvedGroupIds };
      return accept<AppEvent>({ type: 'AppRetired', data: gone });
    }
    case 'GrantAppAccess':
    case 'WithdrawAppAccess':
      return changeUsers(command, state.approvedUserIds);
    case 'GrantGroupAccess':
    case 'WithdrawGroupAccess':
      return changeGroups(command, state.approvedGroupIds ?? []);
  }
}

function changeUsers(
  { type, data }: Extract<AppCommand, { type: 'GrantAppAccess' | 'WithdrawAppAccess' }>,
  ids: readonly string[],
) {
  const access = { appId: data.appId, userId: data.userId };
  const list = { ids, max: APPROVED_USERS_MAX, what: 'users' };
  return type === 'GrantAppAccess'
    ? grant({ type: 'AppAccessGranted', data: access }, data.userId, list)
    : withdraw({ type: 'AppAccessWithdrawn', data: access }, data.userId, ids);
}

function changeGroups(
  { type, data }: Extract<AppCommand, { type: 'GrantGroupAccess' | 'WithdrawGroupAccess' }>,
  ids: readonly string[],
) {
  const access = { appId: data.appId, groupId: data.groupId };
  const list = { ids, max: APPROVED_GROUPS_MAX, what: 'groups' };
  return type === 'GrantGroupAccess'
    ? grant({ type: 'AppGroupAccessGranted', data: access }, data.groupId, list)
    : withdraw({ type: 'AppGroupAccessWithdrawn', data: access }, data.groupId, ids);
}

const withdraw = (withdrawn: AppEvent, id: string, ids: readonly string[]) =>
  ids.includes(id) ? accept(withdrawn) : accept<AppEvent>();

function revise(
  { type, data }: Extract<AppCommand, { type: 'ReviseApp' | 'RevertApp' }>,
  before: AppSpec,
) {
  const { appId, editor, app: after } = data;
  const forbidden = whyNotMake(editor, after);
  if (forbidden) return forbidden;
  const changes = changesBetween(before, after);
  // The same definition again is answered with "done", so a client may safely retry.
  if (Object.keys(changes).length === 0) return accept<AppEvent>();
  const revertedTo = type === 'RevertApp' ? { revertedTo: data.toVersion } : {};
  return accept<AppEvent>({
    type: 'AppRevised',
    data: { appId, app: after, changes, ...revertedTo },
  });
}

function grant(
  granted: AppEvent,
  id: string,
  { ids, max, what }: { ids: readonly string[]; max: number; what: string },
) {
  if (ids.includes(id)) return accept<AppEvent>();
  if (ids.length < max) return accept(granted);
  const detail = `An app takes at most ${max} approved ${what}; put people into a group, or make the app public.`;
  return reject('InvalidRequest', detail);
}

function withApproved(state: App, change: (ids: readonly string[]) => string[]): App {
  return state.status === 'listed'
    ? { ...state, approvedUserIds: change(state.approvedUserIds) }
    : state;
}

function withGroups(state: App, change: (ids: readonly string[]) => string[]): App {
  return state.status === 'listed'
    ? { ...state, approvedGroupIds: change(state.approvedGroupIds ?? []) }
    : state;
}

function changesBetween(before: AppSpec, after: AppSpec): Changes {
  const fields = Object.keys(after) as (keyof AppSpec)[];
  return Object.fromEntries(
    fields
      .filter((field) => before[field] !== after[field])
      .map((field) => [field, { from: before[field], to: after[field] }]),
  );
}
