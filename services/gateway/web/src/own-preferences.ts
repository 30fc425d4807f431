import { signal } from '@preact/signals';
import { api } from './api.js';
import {
  type Preferences,
  mergePreferences,
  samePreferences,
  toggled,
} from './preference-merge.js';
import { type ThemeChoice, readCollapsed, writeCollapsed } from './preferences.js';
import { showTheme, themeChoice } from './theme.js';
import { tellProblem } from './toasts.js';

/** The ids of the person's favourite apps, in the order in which they were chosen; undefined until they are read. */
export const favourites = signal<readonly string[] | undefined>(undefined);
/** The names of the categories that the person collapsed. */
export const collapsed = signal<readonly string[]>(readCollapsed(localStorage));

/** What the server has, as far as this page knows; undefined while nobody is signed in or it could not be read. */
let kept: Preferences | undefined;
let saving = false;
/** How often the person chose something in this page. */
let choices = 0;

/** Reads the person's preferences at sign-in, and again when another browser of theirs changed them. */
export async function loadPreferences(): Promise<void> {
  if (saving) return;
  const first = kept === undefined;
  const before = choices;
  const read = await api.preferences().catch(() => undefined);
  if (!read || saving) return;
  // What was chosen meanwhile is newer; the news of it have the preferences read again.
  if (!first && choices !== before) return;
  kept = read;
  show(first ? mergePreferences(read, here()) : read);
  if (first) await save();
}

/** Forgets whose preferences these were; the theme and what is collapsed stay in this browser. */
export function forgetPreferences(): void {
  kept = undefined;
  favourites.value = undefined;
}

/** Chooses a theme, here and wherever the person signs in. */
export function chooseTheme(theme: ThemeChoice): void {
  change({ theme });
}

/** Makes an app a favourite, or no longer one. */
export function setFavourite(appId: string, on: boolean): void {
  change({ favorites: toggled(favourites.value ?? [], appId, on) });
}

/** Remembers that a category was collapsed or opened. */
export function setCollapsed(category: string, on: boolean): void {
  change({ collapsed_categories: toggled(collapsed.value, category, on) });
}

function change(part: Partial<Preferences>): void {
  choices += 1;
  show({ ...here(), ...part });
  void save();
}

function here(): Preferences {
  return {
    theme: themeChoice.value,
    collapsed_categories: collapsed.value,
    favorites: favourites.value ?? [],
  };
}

function show({ theme, collapsed_categories, favorites }: Preferences): void {
  if (theme !== themeChoice.value) showTheme(theme);
  collapsed.value = collapsed_categories;
  writeCollapsed(localStorage, collapsed_categories);
  if (kept) favourites.value = favorites;
}

// One request at a time, so that the last change is also the last to arrive.
async function save(): Promise<void> {
  if (saving || !kept) return;
  saving = true;
  try {
    while (kept && !samePreferences(kept, here())) {
      const next = here();
      await api.savePreferences(next);
      if (kept) kept = next;
    }
  } catch (thrown) {
    tellProblem(thrown);
  } finally {
    saving = false;
  }
}
