import { z } from 'zod';
import type { Engine } from './engine.js';
import { INSTALLATION_LABEL, isOwn, type Labels, SESSION_LABEL } from './ownership.js';
import { Refusal } from './refusal.js';
import { isHarmlessVolume } from './volume-body.js';

const labels = z.record(z.string(), z.string()).nullish();
const container = z.object({ Id: z.string(), Config: z.object({ Labels: labels }) });
const network = z.object({ Id: z.string(), Labels: labels, Driver: z.string() });
const volume = z.object({
  Name: z.string(),
  Labels: labels,
  Driver: z.string(),
  Options: z.record(z.string(), z.string()).nullish(),
});
const listed = z.array(z.object({ Labels: labels }));

/** What this installation has in the engine, looked up there each time: by name before, and by id from then on. */
export class Belongings {
  constructor(
    readonly engine: Pick<Engine, 'find'>,
    readonly installation: string,
  ) {}

  /** The id of an own container and its session. Throws {@link Refusal} for another's, {@link NotThere} for none. */
  async container(name: string): Promise<{ id: string; session: string }> {
    const found = await this.#find(`/containers/${name}/json`, `No such container: ${name}`);
    const { Id, Config } = container.parse(found);
    return { id: Id, session: this.#sessionOf(Config.Labels, `container ${name}`) };
  }

  /** The id of an own network and its session. */
  async network(name: string): Promise<{ id: string; session: string }> {
    const found = await this.#find(`/networks/${name}`, `network ${name} not found`);
    const { Id, Labels, Driver } = network.parse(found);
    const session = this.#sessionOf(Labels, `network ${name}`);
    if (Driver !== 'bridge') throw new Refusal(`network ${name} is no bridge.`);
    return { id: Id, session };
  }

  /** The name of an own volume and its session. */
  async volume(name: string): Promise<{ name: string; session: string }> {
    const { Name, Labels } = volume.parse(await this.#volume(name));
    return { name: Name, session: this.#sessionOf(Labels, `volume ${name}`) };
  }

  /** The same, for what is to be mounted: of a kind that could have been made here. */
  async mountable(name: string): Promise<{ name: string; session: string }> {
    const { Driver, Options } = volume.parse(await this.#volume(name));
    if (isHarmlessVolume(Driver, Options)) return this.volume(name);
    throw new Refusal(`volume ${name} is more than a folder of the engine or memory.`);
  }

  /** The sessions that have a container, running or not. */
  async sessions(): Promise<ReadonlySet<string>> {
    const filters = JSON.stringify({ label: [`${INSTALLATION_LABEL}=${this.installation}`] });
    const found = await this.engine.find('/containers/json', { all: '1', filters });
    return new Set(listed.parse(found).map(({ Labels }) => Labels?.[SESSION_LABEL] ?? ''));
  }

  #volume(name: string): Promise<unknown> {
    return this.#find(`/volumes/${name}`, `get ${name}: no such volume`);
  }

  async #find(path: string, missing: string): Promise<unknown> {
    const found = await this.engine.find(path);
    if (found === undefined) throw new NotThere(missing);
    return found;
  }

  #sessionOf(given: Labels | null | undefined, what: string): string {
    if (isOwn(given, this.installation)) return given?.[SESSION_LABEL] ?? '';
    throw new Refusal(`${what} is none of installation ${this.installation}'s.`);
  }
}

/** The engine has nothing of the name; the message is the engine's own. */
export class NotThere extends Error {
  override readonly name = 'NotThere';
}
