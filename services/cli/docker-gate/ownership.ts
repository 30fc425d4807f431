import { createHash } from 'node:crypto';
import { z } from 'zod';

export const INSTALLATION_LABEL = 'sortie.installation';
export const SESSION_LABEL = 'sortie.session';

const TEXT_MAX = 4_096;
const SESSION = /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/;
/** Other programs obey labels too: a reverse proxy its routes, compose what it takes down. */
const LABEL = /^sortie\.[a-z0-9.-]{1,64}$/;

/** A session's id, as in its label. */
export const sessionId = z.string().regex(SESSION, 'a session has letters, digits and dashes');

/** What the Docker driver calls an installation by itself: two on one engine have two folders. */
export const installationOf = (runtimeDir: string): string =>
  createHash('sha256').update(runtimeDir).digest('hex').slice(0, 16);

export type Labels = Readonly<Record<string, string>>;

/** The labels of what the gate lets be made: this installation's, a session's, and nobody else's. */
export const ownLabels = (installation: string) =>
  z
    .record(z.string().regex(LABEL, 'only labels that begin with "sortie." are taken'), text())
    .refine((labels) => labels[INSTALLATION_LABEL] === installation, {
      message: `the label ${INSTALLATION_LABEL} must be ${installation}`,
    })
    .refine((labels) => SESSION.test(labels[SESSION_LABEL] ?? ''), {
      message: `the label ${SESSION_LABEL} must name a session`,
    });

/** Whether something that the engine keeps belongs to this installation, by its labels. */
export const isOwn = (labels: Labels | null | undefined, installation: string): boolean =>
  labels?.[INSTALLATION_LABEL] === installation && SESSION.test(labels[SESSION_LABEL] ?? '');

const PART = /^(-[a-z0-9]{1,32})?$/;

/** Whether a name is `sortie-<session>` or `sortie-<session>-<part>`. */
export function isNamedAfter(session: string, name: string): boolean {
  const start = `sortie-${session}`;
  return name.startsWith(start) && PART.test(name.slice(start.length));
}

/** The session in the labels of something that {@link ownLabels} has let pass. */
export const sessionOf = (labels: Labels): string => labels[SESSION_LABEL] ?? '';

/** A text of bounded length without a zero. */
export function text(max = TEXT_MAX) {
  return z
    .string()
    .max(max)
    .regex(/^[^\0]*$/, 'a zero is not taken');
}
