import { signal } from '@preact/signals';
import { addRecent, readRecents } from './preferences.js';

/** The ids of the apps that the person opened last in this browser, the last one first. */
export const recents = signal<readonly string[]>([]);

let person = '';

/** Reads what the person who is signed in opened last; '' when nobody is. */
export function loadRecents(userId: string): void {
  person = userId;
  recents.value = userId === '' ? [] : readRecents(localStorage, userId);
}

/** Remembers that an app was opened. */
export function rememberRecent(appId: string): void {
  if (person !== '') recents.value = addRecent(localStorage, person, appId);
}
