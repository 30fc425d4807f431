import { signal } from '@preact/signals';
import { asProblem } from './problem.js';

export interface Toast {
  id: number;
  tone: 'good' | 'bad';
  text: string;
  link?: { label: string; url: string };
}

const SHOWN_MS = 6_000;
const TOASTS_MAX = 3;

let last = 0;

/** What is told at the moment, oldest first. */
export const toasts = signal<readonly Toast[]>([]);

/** Tells something in the corner of the page for a few seconds; bad news and links stay until dismissed. */
export function tell(text: string, options: Partial<Pick<Toast, 'tone' | 'link'>> = {}): void {
  const toast: Toast = { id: (last += 1), tone: 'good', text, ...options };
  toasts.value = [...toasts.value, toast].slice(-TOASTS_MAX);
  if (toast.tone === 'good' && !toast.link) setTimeout(() => dismiss(toast.id), SHOWN_MS);
}

/** Tells why something did not work; a 401 is told by the sign-in page instead. */
export function tellProblem(thrown: unknown): void {
  const problem = asProblem(thrown);
  if (problem.status !== 401) tell(problem.message, { tone: 'bad' });
}

/** Takes a toast away. */
export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}
