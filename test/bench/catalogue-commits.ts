import type { AppRegistered } from '#shared/contracts/catalog.js';
import type { NewCommit } from '#shared/es/commit.js';
import type { EventLog } from '#shared/es/event-log.js';
import { cloudEvent, newCommit, streamNamed } from '#test/support/commits.js';

/** Appends under way at once: enough for many to share an fsync. */
const GROUP = 1_000;

/** How many events a log of the catalogue has, and of how many apps. */
export type LogSize = Readonly<{ events: number; apps: number }>;

/** An app's definition, but for its name. */
export const APP_SPEC = {
  name: '',
  description: 'Draws pictures and retouches photographs.',
  url: 'https://apps.example.com/gimp/start',
  icon: 'https://apps.example.com/gimp/icon.png',
  category: 'Graphics',
  visibility: 'public',
  launch_type: 'url',
  container_image: '',
} as const satisfies AppRegistered['data']['app'];

/** The app of the n-th commit: each is registered, then revised in the order of a shuffled walk. */
export const appOf = (n: number, apps: number): string =>
  `app-${n < apps ? n : (n * 7_919) % apps}`;

/** The n-th commit of a catalogue's log: one event, whose data are about 300 bytes. */
export function catalogueCommit(n: number, apps: number): NewCommit {
  const appId = appOf(n, apps);
  const app = { ...APP_SPEC, name: `App number ${n}` };
  const revised = { changes: { name: { from: 'before', to: app.name } } };
  const commit = newCommit({ stream: streamNamed(appId), expectedVersion: 'any' });
  const event = cloudEvent(commit.commandId, 0, { appId, app, ...(n >= apps && revised) });
  const type = `sortie.catalog.${n < apps ? 'AppRegistered' : 'AppRevised'}.v1`;
  return { ...commit, events: [{ ...event, type }] };
}

/** Appends a catalogue's whole history. */
export async function fillCatalogue(log: EventLog, { events, apps }: LogSize): Promise<void> {
  for (let n = 0; n < events; n += GROUP) {
    const count = Math.min(GROUP, events - n);
    await Promise.all(
      Array.from({ length: count }, (_, i) => log.append(catalogueCommit(n + i, apps))),
    );
  }
}
