import type { ComponentChildren, JSX } from 'preact';
import { tell } from '../toasts.js';

interface ShownOnceProps {
  password: string;
  children: ComponentChildren;
  done: () => void;
}

/** A generated password, the one time that it can be seen. */
export function ShownOnce({ password, children, done }: ShownOnceProps): JSX.Element {
  const copy = async (): Promise<void> => {
    const clipboard = navigator.clipboard as Clipboard | undefined;
    await clipboard?.writeText(password).then(
      () => tell('The password was copied.'),
      () => tell('The browser does not allow copying here. Select it by hand.', { tone: 'bad' }),
    );
  };
  return (
    <div class="stack">
      <p>{children}</p>
      <output class="secret">{password}</output>
      <div class="actions">
        <button type="button" class="button" onClick={() => void copy()}>
          Copy
        </button>
        <button type="button" class="button primary" onClick={done}>
          Done
        </button>
      </div>
    </div>
  );
}
