import '../../styles/admin.css';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { me } from '../account.js';
import type { Role } from '../api-types.js';
import { editor } from '../editing.js';
import { editsAny } from '../editor.js';
import { Page } from '../parts/page.js';
import { matchRoute } from '../route-match.js';
import { path } from '../router.js';
import { AllSessionsScreen } from './all-sessions.js';
import { AnalyticsScreen } from './analytics.js';
import { AppEditor } from './app-editor.js';
import { AuditScreen } from './audit.js';
import { CategoriesScreen } from './categories.js';
import { CatalogueScreen } from './catalogue.js';
import { GroupsScreen } from './groups.js';
import { ProjectionsScreen } from './projections.js';
import { UsersScreen } from './users.js';

interface Tab {
  to: string;
  name: string;
  screen: () => JSX.Element;
  /** Whom it is for beside administrators. */
  also?: readonly Role[];
  /** For whoever looks after a category, too. */
  forEditors?: true;
}

const TABS: readonly Tab[] = [
  { to: '/admin', name: 'Catalogue', screen: () => <CatalogueScreen />, forEditors: true },
  { to: '/admin/categories', name: 'Categories', screen: () => <CategoriesScreen /> },
  { to: '/admin/users', name: 'Users', screen: () => <UsersScreen /> },
  { to: '/admin/groups', name: 'Groups', screen: () => <GroupsScreen /> },
  {
    to: '/admin/sessions',
    name: 'Sessions',
    screen: () => <AllSessionsScreen />,
    also: ['auditor', 'operator'],
  },
  { to: '/admin/audit', name: 'Audit', screen: () => <AuditScreen />, also: ['auditor'] },
  {
    to: '/admin/analytics',
    name: 'Analytics',
    screen: () => <AnalyticsScreen />,
    also: ['auditor', 'operator'],
  },
  {
    to: '/admin/projections',
    name: 'Projections',
    screen: () => <ProjectionsScreen />,
    also: ['operator'],
  },
];

/** What administrators, operators and auditors see and do, and who looks after a category; each has their own tabs. */
export function AdminScreen(): JSX.Element {
  const at = path.value;
  const role = me.value?.role ?? 'user';
  const edits = editsAny(editor.value);
  const tabs = TABS.filter(
    ({ also, forEditors }) => role === 'admin' || also?.includes(role) || (forEditors && edits),
  );
  const appId = edits && matchRoute('/admin/apps/:id', at)?.['id'];
  const tab = tabs.find(({ to }) => matchRoute(to, at)) ?? tabs[0];
  const bar = useRef<HTMLElement>(null);
  // On a phone the tabs are wider than the screen.
  useEffect(() => {
    bar.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  return (
    <div class="admin">
      <nav ref={bar} class="tabs" aria-label="Administration">
        {tabs.map(({ to, name }) => (
          <a key={to} href={to} aria-current={tab?.to === to ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      {appId ? (
        <AppEditor key={appId} id={appId} />
      ) : (
        <Page key={at} title={tab?.name ?? ''}>
          {tab?.screen()}
        </Page>
      )}
    </div>
  );
}
