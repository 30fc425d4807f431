import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Field } from '../parts/field.js';
import type { DesktopLink } from './desktop-link.js';
import { functionKey, type Key, KEYS, typedKeys } from './keysyms.js';

const HELD = ['Ctrl', 'Alt', 'Super'] as const;
const PRESSED = ['Esc', 'Tab', 'Delete', 'Left', 'Up', 'Down', 'Right'] as const;
const SHORT: Readonly<Record<string, string>> = {
  Delete: 'Del',
  ...{ Left: '←', Up: '↑', Down: '↓', Right: '→' },
};
const FUNCTION_KEYS = Array.from({ length: 12 }, (_, index) => index + 1);

/** Keys that a browser keeps for itself or that a phone does not have, and a field that types into the desktop. */
export function KeysPanel({ link }: { link: DesktopLink }): JSX.Element {
  const held = useSignal<readonly (typeof HELD)[number][]>([]);
  useEffect(
    () => () => {
      for (const name of held.peek()) link.sendKey(KEYS[name], false);
    },
    [link],
  );
  const hold = (name: (typeof HELD)[number]): void => {
    const down = !held.value.includes(name);
    link.sendKey(KEYS[name], down);
    held.value = down ? [...held.value, name] : held.value.filter((each) => each !== name);
  };
  const key = (name: string, pressed: Key, label = name): JSX.Element => (
    <button key={name} type="button" class="button key" onClick={() => link.sendKey(pressed)}>
      <span aria-hidden={label !== name}>{label}</span>
      {label !== name && <span class="unseen">{name}</span>}
    </button>
  );
  return (
    <>
      <TypingField link={link} />
      <div class="key-row" role="group" aria-label="Keys that stay down">
        {HELD.map((name) => (
          <button
            key={name}
            type="button"
            class="button key"
            aria-pressed={held.value.includes(name)}
            onClick={() => hold(name)}
          >
            {name}
          </button>
        ))}
        <button type="button" class="button key key-wide" onClick={() => sendCtrlAltDel(link)}>
          Ctrl Alt Del
        </button>
      </div>
      <div class="key-row" role="group" aria-label="Keys">
        {PRESSED.map((name) => key(name, KEYS[name], SHORT[name]))}
      </div>
      <div class="key-row key-row-6" role="group" aria-label="Function keys">
        {FUNCTION_KEYS.map((number) => key(`F${number}`, functionKey(number)))}
      </div>
    </>
  );
}

/** Brings up a phone's own keyboard; each change of its text is typed into the desktop at once. */
function TypingField({ link }: { link: DesktopLink }): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const typed = useRef('');
  const follow = (text: string): void => {
    link.type(typedKeys(typed.current, text));
    typed.current = text;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      link.sendKey(KEYS.Enter);
      typed.current = '';
      if (field.current) field.current.value = '';
    } else if (event.key === 'Backspace' && typed.current === '') link.sendKey(KEYS.Backspace);
    else return;
    event.preventDefault();
  };
  return (
    <Field label="Type into the desktop">
      <input
        ref={field}
        type="text"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        enterkeyhint="enter"
        autofocus
        onInput={(event) => follow(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
    </Field>
  );
}

function sendCtrlAltDel(link: DesktopLink): void {
  const keys = [KEYS.Ctrl, KEYS.Alt, KEYS.Delete];
  for (const key of keys) link.sendKey(key, true);
  for (const key of keys.toReversed()) link.sendKey(key, false);
}
