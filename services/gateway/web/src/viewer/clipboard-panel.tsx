import { useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { tell } from '../toasts.js';
import { Field } from '../parts/field.js';
import type { DesktopLink } from './desktop-link.js';
import { writeLocalClipboard } from './local-clipboard.js';

/** Shows what was copied inside the desktop, and sends text to it. */
export function ClipboardPanel({ link }: { link: DesktopLink }): JSX.Element {
  const text = useSignal('');
  useSignalEffect(() => {
    if (link.clipboard.value !== '') text.value = link.clipboard.value;
  });
  const send = (): void => {
    link.paste(text.value);
    document.getElementById('clipboard-panel')?.hidePopover();
    link.focus();
    tell('Sent. Paste it inside the desktop.');
  };
  const copy = async (): Promise<void> => {
    const done = await writeLocalClipboard(text.value);
    if (done) tell('Copied to this computer.');
    else
      tell('The browser does not allow copying here. Select the text and copy it by hand.', {
        tone: 'bad',
      });
  };
  return (
    <>
      <Field
        label="Clipboard text"
        hint="What you copy inside the desktop appears here. What you write here can be sent to it."
      >
        <textarea
          rows={6}
          spellcheck={false}
          value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
      </Field>
      <div class="actions">
        <button
          type="button"
          class="button"
          disabled={text.value === ''}
          onClick={() => void copy()}
        >
          Copy
        </button>
        <button type="button" class="button primary" disabled={text.value === ''} onClick={send}>
          Send to the desktop
        </button>
      </div>
    </>
  );
}
