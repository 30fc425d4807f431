import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { User } from '../api-types.js';
import { apps } from '../catalog.js';
import { Field, formText } from '../parts/field.js';
import { Icon } from '../parts/icons.js';
import { Empty, Loading, Trouble } from '../parts/states.js';
import { useResource } from '../resource.js';
import { tell, tellProblem } from '../toasts.js';
import { adminApi } from './admin-api.js';

/** Who looks after the apps of which category. */
export function CategoriesScreen(): JSX.Element {
  const { value, problem, reload } = useResource(loadCategories, '', ['catalog', 'identity']);
  if (problem.value) return <Trouble problem={problem.value} retry={() => void reload()} />;
  const found = value.value;
  if (!found) return <Loading what="Loading categories" />;
  const appointed = new Map(found.categories.map((each) => [each.category, each]));
  const names = new Set((apps.value ?? []).map(({ category }) => category).filter(Boolean));
  const all = [...new Set([...names, ...appointed.keys()])].toSorted();
  if (all.length === 0) {
    return (
      <Empty icon="apps" title="There are no categories yet">
        <p>Give an app a category, and choose here who looks after it.</p>
      </Empty>
    );
  }
  const change = async (act: Promise<unknown>, told: string): Promise<void> => {
    await act.then(() => tell(told), tellProblem);
    await reload();
  };
  return (
    <>
      <p class="lead muted">
        Administrators of a category add, change and retire its apps, and approve who sees them.
      </p>
      <ul class="category-list">
        {all.map((category) => (
          <CategoryCard
            key={category}
            category={category}
            administrators={appointed.get(category)?.administrator_ids ?? []}
            users={found.users}
            change={change}
          />
        ))}
      </ul>
    </>
  );
}

interface CategoryCardProps {
  category: string;
  administrators: readonly string[];
  users: readonly User[];
  change: (act: Promise<unknown>, told: string) => Promise<void>;
}

function CategoryCard({ category, administrators, users, change }: CategoryCardProps): JSX.Element {
  const nameOf = (id: string): string => users.find((user) => user.id === id)?.name ?? id;
  const dismiss = (id: string): void =>
    void change(adminApi.dismiss(category, id), `${nameOf(id)} no longer looks after ${category}.`);
  return (
    <li class="panel">
      <h2>{category}</h2>
      {administrators.length === 0 && <p class="muted">Only administrators look after it.</p>}
      <ul class="members">
        {administrators.map((id) => (
          <li key={id}>
            {nameOf(id)}
            <button type="button" class="button quiet small icon-only" onClick={() => dismiss(id)}>
              <Icon name="close" />
              <span class="unseen">
                Dismiss {nameOf(id)} from {category}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <PickUser
        label={`Somebody to look after ${category}`}
        button="Appoint"
        users={users.filter(
          ({ id, role, status }) =>
            role !== 'admin' && status === 'active' && !administrators.includes(id),
        )}
        onPick={({ id, name }) =>
          void change(adminApi.appoint(category, id), `${name} looks after ${category} now.`)
        }
      />
    </li>
  );
}

/** A choice among users, with a button that takes who was chosen. */
export function PickUser(props: {
  label: string;
  button: string;
  users: readonly User[];
  onPick: (user: User) => void;
}): JSX.Element | null {
  const form = useRef<HTMLFormElement>(null);
  const pick = (event: SubmitEvent): void => {
    event.preventDefault();
    const chosen = form.current && formText(form.current, 'user');
    const user = props.users.find(({ id }) => id === chosen);
    if (user) props.onPick(user);
  };
  if (props.users.length === 0) return null;
  return (
    <form ref={form} class="pick" onSubmit={pick}>
      <Field label={props.label}>
        <select name="user">
          {props.users.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <button type="submit" class="button">
        {props.button}
      </button>
    </form>
  );
}

async function loadCategories() {
  const [{ categories }, { users }] = await Promise.all([adminApi.categories(), adminApi.users()]);
  return { categories, users };
}
