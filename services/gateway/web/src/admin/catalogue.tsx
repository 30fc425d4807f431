import type { JSX } from 'preact';
import { apps, appsProblem, loadApps } from '../catalog.js';
import { editor } from '../editing.js';
import { type Editor, mayEdit, sayCategories } from '../editor.js';
import { NO_CATEGORY } from '../grouping.js';
import { AppIcon } from '../parts/app-icon.js';
import { Icon } from '../parts/icons.js';
import { Empty, Loading, Trouble } from '../parts/states.js';
import type { App } from '../api-types.js';
import { VISIBILITY } from './words.js';

/** Every app that the person may change, to change one or to add one. */
export function CatalogueScreen(): JSX.Element {
  const problem = appsProblem.value;
  const mine = editor.value ?? [];
  if (!apps.value)
    return problem ? (
      <Trouble problem={problem} retry={() => void loadApps()} />
    ) : (
      <Loading what="Loading apps" />
    );
  const add = (
    <a class="button primary" href="/admin/apps/new">
      <Icon name="plus" /> Add an app
    </a>
  );
  const shown = apps.value.filter((app) => mayEdit(mine, app));
  if (shown.length === 0) return <NoApps editor={mine} add={add} />;
  const sorted = shown.toSorted((one, other) => one.name.localeCompare(other.name));
  return (
    <>
      {mine !== 'all' && (
        <p class="lead muted">You look after the apps of {sayCategories(mine)}.</p>
      )}
      <div class="bar">
        <p class="muted">{sorted.length === 1 ? '1 app' : `${sorted.length} apps`}</p>
        {add}
      </div>
      <div class="table-box" tabIndex={0} role="region" aria-label="Apps">
        <table class="stacking">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Category</th>
              <th scope="col">Opens</th>
              <th scope="col">Visible to</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((app) => (
              <AppRow key={app.id} app={app} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function NoApps({ editor: mine, add }: { editor: Editor; add: JSX.Element }): JSX.Element {
  return mine === 'all' ? (
    <Empty icon="apps" title="There are no apps yet">
      <p>
        Add one by hand, or start Sortie with SORTIE_SEED set to a JSON file to load several at
        once.
      </p>
      {add}
    </Empty>
  ) : (
    <Empty icon="apps" title="There are no apps to look after yet">
      <p>You look after the apps of {sayCategories(mine)}, and there are none.</p>
      {add}
    </Empty>
  );
}

function AppRow({ app }: { app: App }): JSX.Element {
  return (
    <tr>
      <td>
        <a class="row-link" href={`/admin/apps/${encodeURIComponent(app.id)}`}>
          <AppIcon app={app} /> {app.name}
        </a>
      </td>
      <td data-label="Category">{app.category || NO_CATEGORY}</td>
      <td data-label="Opens">{app.launch_type === 'url' ? 'Web address' : 'Desktop'}</td>
      <td data-label="Visible to">{VISIBILITY[app.visibility].short}</td>
    </tr>
  );
}
