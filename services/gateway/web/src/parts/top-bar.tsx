import type { JSX } from 'preact';
import { me, signOut } from '../account.js';
import { administers } from '../editing.js';
import { liveState } from '../live.js';
import { liveSessions } from '../live-sessions.js';
import { path } from '../router.js';
import { PALETTE_KEYS, panel } from '../shortcuts.js';
import { chooseTheme } from '../own-preferences.js';
import type { ThemeChoice } from '../preferences.js';
import { themeChoice } from '../theme.js';
import { Brand } from './brand.js';
import { Icon, type IconName } from './icons.js';

/** The bar on top of every screen: where to go, the theme, and the account. */
export function TopBar(): JSX.Element {
  const running = liveSessions.value?.length ?? 0;
  return (
    <header class="top-bar">
      <a class="skip" href="#main" onClick={skipToMain}>
        Skip to the content
      </a>
      <a class="top-brand" href="/" aria-label="Home">
        <Brand />
      </a>
      <nav class="top-nav" aria-label="Main">
        <Place to="/" icon="apps" name="Apps" here={path.value === '/'} />
        <Place
          to="/sessions"
          icon="sessions"
          name="Sessions"
          here={path.value === '/sessions'}
          count={running}
        />
        {administers.value && (
          <Place to="/admin" icon="admin" name="Admin" here={path.value.startsWith('/admin')} />
        )}
      </nav>
      <div class="top-end">
        {liveState.value === 'lost' && (
          <span class="chip chip-creating" role="status">
            Reconnecting
          </span>
        )}
        <PaletteButton />
        <AccountMenu />
      </div>
    </header>
  );
}

function Place(props: {
  to: string;
  icon: IconName;
  name: string;
  here: boolean;
  count?: number;
}): JSX.Element {
  return (
    <a class="place" href={props.to} aria-current={props.here ? 'page' : undefined}>
      <Icon name={props.icon} />
      {props.name}
      {props.count ? (
        <span class="count">
          {props.count}
          <span class="unseen"> running</span>
        </span>
      ) : null}
    </a>
  );
}

function PaletteButton(): JSX.Element {
  return (
    <button
      type="button"
      class="button quiet palette-button"
      aria-keyshortcuts="Control+K Meta+K"
      aria-haspopup="dialog"
      aria-label="Go to…"
      onClick={() => (panel.value = 'palette')}
    >
      <Icon name="search" />
      <span class="palette-button-text">Go to…</span>
      <kbd aria-hidden="true">{PALETTE_KEYS}</kbd>
    </button>
  );
}

const THEMES: readonly (readonly [choice: ThemeChoice, icon: IconName, name: string])[] = [
  ['system', 'system', 'System'],
  ['light', 'sun', 'Light'],
  ['dark', 'moon', 'Dark'],
];

/** Chooses between the system's theme, light and dark. */
export function ThemeSwitch(): JSX.Element {
  return (
    <div class="switch theme-switch" role="group" aria-label="Theme">
      {THEMES.map(([choice, icon, name]) => (
        <button
          key={choice}
          type="button"
          aria-pressed={themeChoice.value === choice}
          title={`${name} theme`}
          onClick={() => chooseTheme(choice)}
        >
          <Icon name={icon} />
          <span class="unseen">{name}</span>
        </button>
      ))}
    </div>
  );
}

function AccountMenu(): JSX.Element {
  const name = me.value?.name ?? '';
  const close = (): void => document.getElementById('account-menu')?.hidePopover();
  return (
    <>
      <button type="button" class="button quiet account-button" popovertarget="account-menu">
        <Icon name="user" />
        <span class="account-name">{name}</span>
        <span class="unseen">: account</span>
      </button>
      <div id="account-menu" class="menu" popover="auto">
        <p class="menu-head">
          {name}
          <span class="muted">{me.value?.role}</span>
        </p>
        <p class="menu-line">
          Theme <ThemeSwitch />
        </p>
        <a href="/account" onClick={close}>
          Account
        </a>
        <button type="button" onClick={() => (close(), (panel.value = 'keys'))}>
          Keyboard shortcuts
        </button>
        <button type="button" onClick={() => void signOut()}>
          Sign out
        </button>
      </div>
    </>
  );
}

function skipToMain(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
