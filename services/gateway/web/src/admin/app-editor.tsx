import { type Signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { App } from '../api-types.js';
import { api } from '../api.js';
import { me } from '../account.js';
import { apps, loadApps } from '../catalog.js';
import { editor } from '../editing.js';
import { type Editor as Rights, mayEdit, sayCategories } from '../editor.js';
import { confirm } from '../parts/confirm.js';
import { Page } from '../parts/page.js';
import { Empty, Loading, Trouble } from '../parts/states.js';
import { Problem, asProblem } from '../problem.js';
import { navigate } from '../router.js';
import { tell } from '../toasts.js';
import { AppHistory } from './app-history.js';
import { AppForm } from './app-form.js';
import { Approvals } from './approvals.js';
import { ApprovedList } from './approved-list.js';
import { type Collision, CollisionNotice } from './collision.js';

const NEW = 'new';
const STALE = 412;

const BLANK: App = {
  id: '',
  name: '',
  description: '',
  url: '',
  icon: '',
  category: '',
  visibility: 'public',
  launch_type: 'container',
  container_image: '',
};

interface Editing {
  app: App;
  etag: string;
}

/** Creates an app (id 'new') or changes one; saving over somebody else's change needs a decision first. */
export function AppEditor({ id }: { id: string }): JSX.Element {
  const rights = editor.value ?? [];
  const editing = useSignal<Editing | undefined>(
    id === NEW ? { app: blankFor(rights), etag: '' } : undefined,
  );
  const problem = useSignal<Problem | undefined>(undefined);
  const load = async (): Promise<void> => {
    problem.value = undefined;
    await fetchApp(id, editing).catch((thrown: unknown) => (problem.value = asProblem(thrown)));
  };
  useEffect(() => {
    if (id !== NEW) void load();
  }, []);

  const found = editing.value;
  const title = id === NEW ? 'Add an app' : (found?.app.name ?? 'App');
  return (
    <Page
      title={title}
      actions={
        <a class="button quiet" href="/admin">
          All apps
        </a>
      }
    >
      {problem.value && <Trouble problem={problem.value} retry={() => void load()} />}
      {!found && !problem.value && <Loading what="Loading the app" />}
      {found && <Found editing={found} rights={rights} set={(next) => (editing.value = next)} />}
    </Page>
  );
}

interface FoundProps {
  editing: Editing;
  /** What the person may make of it. */
  rights: Rights;
  set: (next: Editing) => void;
}

function Found(props: FoundProps): JSX.Element {
  const { editing, rights, set } = props;
  if (rights !== 'all' && !mayEdit(rights, editing.app)) return <NotYours categories={rights} />;
  return (
    <>
      <Editor key={editing.etag} {...props} />
      <Past editing={editing} set={set} />
    </>
  );
}

function NotYours({ categories }: { categories: readonly string[] }): JSX.Element {
  return (
    <Empty icon="shield" title="This app is not yours to change">
      <p>You look after the apps of {sayCategories(categories)}. Ask an administrator about it.</p>
    </Empty>
  );
}

function Past({
  editing,
  set,
}: {
  editing: Editing;
  set: (next: Editing) => void;
}): JSX.Element | null {
  if (editing.etag === '') return null;
  const onRevert = (app: App, etag: string): void => {
    set({ app, etag });
    void loadApps();
  };
  return (
    <div class="editor below">
      <AppHistory appId={editing.app.id} etag={editing.etag} onRevert={onRevert} />
    </div>
  );
}

function Editor({ editing, rights, set }: FoundProps): JSX.Element {
  const busy = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  const collision = useSignal<Collision | undefined>(undefined);

  const attempt = async (mine: App, act: () => Promise<void>): Promise<void> => {
    busy.value = true;
    problem.value = undefined;
    try {
      await act();
    } catch (thrown) {
      problem.value = asProblem(thrown);
      if (problem.value.status === STALE)
        collision.value = await collide(mine).catch(() => undefined);
      if (collision.value) problem.value = undefined;
    } finally {
      busy.value = false;
    }
  };
  const save = (mine: App, etag: string): Promise<void> =>
    attempt(mine, async () => {
      const saved =
        mine.id === '' ? await api.createApp(withoutId(mine)) : await api.saveApp(mine, etag);
      collision.value = undefined;
      await loadApps();
      tell(`${saved.value.name} was saved.`);
      if (mine.id === '')
        navigate(`/admin/apps/${encodeURIComponent(saved.value.id)}`, { replace: true });
      else set({ app: saved.value, etag: saved.etag });
    });

  return (
    <div class="editor">
      {collision.value && (
        <CollisionNotice
          collision={collision.value}
          takeTheirs={() =>
            collision.value && set({ app: collision.value.theirs, etag: collision.value.etag })
          }
          keepMine={() => collision.value && void save(collision.value.mine, collision.value.etag)}
        />
      )}
      <AppForm
        app={collision.value?.mine ?? editing.app}
        rights={rights}
        busy={busy.value}
        problem={problem.value}
        save={(mine) => void save(mine, editing.etag)}
        remove={() => void attempt(editing.app, () => remove(editing))}
      />
      {editing.app.id !== '' && editing.app.visibility === 'approved' && (
        <Access appId={editing.app.id} />
      )}
    </div>
  );
}

/** Who may list users and groups chooses among all of them. */
const KNOWS_EVERYBODY: ReadonlySet<string> = new Set(['auditor', 'admin']);

function Access({ appId }: { appId: string }): JSX.Element {
  return KNOWS_EVERYBODY.has(me.value?.role ?? 'user') ? (
    <Approvals appId={appId} />
  ) : (
    <ApprovedList appId={appId} />
  );
}

const blankFor = (rights: Rights): App => ({
  ...BLANK,
  ...(rights !== 'all' && { category: rights[0] ?? '' }),
});

async function fetchApp(id: string, editing: Signal<Editing | undefined>): Promise<void> {
  const { value, etag } = await api.app(id);
  editing.value = { app: value, etag };
}

async function collide(mine: App): Promise<Collision> {
  const { value, etag } = await api.app(mine.id);
  return { mine, theirs: value, etag };
}

async function remove({ app, etag }: Editing): Promise<void> {
  const agreed = await confirm({
    title: `Delete ${app.name}?`,
    text: 'Nobody can open it afterwards. Its history stays in the audit trail.',
    yes: 'Yes, delete it',
    no: 'Keep it',
  });
  if (!agreed) return;
  await api.deleteApp(app.id, etag);
  tell(`${app.name} was deleted.`);
  // Away first: what is left of it here, its past, is not for everybody who could delete it.
  apps.value = apps.value?.filter(({ id }) => id !== app.id);
  navigate('/admin');
  await loadApps();
}

function withoutId({ id: _, ...draft }: App): Omit<App, 'id'> {
  return draft;
}
