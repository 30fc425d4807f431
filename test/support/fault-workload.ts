import { rest } from './fault-schedule.js';
import type { RecordingClient, Told, Wanted } from './recording-client.js';

const appStream = (id: string): string => `sortie.event.catalog.app.${id}`;
const appEvent = (name: string): string => `sortie.catalog.${name}.v1`;
const REFUSED_STALE = ['VersionStale'];
/** A client rests between its writes, so that a run is of faults more than of load. */
const REST_MS = { min: 5, max: 60 };
const READ_SHARE = 0.5;
const PASSWORD = 'mauve stapler 42';

/** Apps that all workers revise at once. */
export const SHARED_APPS = ['shared-0', 'shared-1', 'shared-2'] as const;

/** Names that two workers try to take each. */
export class Contested {
  #asked = 0;
  next(): string {
    this.#asked += 1;
    return `contested-${Math.ceil(this.#asked / 2)}`;
  }
}

type Parts = Readonly<{
  name: string;
  client: RecordingClient;
  random: () => number;
  contested: Contested;
}>;

/** Keeps apps and users as administrators do: its own ones, those that all workers share, and contested names. */
export class CatalogueWorker {
  readonly #parts: Parts;
  readonly #apps = new Map<string, number>();
  readonly #users: string[] = [];
  readonly #answered: Wanted[] = [];
  #made = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Works until the signal aborts; resolves once its last write is answered. */
  async work(signal: AbortSignal): Promise<void> {
    const { random } = this.#parts;
    while (!signal.aborted) {
      await this.#step(random());
      await rest(REST_MS.min + random() * (REST_MS.max - REST_MS.min));
    }
  }

  async #step(dice: number): Promise<void> {
    if (dice < 0.3 || this.#apps.size === 0) return this.#create();
    if (dice < 0.58) return this.#revise();
    if (dice < 0.78) return this.#reviseShared();
    if (dice < 0.87) return this.#retire();
    if (dice < 0.9) return this.#contest();
    if (dice < 0.93) return this.#register();
    if (dice < 0.95) return this.#disable();
    return this.#repeat();
  }

  async #create(): Promise<void> {
    const id = `${this.#parts.name}-${(this.#made += 1)}`;
    const version = await this.#write(creationOf(id, `${id}/create`));
    if (version !== undefined) this.#apps.set(id, version);
  }

  async #revise(): Promise<void> {
    const [id, seen] = this.#any([...this.#apps]);
    const version = await this.#write({ ...this.#revisionOf(id, seen) });
    if (version !== undefined) this.#apps.set(id, version);
  }

  async #reviseShared(): Promise<void> {
    const id = this.#any(SHARED_APPS);
    const read = await this.#parts.client.read(`/api/apps/${id}`, appStream(id));
    if (typeof read?.version !== 'number') return;
    await this.#write({ ...this.#revisionOf(id, read.version), mayRefuse: REFUSED_STALE });
  }

  async #retire(): Promise<void> {
    const [id, seen] = this.#any([...this.#apps]);
    this.#apps.delete(id);
    await this.#write({
      ...{ key: `${id}/retire`, method: 'DELETE', path: `/api/apps/${id}`, ifMatch: seen },
      ...{ expectedVersion: seen, eventTypes: [appEvent('AppRetired')], stream: appStream(id) },
    });
  }

  async #contest(): Promise<void> {
    const id = this.#parts.contested.next();
    const wanted = creationOf(id, `${id}/${this.#parts.name}/${(this.#made += 1)}`);
    await this.#write({ ...wanted, mayRefuse: ['AppIdTaken'] });
  }

  async #register(): Promise<void> {
    const name = `${this.#parts.name}-user-${(this.#made += 1)}`;
    const { attempt, body } = await this.#parts.client.carryOut({
      ...{ key: `${name}/register`, method: 'POST', path: '/api/users', step: 'register' },
      body: { name, role: 'user', password: PASSWORD },
      eventTypes: ['sortie.identity.UserRegistered.v1'],
      streamOf: ({ user }) => `sortie.event.identity.user.${user.id}`,
    });
    if (attempt.outcome === 'ok') this.#users.push(body.user.id);
  }

  async #disable(): Promise<void> {
    const id = this.#users.shift();
    if (id === undefined) return;
    await this.#parts.client.carryOut({
      ...{ key: `${id}/disable`, method: 'DELETE', path: `/api/users/${id}`, step: 'disable' },
      eventTypes: ['sortie.identity.UserDisabled.v1'],
      stream: `sortie.event.identity.user.${id}`,
    });
  }

  async #repeat(): Promise<void> {
    if (this.#answered.length > 0) await this.#parts.client.repeat(this.#any(this.#answered));
  }

  #revisionOf(id: string, seen: number): Wanted {
    const { name } = this.#parts;
    const key = `${id}/${name}/revise-${(this.#made += 1)}`;
    return {
      ...{ key, method: 'PUT', path: `/api/apps/${id}`, body: appNamed(key), ifMatch: seen },
      ...{ expectedVersion: seen, eventTypes: [appEvent('AppRevised')], stream: appStream(id) },
    };
  }

  /** Writes about an app, often reads it right after, and gives the new version. */
  async #write(wanted: Wanted): Promise<number | undefined> {
    const { client, random } = this.#parts;
    const { attempt } = await client.carryOut(wanted);
    if (attempt.outcome === 'unknown') return undefined;
    this.#answered.push(wanted);
    const { stream = '' } = wanted;
    const id = stream.split('.').at(-1) ?? '';
    if (random() < READ_SHARE) await client.read(`/api/apps/${id}`, stream);
    return attempt.outcome === 'ok' ? attempt.version : undefined;
  }

  #any<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#parts.random() * choices.length)] as T;
  }
}

const appNamed = (name: string) => ({ name: name.slice(0, 80), url: 'https://a.example' });

/** Creates an app that nobody has made before. */
export const creationOf = (id: string, key: string): Wanted => ({
  ...{ key, method: 'POST', path: '/api/apps', body: { id, ...appNamed(id) } },
  ...{ expectedVersion: 0, eventTypes: [appEvent('AppRegistered')], stream: appStream(id) },
});

const RUNNING_AT_ONCE_MAX = 2;
const LOOK_MS = 400;
const USE_MS_MAX = 5_000;
const sessionStream = (id: string): string => `sortie.event.session.session.${id}`;
const sessionEvents = (...names: string[]) => names.map((name) => `sortie.session.${name}.v1`);

/** Launches desktops, a few at a time, and ends most of them again. */
export async function useDesktops(
  { name, client, random }: Omit<Parts, 'contested'>,
  signal: AbortSignal,
): Promise<void> {
  const open: string[] = [];
  for (let launched = 1; !signal.aborted; launched += 1) {
    const { attempt, body }: Told = await client.carryOut({
      ...{ key: `${name}/launch-${launched}`, method: 'POST', path: '/api/sessions' },
      ...{ body: { app_id: 'terminal' }, eventTypes: sessionEvents('SessionRequested') },
      streamOf: ({ id }) => sessionStream(id),
      mayRefuse: ['RuntimeUnavailable'],
    });
    if (attempt.outcome === 'ok') open.push(body.id);
    await rest(random() * USE_MS_MAX);
    while (open.length >= RUNNING_AT_ONCE_MAX && !signal.aborted) {
      await rest(LOOK_MS);
      const [id = ''] = open;
      await client.read(`/api/sessions/${id}`, sessionStream(id));
      const stopped = await client.carryOut({
        ...{ key: `${id}/stop`, method: 'DELETE', path: `/api/sessions/${id}` },
        eventTypes: sessionEvents('SessionStopped', 'SessionFailed'),
        ...{ stream: sessionStream(id), mayRefuse: ['SessionEnded'] },
      });
      if (stopped.attempt.outcome !== 'unknown') open.shift();
    }
  }
}
