import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { Dialog } from './dialog.js';

interface Question {
  title: string;
  text: string;
  yes: string;
  no: string;
  answer: (agreed: boolean) => void;
}

const question = signal<Question | undefined>(undefined);

/** Asks before something that cannot be undone; resolves to whether the person agreed. */
export function confirm(asked: Omit<Question, 'answer'>): Promise<boolean> {
  return new Promise((resolve) => {
    question.value?.answer(false);
    question.value = { ...asked, answer: resolve };
  });
}

/** The one place where `confirm` shows its question. */
export function ConfirmHost(): JSX.Element {
  const asked = question.value;
  const close = (agreed: boolean): void => {
    asked?.answer(agreed);
    question.value = undefined;
  };
  return (
    <Dialog title={asked?.title ?? ''} open={asked !== undefined} onClose={() => close(false)}>
      <p>{asked?.text}</p>
      <div class="actions">
        <button type="button" class="button" autofocus onClick={() => close(false)}>
          {asked?.no}
        </button>
        <button type="button" class="button danger" onClick={() => close(true)}>
          {asked?.yes}
        </button>
      </div>
    </Dialog>
  );
}
