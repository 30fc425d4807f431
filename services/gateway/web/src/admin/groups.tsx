import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { Group, GroupLine, User } from '../api-types.js';
import { confirm } from '../parts/confirm.js';
import { Dialog } from '../parts/dialog.js';
import { Field, formText } from '../parts/field.js';
import { Icon } from '../parts/icons.js';
import { Empty, Loading, Trouble } from '../parts/states.js';
import { asProblem } from '../problem.js';
import { useResource } from '../resource.js';
import { tell, tellProblem } from '../toasts.js';
import { adminApi } from './admin-api.js';
import { PickUser } from './categories.js';

/** Groups of users, who are let into apps together. */
export function GroupsScreen(): JSX.Element {
  const adding = useSignal(false);
  const { value, problem, reload } = useResource(loadGroups, '', ['identity', 'groups']);
  const refresh = (): void => void reload();
  if (problem.value) return <Trouble problem={problem.value} retry={refresh} />;
  const found = value.value;
  if (!found) return <Loading what="Loading groups" />;
  const add = (
    <button type="button" class="button primary" onClick={() => (adding.value = true)}>
      <Icon name="plus" /> Add a group
    </button>
  );
  return (
    <>
      {found.groups.length === 0 ? (
        <Empty icon="user" title="There are no groups yet">
          <p>A group is let into apps as one, so that nobody has to be named in each.</p>
          {add}
        </Empty>
      ) : (
        <>
          <div class="bar">
            <p class="muted">
              {found.groups.length === 1 ? '1 group' : `${found.groups.length} groups`}
            </p>
            {add}
          </div>
          <ul class="category-list">
            {found.groups.map((group) => (
              <GroupCard key={group.id} line={group} users={found.users} changed={refresh} />
            ))}
          </ul>
        </>
      )}
      <Dialog title="Add a group" open={adding.value} onClose={() => (adding.value = false)}>
        <NameForm
          name=""
          button="Add the group"
          save={async (name) => {
            await adminApi.createGroup(name);
            refresh();
          }}
          done={() => (adding.value = false)}
        />
      </Dialog>
    </>
  );
}

interface GroupCardProps {
  line: GroupLine;
  users: readonly User[];
  changed: () => void;
}

function GroupCard({ line, users, changed }: GroupCardProps): JSX.Element {
  const renaming = useSignal(false);
  const { value, problem, reload } = useResource(() => adminApi.group(line.id), line.id, [
    'groups',
  ]);
  const act = async (promise: Promise<unknown>, told: string): Promise<void> => {
    await promise.then(() => tell(told), tellProblem);
    changed();
    await reload();
  };
  const found = value.value;
  return (
    <li class="panel">
      <div class="history-head">
        <h2>{line.name}</h2>
        <span class="group-acts">
          <button
            type="button"
            class="button quiet small"
            aria-label={`Rename ${line.name}`}
            onClick={() => (renaming.value = true)}
          >
            Rename
          </button>
          <button
            type="button"
            class="button quiet small danger-text"
            aria-label={`Delete ${line.name}`}
            onClick={() => found && void remove(found.value, found.etag).then(changed)}
          >
            Delete
          </button>
        </span>
      </div>
      {problem.value && <Trouble problem={problem.value} retry={() => void reload()} />}
      {found && <Members group={found.value} users={users} act={act} />}
      <Dialog
        title={`Rename ${line.name}`}
        open={renaming.value}
        onClose={() => (renaming.value = false)}
      >
        <NameForm
          name={line.name}
          button="Rename"
          save={async (name) => {
            await adminApi.renameGroup(line.id, name, found?.etag ?? '');
            changed();
            await reload();
          }}
          done={() => (renaming.value = false)}
        />
      </Dialog>
    </li>
  );
}

function Members(props: {
  group: Group;
  users: readonly User[];
  act: (promise: Promise<unknown>, told: string) => Promise<void>;
}): JSX.Element {
  const { group, users, act } = props;
  const nameOf = (id: string): string => users.find((user) => user.id === id)?.name ?? id;
  return (
    <>
      {group.member_ids.length === 0 && <p class="muted">Nobody is in it yet.</p>}
      <ul class="members">
        {group.member_ids.map((id) => (
          <li key={id}>
            {nameOf(id)}
            <button
              type="button"
              class="button quiet small icon-only"
              onClick={() =>
                void act(
                  adminApi.removeMember(group.id, id),
                  `${nameOf(id)} is no longer in ${group.name}.`,
                )
              }
            >
              <Icon name="close" />
              <span class="unseen">
                Take {nameOf(id)} out of {group.name}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <PickUser
        label={`Somebody to put into ${group.name}`}
        button="Put in"
        users={users.filter(
          ({ id, status }) => status === 'active' && !group.member_ids.includes(id),
        )}
        onPick={({ id, name }) =>
          void act(adminApi.addMember(group.id, id), `${name} is in ${group.name} now.`)
        }
      />
    </>
  );
}

function NameForm(props: {
  name: string;
  button: string;
  save: (name: string) => Promise<void>;
  done: () => void;
}): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  const trouble = useSignal('');
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!form.current) return;
    try {
      await props.save(formText(form.current, 'name').trim());
      props.done();
    } catch (thrown) {
      trouble.value = asProblem(thrown).message;
    }
  };
  return (
    <form ref={form} class="stack" onSubmit={(event) => void submit(event)}>
      <Field label="Name" error={trouble.value || undefined}>
        <input name="name" required autocomplete="off" defaultValue={props.name} autofocus />
      </Field>
      <div class="actions">
        <button type="button" class="button" onClick={props.done}>
          Cancel
        </button>
        <button type="submit" class="button primary">
          {props.button}
        </button>
      </div>
    </form>
  );
}

async function remove({ id, name }: Group, etag: string): Promise<void> {
  const agreed = await confirm({
    title: `Delete ${name}?`,
    text: 'Its members lose the apps that only the group let them use.',
    yes: 'Yes, delete it',
    no: 'Keep it',
  });
  if (!agreed) return;
  await adminApi.deleteGroup(id, etag).then(() => tell(`${name} was deleted.`), tellProblem);
}

async function loadGroups(): Promise<{ groups: GroupLine[]; users: User[] }> {
  const [{ groups }, { users }] = await Promise.all([adminApi.groups(), adminApi.users()]);
  return { groups, users };
}
