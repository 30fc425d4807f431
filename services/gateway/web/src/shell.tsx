import type { JSX } from 'preact';
import { findAccount, me, startProblem } from './account.js';
import { loadApps } from './catalog.js';
import { loadLiveSessions } from './live-sessions.js';
import { ConfirmHost } from './parts/confirm.js';
import { lazy } from './parts/lazy.js';
import { Page } from './parts/page.js';
import { Empty, Loading, Trouble } from './parts/states.js';
import { Toasts } from './parts/toasts.js';
import { TopBar } from './parts/top-bar.js';
import { useNews } from './resource.js';
import { matchRoute } from './route-match.js';
import { path } from './router.js';
import { AppsScreen } from './screens/apps.js';
import { PasswordScreen } from './screens/password.js';
import { SessionScreen } from './screens/session.js';
import { SessionsScreen } from './screens/sessions.js';
import { SignInScreen } from './screens/sign-in.js';

const AdminScreen = lazy(async () => (await import('./admin/admin.js')).AdminScreen);

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
  if (me.value.must_change_password) return <PasswordScreen forced />;
  return <SignedIn isAdmin={me.value.role === 'admin'} />;
}

function SignedIn({ isAdmin }: { isAdmin: boolean }): JSX.Element {
  useNews(['catalog'], () => void loadApps());
  useNews(['session'], () => void loadLiveSessions().catch(() => undefined));
  const session = matchRoute('/sessions/:id', path.value)?.['id'];
  if (session) return <SessionScreen key={session} id={session} />;
  return (
    <>
      <TopBar />
      <main id="main" tabIndex={-1}>
        {chooseScreen(isAdmin)}
      </main>
    </>
  );
}

function chooseScreen(isAdmin: boolean): JSX.Element {
  const at = path.value;
  if (at === '/') return <AppsScreen />;
  if (matchRoute('/sessions', at)) return <SessionsScreen isAdmin={isAdmin} />;
  if (matchRoute('/account', at)) return <PasswordScreen />;
  if (isAdmin && at.startsWith('/admin')) return <AdminScreen />;
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
