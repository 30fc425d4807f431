import { signal } from '@preact/signals';
import type { App } from './api-types.js';
import { api } from './api.js';
import { asProblem, type Problem } from './problem.js';
import { webAddress } from './addresses.js';
import { tell, tellProblem } from './toasts.js';

const PAGES_MAX = 50;

/** The apps that the person may see; undefined until they are loaded. */
export const apps = signal<readonly App[] | undefined>(undefined);
/** Why the apps could not be loaded. */
export const appsProblem = signal<Problem | undefined>(undefined);

/** Loads every page of the catalogue. */
export async function loadApps(): Promise<void> {
  try {
    const found: App[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const answer = await api.apps(cursor);
      found.push(...answer.apps);
      cursor = answer.next_cursor;
      if (!cursor) break;
    }
    apps.value = found;
    appsProblem.value = undefined;
  } catch (thrown) {
    appsProblem.value = asProblem(thrown);
  }
}

/** Drops the apps of the person who signed out. */
export function forgetApps(): void {
  apps.value = undefined;
  appsProblem.value = undefined;
}

/**
 * Opens a web app in a new tab. The tab is opened at once, because browsers allow that only inside the click; it gets
 * its address when the server has counted the launch, and cannot reach back to this page.
 */
export async function openWebApp(app: App): Promise<void> {
  const tab = window.open('', '_blank');
  if (tab) tab.opener = null;
  try {
    const { url } = await api.launch(app.id);
    const address = webAddress(url);
    if (!address)
      throw new Error(
        `${app.name} has no web address that may be opened. Ask an administrator to mend it.`,
      );
    if (tab) tab.location.replace(address);
    else
      tell(`The browser blocked the new tab.`, {
        link: { label: `Open ${app.name}`, url: address },
      });
  } catch (thrown) {
    tab?.close();
    tellProblem(thrown);
  }
}
