import { computed, signal } from '@preact/signals';
import type { Session } from './api-types.js';
import { api } from './api.js';
import { mergeNewest } from './collections.js';
import { isLive } from './ending.js';

const listed = signal<readonly Session[] | undefined>(undefined);

/** The person's sessions that can be opened, newest first; undefined until they are loaded. */
export const liveSessions = computed(() => listed.value?.filter(isLive));

/** Reads the sessions that are starting or running. */
export async function loadLiveSessions(): Promise<void> {
  const [creating, running] = await Promise.all([
    api.sessions({ status: 'creating' }),
    api.sessions({ status: 'running' }),
  ]);
  listed.value = mergeNewest(running.sessions, creating.sessions).toSorted((one, other) =>
    other.created_at.localeCompare(one.created_at),
  );
}

/** Takes over what an answer said about one session, before the next reading of the list. */
export function rememberSession(session: Session): void {
  listed.value = mergeNewest([session], listed.value ?? []);
}

/** Drops the sessions of the person who signed out. */
export function forgetSessions(): void {
  listed.value = undefined;
}
