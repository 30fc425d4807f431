import '../../styles/palette.css';
import type { JSX } from 'preact';
import { Dialog } from '../parts/dialog.js';
import { PALETTE_KEYS, panel, setSingleKeys, singleKeys } from '../shortcuts.js';

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  [PALETTE_KEYS, 'Open an app or a session, go to a page, change the theme'],
  ['/', 'Search the apps'],
  ['← ↑ → ↓', 'Move through the apps'],
  ['Enter', 'Open the app'],
  ['F', 'Make the app a favourite, or no longer one'],
  ['Esc', 'Empty the search, close what lies on top'],
  ['Ctrl Alt Shift', 'Come back from a desktop to its tools'],
  ['?', 'Show these keys'],
];

/** Tells which keys do what, and lets the single ones be turned off. */
export function KeysDialog(): JSX.Element {
  const close = (): void => {
    if (panel.value === 'keys') panel.value = undefined;
  };
  return (
    <Dialog title="Keyboard shortcuts" open onClose={close}>
      <dl class="keys">
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={singleKeys.value}
          onChange={(event) => setSingleKeys(event.currentTarget.checked)}
        />
        Single keys (/, F and ?) do something
      </label>
      <div class="actions">
        <button type="button" class="button" autofocus onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
