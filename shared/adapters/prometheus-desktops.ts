import { Counter, Gauge } from 'prom-client';
import { COSTLY_EVERY_MS, type Watch, type Watching } from './metric-sources.js';
import { Reading } from './reading.js';

/** Metrics of the bytes between people and desktops. */
export function watchViewers({ registers, sources: { viewers } }: Watching): Watch[] {
  if (!viewers) return [];
  const open = new Gauge({ name: 'sortie_viewers_open', help: 'Viewers that are open', registers });
  const held = new Gauge({
    name: 'sortie_viewer_held_bytes',
    help: 'Bytes that slow viewers and slow desktops make this process hold',
    registers,
  });
  const bytes = new Counter({
    name: 'sortie_viewer_bytes_total',
    help: 'Bytes of the screen to viewers, and of what they typed to the desktop',
    labelNames: ['direction'],
    registers,
  });
  const opened = new Counter({
    name: 'sortie_viewers_opened_total',
    help: 'Viewers that were opened',
    registers,
  });
  const refused = new Counter({
    name: 'sortie_viewers_refused_total',
    help: 'Viewers that were not opened, by the reason',
    labelNames: ['code'],
    registers,
  });
  return [
    async () => {
      const stats = viewers();
      for (const counter of [bytes, opened, refused]) counter.reset();
      open.set(stats.open);
      held.set(stats.heldBytes);
      opened.inc(stats.opened);
      bytes.inc({ direction: 'to_viewer' }, stats.toViewerBytes);
      bytes.inc({ direction: 'to_desktop' }, stats.toTargetBytes);
      for (const [code, count] of Object.entries(stats.refused)) refused.inc({ code }, count);
    },
  ];
}

/** Metrics of the places for sessions: whether people wait, and how near that is. */
export function watchPlaces({ registers, sources, onFailed }: Watching): Watch[] {
  const { places: read } = sources;
  if (!read) return [];
  const places = new Gauge({
    name: 'sortie_session_places',
    help: 'Sessions that have a place (held) and that wait for one (queued), as the read model has them',
    labelNames: ['state'],
    registers,
  });
  const bounds = new Gauge({
    name: 'sortie_session_places_max',
    help: 'How many sessions there may be: alive at once (total), of one person (per_user), waiting (queue)',
    labelNames: ['scope'],
    registers,
  });
  const onReadingFailed = () => onFailed('places for sessions');
  const reading = new Reading({ read, everyMs: COSTLY_EVERY_MS, onFailed: onReadingFailed });
  return [
    async () => {
      const figures = await reading.get();
      places.reset();
      if (!figures) return;
      const { held, queued, max } = figures;
      places.set({ state: 'held' }, held);
      places.set({ state: 'queued' }, queued);
      bounds.set({ scope: 'total' }, max.total);
      bounds.set({ scope: 'per_user' }, max.perUser);
      bounds.set({ scope: 'queue' }, max.queue);
    },
  ];
}

/** Metrics of the sessions that there are. */
export function watchSessions({ registers, sources, onFailed }: Watching): Watch[] {
  const { sessions: read } = sources;
  if (!read) return [];
  const sessions = new Gauge({
    name: 'sortie_sessions',
    help: 'Sessions by status, as the read model has them',
    labelNames: ['status'],
    registers,
  });
  const reading = new Reading({
    read,
    everyMs: COSTLY_EVERY_MS,
    onFailed: () => onFailed('sessions'),
  });
  return [
    async () => {
      const counts = await reading.get();
      sessions.reset();
      for (const [status, count] of Object.entries(counts ?? {})) sessions.set({ status }, count);
    },
  ];
}
