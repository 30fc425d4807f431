import { type Signal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { searchWanted, singleKeys } from '../shortcuts.js';
import { Icon } from './icons.js';

interface SearchBoxProps {
  query: Signal<string>;
  onDown: () => void;
  onEnter: () => void;
}

/** The search box: `/` leads to it from anywhere, Escape empties it, Enter opens the first app found. */
export function SearchBox({ query, onDown, onEnter }: SearchBoxProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  useSignalEffect(() => {
    if (!searchWanted.value || !input.current) return;
    input.current.focus();
    input.current.select();
    searchWanted.value = false;
  });

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') query.value = '';
    if (event.key === 'ArrowDown') onDown();
    if (event.key === 'Enter') onEnter();
    if (event.key === 'ArrowDown' || event.key === 'Enter') event.preventDefault();
  };
  return (
    <div class="search" role="search">
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        aria-label="Search apps"
        aria-keyshortcuts={singleKeys.value ? '/' : undefined}
        placeholder="Search apps"
        autocomplete="off"
        spellcheck={false}
        value={query.value}
        onInput={(event) => (query.value = event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {singleKeys.value && <kbd aria-hidden="true">/</kbd>}
    </div>
  );
}
