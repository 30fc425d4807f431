import { signal } from '@preact/signals';
import type { App } from './api-types.js';
import { api } from './api.js';
import { openWebApp } from './catalog.js';
import { liveSessions, loadLiveSessions, rememberSession } from './live-sessions.js';
import { rememberRecent } from './recents.js';
import { navigate } from './router.js';
import { tellProblem } from './toasts.js';

/** The id of the app that is being launched, so that a second click starts no second session. */
export const launching = signal('');

/** Opens an app: a web app in a new tab, a desktop in this one; one that is running already is shown again. */
export async function openApp(app: App): Promise<void> {
  if (launching.value !== '') return;
  rememberRecent(app.id);
  if (app.launch_type === 'url') return openWebApp(app);
  if (!liveSessions.value) {
    // Who is quicker than the page must not get a second desktop of what is running.
    launching.value = app.id;
    await loadLiveSessions().catch(() => undefined);
    launching.value = '';
  }
  const running = liveSessions.value?.find((session) => session.app_id === app.id);
  if (running) navigate(`/sessions/${running.id}`);
  else await startSession(app.id);
}

/** Starts a new session of an app and shows it, with a place in the history to come back to. */
export async function startSession(appId: string): Promise<void> {
  launching.value = appId;
  try {
    const session = await api.startSession(appId);
    rememberSession(session);
    navigate(`/sessions/${session.id}`);
  } catch (thrown) {
    tellProblem(thrown);
  } finally {
    launching.value = '';
  }
}
