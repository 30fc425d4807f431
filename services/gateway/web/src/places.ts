import type { Role } from './api-types.js';
import type { IconName } from './parts/icons.js';

/** A page that the palette leads to. */
export interface Place {
  path: string;
  name: string;
  icon: IconName;
  words: string;
  /** Shown only to whom there is something for on the administrators' side. */
  forAdministration?: true;
}

/** Whose role opens screens of the administrators' side; who looks after a category gets one, too. */
export const ADMINISTER: readonly Role[] = ['auditor', 'operator', 'admin'];

/** The pages of Sortie. */
export const PLACES: readonly Place[] = [
  { path: '/', name: 'Apps', icon: 'apps', words: 'home catalogue start' },
  { path: '/sessions', name: 'Sessions', icon: 'sessions', words: 'running desktops past' },
  { path: '/account', name: 'Security', icon: 'shield', words: 'account password second factor' },
  { path: '/account/sign-ins', name: 'Sign-ins', icon: 'user', words: 'account browsers devices' },
  { path: '/account/tokens', name: 'API tokens', icon: 'key', words: 'account programs' },
  { path: '/account/activity', name: 'Activity', icon: 'clock', words: 'account trail events' },
  { path: '/device', name: 'Sign in a program', icon: 'key', words: 'device code command line' },
  {
    path: '/admin',
    name: 'Administration',
    icon: 'admin',
    words: 'admin users audit analytics',
    forAdministration: true,
  },
];
