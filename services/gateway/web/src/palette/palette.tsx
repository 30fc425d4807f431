import '../../styles/palette.css';
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';
import { AppIcon } from '../parts/app-icon.js';
import { Icon } from '../parts/icons.js';
import { panel } from '../shortcuts.js';
import { type Entry, listEntries } from './palette-entries.js';
import { findEntries, stepTo } from './palette-search.js';

/** Finds apps, sessions, pages and themes by typing; Enter does what is chosen. */
export function Palette(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const query = useSignal('');
  const chosen = useSignal(0);
  const entries = findEntries(listEntries(), query.value);
  const at = Math.min(chosen.value, entries.length - 1);

  // At once, not after the next picture: who types on without waiting means the palette.
  useLayoutEffect(() => dialog.current?.showModal(), []);
  useEffect(
    () => list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }),
    [at],
  );
  const close = (): void => {
    if (panel.value === 'palette') panel.value = undefined;
  };
  const run = (entry: Entry | undefined): void => {
    if (!entry) return;
    // Closed first, so that the focus is back on the page before the entry moves it.
    dialog.current?.close();
    close();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = stepTo(at, event.key, entries.length);
    if (next !== undefined) chosen.value = next;
    else if (event.key === 'Enter') run(entries[at]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      class="dialog palette"
      aria-label="Command palette"
      // The event comes a moment after the closing: by then this one may be gone, and another one open.
      onClose={() => dialog.current?.isConnected && close()}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <Head
        id={id}
        chosen={entries[at] ? at : undefined}
        query={query.value}
        onInput={(text) => {
          query.value = text;
          chosen.value = 0;
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={list} class="palette-list" role="listbox" id={`${id}-list`} aria-label="Results">
        <Results
          id={id}
          entries={entries}
          at={at}
          run={run}
          point={(index) => (chosen.value = index)}
        />
      </div>
      <p class="palette-none" role="status">
        {entries.length === 0 && `Nothing matches “${query.value}”.`}
      </p>
    </dialog>
  );
}

function Head(props: {
  id: string;
  chosen: number | undefined;
  query: string;
  onInput: (text: string) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}): JSX.Element {
  return (
    <div class="palette-head">
      <Icon name="search" />
      <input
        type="text"
        role="combobox"
        aria-label="Search for an app, a session, a page or a theme"
        aria-expanded="true"
        aria-controls={`${props.id}-list`}
        aria-activedescendant={
          props.chosen === undefined ? undefined : `${props.id}-${props.chosen}`
        }
        aria-autocomplete="list"
        placeholder="Open an app, go to a page, change the theme…"
        autocomplete="off"
        spellcheck={false}
        autofocus
        value={props.query}
        onInput={(event) => props.onInput(event.currentTarget.value)}
        onKeyDown={props.onKeyDown}
      />
      <kbd aria-hidden="true">Esc</kbd>
    </div>
  );
}

function Results(props: {
  id: string;
  entries: readonly Entry[];
  at: number;
  run: (entry: Entry) => void;
  point: (index: number) => void;
}): JSX.Element {
  return (
    <>
      {groupsOf(props.entries).map(({ group, members }) => (
        <div role="group" aria-label={group} key={group}>
          <p class="palette-group" aria-hidden="true">
            {group}
          </p>
          {members.map(({ entry, index }) => (
            <Option
              key={entry.id}
              id={`${props.id}-${index}`}
              entry={entry}
              chosen={index === props.at}
              onChoose={() => props.run(entry)}
              onPoint={() => props.point(index)}
            />
          ))}
        </div>
      ))}
    </>
  );
}

function Option(props: {
  id: string;
  entry: Entry;
  chosen: boolean;
  onChoose: () => void;
  onPoint: () => void;
}): JSX.Element {
  const { entry } = props;
  return (
    <div
      id={props.id}
      role="option"
      class="palette-option"
      aria-selected={props.chosen}
      onClick={props.onChoose}
      onPointerMove={props.onPoint}
    >
      {entry.app ? <AppIcon app={entry.app} /> : <Icon name={entry.icon} />}
      <span class="palette-name">{entry.name}</span>
      {entry.hint && <span class="muted">{entry.hint}</span>}
    </div>
  );
}

function groupsOf(
  entries: readonly Entry[],
): { group: string; members: { entry: Entry; index: number }[] }[] {
  const groups = new Map<string, { entry: Entry; index: number }[]>();
  for (const [index, entry] of entries.entries())
    groups.set(entry.group, [...(groups.get(entry.group) ?? []), { entry, index }]);
  return [...groups].map(([group, members]) => ({ group, members }));
}
