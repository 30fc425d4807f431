import '../../styles/admin.css';
import type { JSX } from 'preact';
import { Page } from '../parts/page.js';
import { matchRoute } from '../route-match.js';
import { path } from '../router.js';
import { AnalyticsScreen } from './analytics.js';
import { AppEditor } from './app-editor.js';
import { AuditScreen } from './audit.js';
import { CatalogueScreen } from './catalogue.js';
import { ProjectionsScreen } from './projections.js';
import { UsersScreen } from './users.js';

const TABS: readonly { to: string; name: string; screen: () => JSX.Element }[] = [
  { to: '/admin', name: 'Catalogue', screen: () => <CatalogueScreen /> },
  { to: '/admin/users', name: 'Users', screen: () => <UsersScreen /> },
  { to: '/admin/audit', name: 'Audit', screen: () => <AuditScreen /> },
  { to: '/admin/analytics', name: 'Analytics', screen: () => <AnalyticsScreen /> },
  { to: '/admin/projections', name: 'Projections', screen: () => <ProjectionsScreen /> },
];

/** What administrators see and do. */
export function AdminScreen(): JSX.Element {
  const at = path.value;
  const appId = matchRoute('/admin/apps/:id', at)?.['id'];
  const tab = TABS.find(({ to }) => matchRoute(to, at)) ?? TABS[0];
  return (
    <div class="admin">
      <nav class="tabs" aria-label="Administration">
        {TABS.map(({ to, name }) => (
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
