import { signOut } from '../account.js';
import type { App, Session } from '../api-types.js';
import { apps } from '../catalog.js';
import { administers } from '../editing.js';
import { openApp } from '../launch.js';
import { liveSessions } from '../live-sessions.js';
import { chooseTheme, favourites } from '../own-preferences.js';
import type { IconName } from '../parts/icons.js';
import { PLACES } from '../places.js';
import { recents } from '../recents.js';
import { navigate } from '../router.js';
import { panel } from '../shortcuts.js';
import { themeChoice } from '../theme.js';
import { sayStatus } from '../status-words.js';
import type { Findable } from './palette-search.js';

/** One line of the palette, and what choosing it does. */
export interface Entry extends Findable {
  id: string;
  hint: string;
  icon: IconName;
  app?: App;
  run: () => void;
}

/** Everything that the palette can do for the person at the moment. */
export function listEntries(): Entry[] {
  return [
    ...(liveSessions.value ?? []).map(ofSession),
    ...(apps.value ?? []).map(ofApp),
    ...PLACES.filter(({ forAdministration }) => !forAdministration || administers.value).map(
      ({ path, name, icon, words }) => ({
        id: `place ${path}`,
        group: 'Go to',
        name,
        words,
        hint: '',
        icon,
        suggested: true,
        run: () => navigate(path),
      }),
    ),
    ...themes(),
    {
      id: 'keys',
      group: 'More',
      name: 'Keyboard shortcuts',
      words: 'help keys',
      hint: '?',
      icon: 'keyboard',
      suggested: true,
      run: () => (panel.value = 'keys'),
    },
    {
      id: 'sign-out',
      group: 'More',
      name: 'Sign out',
      words: 'log out leave',
      hint: '',
      icon: 'leave',
      suggested: true,
      run: () => void signOut(),
    },
  ];
}

function ofSession(session: Session): Entry {
  return {
    id: `session ${session.id}`,
    group: 'Sessions',
    name: session.app_name,
    words: 'session running open',
    hint: sayStatus(session.status),
    icon: 'sessions',
    suggested: true,
    run: () => navigate(`/sessions/${session.id}`),
  };
}

function ofApp(app: App): Entry {
  const near = [...(favourites.value ?? []), ...recents.value.slice(0, 4)];
  return {
    id: `app ${app.id}`,
    group: 'Apps',
    name: app.name,
    words: `${app.category} ${app.description}`,
    hint: app.category,
    icon: 'apps',
    app,
    suggested: near.includes(app.id),
    run: () => void openApp(app),
  };
}

function themes(): Entry[] {
  const choices = [
    { choice: 'system', name: 'Theme of the system', icon: 'system' },
    { choice: 'light', name: 'Light theme', icon: 'sun' },
    { choice: 'dark', name: 'Dark theme', icon: 'moon' },
  ] as const;
  return choices.map(({ choice, name, icon }) => ({
    id: `theme ${choice}`,
    group: 'Theme',
    name,
    words: 'theme colours appearance',
    hint: themeChoice.value === choice ? 'Chosen' : '',
    icon,
    suggested: true,
    run: () => chooseTheme(choice),
  }));
}
