import type { JSX } from 'preact';
import { me, signOut } from '../account.js';
import { liveState } from '../live.js';
import { liveSessions } from '../live-sessions.js';
import { path } from '../router.js';
import { chooseTheme, chosenTheme, theme } from '../theme.js';
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
        {me.value?.role === 'admin' && (
          <Place to="/admin" icon="admin" name="Admin" here={path.value.startsWith('/admin')} />
        )}
      </nav>
      <div class="top-end">
        {liveState.value === 'lost' && (
          <span class="chip chip-creating" role="status">
            Reconnecting
          </span>
        )}
        <ThemeButton />
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

/** Switches between dark and light. */
export function ThemeButton(): JSX.Element {
  const other = theme.value === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      class="button quiet icon-only"
      onClick={() => chooseTheme(other)}
      title={`Use the ${other} theme`}
    >
      <Icon name={other === 'dark' ? 'moon' : 'sun'} />
      <span class="unseen">Use the {other} theme</span>
    </button>
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
      <div id="account-menu" class="menu" popover="auto" onClick={close}>
        <p class="menu-head">
          {name}
          <span class="muted">{me.value?.role}</span>
        </p>
        <a href="/account">Change password</a>
        {chosenTheme.value && (
          <button type="button" onClick={() => chooseTheme(undefined)}>
            Follow the system theme
          </button>
        )}
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
