import '../../styles/account.css';
import type { JSX } from 'preact';
import { me } from '../account.js';
import { Icon, type IconName } from '../parts/icons.js';
import { Page } from '../parts/page.js';
import { matchRoute } from '../route-match.js';
import { path } from '../router.js';
import { ActivityPanel } from './activity.js';
import { SecurityPanel } from './security.js';
import { SignInsPanel } from './sign-ins.js';
import { TokensPanel } from './tokens.js';

const PANELS: readonly {
  to: string;
  name: string;
  icon: IconName;
  panel: () => JSX.Element;
}[] = [
  { to: '/account', name: 'Security', icon: 'shield', panel: () => <SecurityPanel /> },
  { to: '/account/sign-ins', name: 'Sign-ins', icon: 'user', panel: () => <SignInsPanel /> },
  { to: '/account/tokens', name: 'API tokens', icon: 'key', panel: () => <TokensPanel /> },
  { to: '/account/activity', name: 'Activity', icon: 'clock', panel: () => <ActivityPanel /> },
];

/** What concerns the person: how they sign in, what acts for them, and what happened. */
export function AccountScreen(): JSX.Element {
  const here = PANELS.find(({ to }) => matchRoute(to, path.value)) ?? PANELS[0];
  return (
    <div class="account">
      <nav class="account-nav" aria-label="Account">
        <p class="account-who">
          {me.value?.name}
          <span class="muted">{me.value?.role}</span>
        </p>
        {PANELS.map(({ to, name, icon }) => (
          <a key={to} href={to} aria-current={here?.to === to ? 'page' : undefined}>
            <Icon name={icon} />
            {name}
          </a>
        ))}
      </nav>
      <Page key={here?.to} title={here?.name ?? ''}>
        {here?.panel()}
      </Page>
    </div>
  );
}
