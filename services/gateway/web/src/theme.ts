import { computed, signal } from '@preact/signals';
import { type Theme, readTheme, writeTheme } from './preferences.js';

const systemDark = matchMedia('(prefers-color-scheme: dark)');
const system = signal<Theme>(systemDark.matches ? 'dark' : 'light');

/** The theme that the person chose, or undefined to follow the system. */
export const chosenTheme = signal<Theme | undefined>(readTheme(localStorage));

/** The theme that is shown. */
export const theme = computed<Theme>(() => chosenTheme.value ?? system.value);

/** Chooses a theme for this browser; undefined follows the system again. */
export function chooseTheme(next: Theme | undefined): void {
  chosenTheme.value = next;
  writeTheme(localStorage, next);
  if (next) document.documentElement.dataset['theme'] = next;
  else delete document.documentElement.dataset['theme'];
}

/** Shows the chosen theme and follows changes of the system theme. */
export function startTheme(): void {
  chooseTheme(chosenTheme.value);
  systemDark.addEventListener('change', (event) => {
    system.value = event.matches ? 'dark' : 'light';
  });
}
