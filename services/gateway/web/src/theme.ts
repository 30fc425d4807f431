import { signal } from '@preact/signals';
import { type ThemeChoice, readTheme, writeTheme } from './preferences.js';

/** The theme that the person chose. The system's own is followed by the styles, without a script. */
export const themeChoice = signal<ThemeChoice>(readTheme(localStorage) ?? 'system');

/** Shows a theme in this browser and remembers it here. */
export function showTheme(next: ThemeChoice): void {
  themeChoice.value = next;
  writeTheme(localStorage, next === 'system' ? undefined : next);
  if (next === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = next;
}

/** Shows the theme that was chosen in this browser. */
export function startTheme(): void {
  showTheme(themeChoice.value);
}
