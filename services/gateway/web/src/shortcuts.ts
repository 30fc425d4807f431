import { signal } from '@preact/signals';
import { readSingleKeys, writeSingleKeys } from './preferences.js';
import { navigate, path } from './router.js';

/** What lies over the page on demand. */
export const panel = signal<'palette' | 'keys' | undefined>(undefined);
/** Set when the search box is to get the focus as soon as it is there. */
export const searchWanted = signal(false);
/** Whether keys without Control or Command do anything. */
export const singleKeys = signal(readSingleKeys(localStorage));

/** How this computer writes the palette's shortcut. */
export const PALETTE_KEYS = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘ K' : 'Ctrl K';

/** Where keys mean what the person types: fields, dialogs, and the desktop, which takes every key itself. */
const TYPING = 'input, textarea, select, dialog, .screen';

/** A desktop fills the window there: leaving it by one key would be too easily done. */
const ON_STAGE = /^\/(sessions|shared)\/./;

/** Turns the single-key shortcuts on or off, in this browser. */
export function setSingleKeys(on: boolean): void {
  singleKeys.value = on;
  writeSingleKeys(localStorage, on);
}

/** Tells whether a key pressed here is a shortcut and no text. */
export function isShortcut(event: KeyboardEvent): boolean {
  if (!singleKeys.value || event.ctrlKey || event.metaKey || event.altKey) return false;
  return !(event.target instanceof Element && event.target.closest(TYPING));
}

/** Listens to the keys that work on every screen inside; returns how to stop. */
export function startShortcuts(): () => void {
  document.addEventListener('keydown', follow);
  return () => {
    document.removeEventListener('keydown', follow);
    panel.value = undefined;
  };
}

function follow(event: KeyboardEvent): void {
  if (isPaletteChord(event)) panel.value = panel.value === 'palette' ? undefined : 'palette';
  else if (event.key === '?' && isShortcut(event)) panel.value = 'keys';
  else if (event.key === '/' && isShortcut(event) && !ON_STAGE.test(path.value)) goSearch();
  else return;
  event.preventDefault();
}

function isPaletteChord(event: KeyboardEvent): boolean {
  const chord = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  const inDesktop = event.target instanceof Element && event.target.closest('.screen') !== null;
  return chord && event.key.toLowerCase() === 'k' && !inDesktop;
}

function goSearch(): void {
  navigate('/');
  searchWanted.value = true;
}
