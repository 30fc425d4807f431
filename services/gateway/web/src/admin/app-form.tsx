import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { App, LaunchType, Visibility } from '../api-types.js';
import { apps } from '../catalog.js';
import type { Editor } from '../editor.js';
import { AppIcon } from '../parts/app-icon.js';
import { Field, formText } from '../parts/field.js';
import type { Problem } from '../problem.js';
import { Choice } from './choice.js';
import { LAUNCH_TYPE, VISIBILITY } from './words.js';

interface AppFormProps {
  app: App;
  /** What the person may make of it. */
  rights: Editor;
  busy: boolean;
  problem: Problem | undefined;
  save: (app: App) => void;
  remove: () => void;
}

/** The fields of an app. */
export function AppForm(props: AppFormProps): JSX.Element {
  const { app, rights, busy, problem, save, remove } = props;
  const form = useRef<HTMLFormElement>(null);
  const launchType = useSignal(app.launch_type);
  const face = useSignal({ name: app.name, icon: app.icon });
  const errorOf = (field: string): string | undefined =>
    problem?.errors.find((error) => error.field === field)?.message;
  const read = (event: Event): void => {
    event.preventDefault();
    if (form.current) save(readApp(form.current, app.id));
  };
  const follow = (): void => {
    if (!form.current) return;
    launchType.value = formText(form.current, 'launch_type') as LaunchType;
    face.value = { name: formText(form.current, 'name'), icon: formText(form.current, 'icon') };
  };
  return (
    <form ref={form} class="stack panel" onSubmit={read} onInput={follow}>
      <div class="face">
        <AppIcon app={face.value} />
        <Field label="Name" error={errorOf('name')}>
          <input
            name="name"
            defaultValue={app.name}
            required
            maxLength={100}
            autofocus={app.id === ''}
          />
        </Field>
      </div>
      <Field label="Description" error={errorOf('description')}>
        <input name="description" defaultValue={app.description} />
      </Field>
      <div class="columns">
        <CategoryField app={app} rights={rights} error={errorOf('category')} />
        <Field label="Icon" hint="An emoji, or the address of a picture." error={errorOf('icon')}>
          <input name="icon" defaultValue={app.icon} />
        </Field>
      </div>
      <Choice legend="Opens" name="launch_type" chosen={app.launch_type} words={LAUNCH_TYPE} />
      <Target app={app} launchType={launchType.value} errorOf={errorOf} />
      <Choice
        legend="Visible to"
        name="visibility"
        chosen={app.visibility}
        words={VISIBILITY}
        without={rights === 'all' ? undefined : 'admin_only'}
      />
      <div role="alert">
        {problem && problem.errors.length === 0 && <p class="notice bad">{problem.message}</p>}
      </div>
      <div class="actions">
        {app.id !== '' && (
          <button
            type="button"
            class="button quiet danger-text push"
            disabled={busy}
            onClick={remove}
          >
            Delete
          </button>
        )}
        <button type="submit" class="button primary" disabled={busy}>
          {app.id === '' ? 'Add the app' : 'Save'}
        </button>
      </div>
    </form>
  );
}

// Both fields stay in the form, so that a change of mind loses nothing; only the one in use is shown.
function Target(props: {
  app: App;
  launchType: LaunchType;
  errorOf: (field: string) => string | undefined;
}): JSX.Element {
  const isUrl = props.launchType === 'url';
  return (
    <>
      <div hidden={isUrl}>
        <Field
          label="Container image"
          hint="The image, or the name of the program, that the desktop runs."
          error={props.errorOf('container_image')}
        >
          <input
            name="container_image"
            defaultValue={props.app.container_image ?? ''}
            required={!isUrl}
          />
        </Field>
      </div>
      <div hidden={!isUrl}>
        <Field label="Web address" error={props.errorOf('url')}>
          <input
            name="url"
            type="url"
            pattern="https?://.+"
            placeholder="https://"
            defaultValue={props.app.url}
            required={isUrl}
          />
        </Field>
      </div>
    </>
  );
}

/** A word of one's own for who may change every app, else one of the categories that one looks after. */
function CategoryField(props: {
  app: App;
  rights: Editor;
  error: string | undefined;
}): JSX.Element {
  const { app, rights, error } = props;
  if (rights === 'all') {
    return (
      <>
        <Field label="Category" error={error}>
          <input name="category" defaultValue={app.category} list="categories" />
        </Field>
        <Categories />
      </>
    );
  }
  return (
    <Field label="Category" error={error}>
      <select name="category">
        {rights.map((category) => (
          <option key={category} value={category} selected={category === app.category}>
            {category}
          </option>
        ))}
      </select>
    </Field>
  );
}

function Categories(): JSX.Element {
  const names = new Set((apps.value ?? []).map((app) => app.category).filter(Boolean));
  return (
    <datalist id="categories">
      {[...names].toSorted().map((name) => (
        <option key={name} value={name} />
      ))}
    </datalist>
  );
}

/** What was typed, tidied; what was chosen is as apps have it, letter for letter. */
function categoryOf(form: HTMLFormElement): string {
  const category = formText(form, 'category');
  return form.querySelector('select[name=category]') ? category : category.trim();
}

function readApp(form: HTMLFormElement, id: string): App {
  const text = (name: string): string => formText(form, name).trim();
  const image = text('container_image');
  return {
    id,
    name: text('name'),
    description: text('description'),
    url: text('url'),
    icon: text('icon'),
    category: categoryOf(form),
    visibility: text('visibility') as Visibility,
    launch_type: text('launch_type') as LaunchType,
    ...(image === '' ? {} : { container_image: image }),
  };
}
