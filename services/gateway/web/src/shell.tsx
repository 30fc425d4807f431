import type { JSX } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { findAccount, me, startProblem } from './account.js';
import type { Me } from './api-types.js';
import { loadApps } from './catalog.js';
import { administers, editor } from './editing.js';
import { loadLiveSessions } from './live-sessions.js';
import { ConfirmHost } from './parts/confirm.js';
import { lazy } from './parts/lazy.js';
import { Page } from './parts/page.js';
import { Empty, Loading, Trouble } from './parts/states.js';
import { Toasts } from './parts/toasts.js';
import { TopBar } from './parts/top-bar.js';
import { loadOwnCategories } from './own-categories.js';
import { loadPreferences } from './own-preferences.js';
import { ADMINISTER } from './places.js';
import { useNews } from './resource.js';
import { panel, startShortcuts } from './shortcuts.js';
import { matchRoute } from './route-match.js';
import { path } from './router.js';
import { AppsScreen } from './screens/apps.js';
import { PasswordScreen } from './screens/password.js';
import { SessionScreen } from './screens/session.js';
import { SessionsScreen } from './screens/sessions.js';
import { SignInScreen } from './screens/sign-in.js';

const AdminScreen = lazy(async () => (await import('./admin/admin.js')).AdminScreen);
const AccountScreen = lazy(async () => (await import('./account/account-screen.js')).AccountScreen);
const DeviceScreen = lazy(async () => (await import('./account/device-screen.js')).DeviceScreen);
const AcceptScreen = lazy(async () => (await import('./share/accept-screen.js')).AcceptScreen);
const SharedScreen = lazy(async () => (await import('./share/shared-screen.js')).SharedScreen);
const Palette = lazy(async () => (await import('./palette/palette.js')).Palette, { quiet: true });
const KeysDialog = lazy(async () => (await import('./palette/keys.js')).KeysDialog, {
  quiet: true,
});

/** The whole page: who is signed in decides what there is, and the path decides what of it is shown. */
export function Shell(): JSX.Element {
  return (
    <>
      <Inside />
      <ConfirmHost />
      <Toasts />
    </>
  );
}

function Inside(): JSX.Element {
  if (me.value === undefined) {
    const problem = startProblem.value;
    return (
      <main class="alone">
        {problem ? (
          <Trouble problem={problem} retry={() => void findAccount()} />
        ) : (
          <Loading what="Loading" />
        )}
      </main>
    );
  }
  if (me.value === null) return <SignInScreen />;
  if (me.value.must_change_password) return <PasswordScreen />;
  return <SignedIn me={me.value} />;
}

function SignedIn({ me: { id, role } }: { me: Me }): JSX.Element {
  useNews(['catalog', 'groups'], () => void loadApps());
  useNews(['categories'], () => void loadOwnCategories(id));
  useNews(['preferences'], () => void loadPreferences());
  useNews(['session'], () => void loadLiveSessions().catch(() => undefined));
  // At once, not after the next picture: who sees the page may press a key.
  useLayoutEffect(startShortcuts, []);
  const session = matchRoute('/sessions/:id', path.value)?.['id'];
  const shared = matchRoute('/shared/:id', path.value)?.['id'];
  return (
    <>
      {session && <SessionScreen key={session} id={session} />}
      {shared && <SharedScreen key={shared} id={shared} />}
      {!session && !shared && <Framed seesAll={ADMINISTER.includes(role)} />}
      {panel.value === 'palette' && <Palette />}
      {panel.value === 'keys' && <KeysDialog />}
    </>
  );
}

function Framed({ seesAll }: { seesAll: boolean }): JSX.Element {
  return (
    <>
      <TopBar />
      <main id="main" tabIndex={-1}>
        {chooseScreen(seesAll)}
      </main>
    </>
  );
}

function chooseScreen(seesAll: boolean): JSX.Element {
  const at = path.value;
  if (at === '/') return <AppsScreen />;
  if (matchRoute('/sessions', at)) return <SessionsScreen seesAll={seesAll} />;
  if (/^\/account(\/|$)/.test(at)) return <AccountScreen />;
  if (matchRoute('/device', at)) return <DeviceScreen />;
  if (matchRoute('/shared', at)) return <AcceptScreen />;
  if (isUnderAdmin(at) && editor.value === undefined) return <Loading what="Loading" />;
  if (isUnderAdmin(at) && administers.value) return <AdminScreen />;
  return <NothingHere />;
}

const isUnderAdmin = (at: string): boolean => /^\/admin(\/|$)/.test(at);

function NothingHere(): JSX.Element {
  return (
    <Page title="Nothing here">
      <Empty icon="search" title="There is no such page">
        <p>The address may be old, or only administrators may see it.</p>
        <a class="button" href="/">
          Go to the apps
        </a>
      </Empty>
    </Page>
  );
}
