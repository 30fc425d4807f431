import { signal } from '@preact/signals';
import type { Me } from './api-types.js';
import { api, onSignedOut } from './api.js';
import { startLive, stopLive } from './live.js';
import { asProblem, type Problem } from './problem.js';
import { forgetApps, loadApps } from './catalog.js';
import { forgetSessions, loadLiveSessions } from './live-sessions.js';
import { forgetOwnCategories, loadOwnCategories } from './own-categories.js';
import { forgetPreferences, loadPreferences } from './own-preferences.js';
import { loadRecents } from './recents.js';
import { tellProblem } from './toasts.js';
import { nameOrId } from './user-names.js';

/** Who is signed in: undefined while the page has not asked yet, null when nobody is. */
export const me = signal<Me | null | undefined>(undefined);

/** Says who a user is, to the person who is signed in. */
export const sayUser = (id: string, name: string | undefined): string =>
  id === me.value?.id ? me.value.name : nameOrId(id, name);

/** Why the page could not find out who is signed in. */
export const startProblem = signal<Problem | undefined>(undefined);

/** Asks the server who is signed in, once at start and again on demand. */
export async function findAccount(): Promise<void> {
  onSignedOut(leave);
  startProblem.value = undefined;
  await api.me().then(enter, (thrown: unknown) => {
    const problem = asProblem(thrown);
    if (problem.status !== 401) startProblem.value = problem;
  });
}

/** Signs in; rejects with the Problem that the sign-in page explains. */
export async function signIn(name: string, password: string, code?: string): Promise<void> {
  enter(await api.signIn(name, password, code));
}

/** Signs out and forgets what was loaded. */
export async function signOut(): Promise<void> {
  await api.signOut().then(leave, tellProblem);
}

/** Ends every sign-in of the person, this one too. */
export async function signOutEverywhere(): Promise<void> {
  await api.signOutEverywhere().then(leave, tellProblem);
}

/** Changes the password, after which the server no longer asks for it. */
export async function changePassword(current: string, next: string): Promise<void> {
  await api.changePassword(current, next);
  if (me.value) enter({ ...me.value, must_change_password: false });
}

function enter(account: Me): void {
  me.value = account;
  if (account.must_change_password) return;
  startLive();
  loadRecents(account.id);
  void loadPreferences();
  void loadOwnCategories(account.id);
  void loadApps();
  void loadLiveSessions().catch(() => undefined);
}

function leave(): void {
  me.value = null;
  stopLive();
  forgetApps();
  forgetSessions();
  forgetPreferences();
  forgetOwnCategories();
  loadRecents('');
}
