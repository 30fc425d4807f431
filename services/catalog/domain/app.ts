import type { AppEvent, AppSpec, Changes } from '#shared/contracts/catalog.js';
import { accept, type Decider, type Message, reject } from '#shared/es/decider.js';

export type App =
  | Readonly<{ status: 'absent' }>
  | Readonly<{ status: 'listed'; app: AppSpec; approvedUserIds: readonly string[] }>;

export type AppCommand =
  | Message<'RegisterApp', { appId: string; app: AppSpec }>
  | Message<'ReviseApp', { appId: string; app: AppSpec }>
  | Message<'RetireApp', { appId: string }>
  | Message<'GrantAppAccess', { appId: string; userId: string }>
  | Message<'WithdrawAppAccess', { appId: string; userId: string }>;

const APPROVED_USERS_MAX = 1_000;

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
    }
  },

  decide(command, state) {
    const { appId } = command.data;
    if (command.type === 'RegisterApp') {
      if (state.status === 'listed') {
        return reject('AppIdTaken', `There is an app "${appId}" already; choose another id.`);
      }
      return accept({ type: 'AppRegistered', data: { appId, app: command.data.app } });
    }
    if (state.status === 'absent') return unknown(appId);
    switch (command.type) {
      case 'ReviseApp':
        return revise(appId, state.app, command.data.app);
      case 'RetireApp': {
        // The approvals go with the app: one registered later under the same id starts without any.
        const { approvedUserIds } = state;
        const { name, visibility } = state.app;
        return accept({ type: 'AppRetired', data: { appId, name, visibility, approvedUserIds } });
      }
      case 'GrantAppAccess':
        return grant(appId, command.data.userId, state.approvedUserIds);
      case 'WithdrawAppAccess': {
        const { userId } = command.data;
        if (!state.approvedUserIds.includes(userId)) return accept();
        return accept({ type: 'AppAccessWithdrawn', data: { appId, userId } });
      }
    }
  },
};

function revise(appId: string, before: AppSpec, after: AppSpec) {
  const changes = changesBetween(before, after);
  // The same definition again is answered with "done", so a client may safely retry.
  if (Object.keys(changes).length === 0) return accept<AppEvent>();
  return accept<AppEvent>({ type: 'AppRevised', data: { appId, app: after, changes } });
}

function grant(appId: string, userId: string, approved: readonly string[]) {
  if (approved.includes(userId)) return accept<AppEvent>();
  if (approved.length >= APPROVED_USERS_MAX) {
    return reject(
      'InvalidRequest',
      `An app takes at most ${APPROVED_USERS_MAX} approved users; make it public instead.`,
    );
  }
  return accept<AppEvent>({ type: 'AppAccessGranted', data: { appId, userId } });
}

function withApproved(state: App, change: (ids: readonly string[]) => string[]): App {
  return state.status === 'listed'
    ? { ...state, approvedUserIds: change(state.approvedUserIds) }
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
