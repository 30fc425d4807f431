import type { ComponentChildren, JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { tell } from '../toasts.js';
import { Field } from './field.js';
import { Icon } from './icons.js';

/** A text to take along, with a button that copies it. */
export function CopyField(props: {
  label: string;
  hint?: ComponentChildren;
  text: string;
}): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(props.text);
      tell('Copied.');
    } catch {
      // Plain http has no clipboard, and a browser may refuse: the selected text is one keystroke away.
      input.current?.select();
      tell('The browser does not copy here. The text is selected: press Ctrl C.', { tone: 'bad' });
    }
  };
  return (
    <div class="copy-field">
      <Field label={props.label} hint={props.hint}>
        <input
          ref={input}
          type="text"
          readOnly
          value={props.text}
          onFocus={(event) => event.currentTarget.select()}
        />
      </Field>
      <button type="button" class="button" onClick={() => void copy()}>
        <Icon name="copy" />
        Copy
        <span class="unseen"> {props.label}</span>
      </button>
    </div>
  );
}
