import { join } from 'node:path';
import type { Belongings } from './belongings.js';
import type { ContainerBody } from './container-body.js';
import type { Mount } from './mounts.js';
import { isNamedAfter, sessionOf } from './ownership.js';
import { Refusal } from './refusal.js';
import type { Permitted, PolicySettings } from './route.js';

const OF_CONTAINER = 'container:';

/**
 * Permits a container whose body has been read strictly, once what it names is this session's own. What was looked up
 * by name is sent on by id. Throws {@link Refusal}.
 */
export async function permitMaking(
  settings: PolicySettings,
  belongings: Belongings,
  { name, body }: { name: string; body: ContainerBody },
): Promise<Permitted> {
  const session = sessionOf(body.Labels);
  if (!isNamedAfter(session, name)) {
    throw new Refusal(
      `a container of session ${session} is not to be named ${JSON.stringify(name)}.`,
    );
  }
  const { Mounts = [] } = body.HostConfig;
  const isBound = Mounts.some(({ Type }) => Type === 'bind');
  if (isBound) requireOwner(body.User, settings);
  const own = new SessionOwn(session, settings.runtimeDir, belongings);
  for (const mount of Mounts) await own.requireMount(mount);
  const HostConfig = { ...body.HostConfig, ...(await own.namespaces(body.HostConfig)) };
  return {
    call: {
      method: 'POST',
      path: '/containers/create',
      query: { name },
      body: { ...body, HostConfig },
    },
    ...(isBound && { holds: session }),
  };
}

/** Whoever may write in a folder of the machine is the one who has that folder anyway. */
function requireOwner(user: string, { owner }: PolicySettings): void {
  if (owner === undefined || user === `${owner.uid}:${owner.gid}`) return;
  throw new Refusal(`a container with the session's folder must run as ${owner.uid}:${owner.gid}.`);
}

class SessionOwn {
  constructor(
    readonly session: string,
    readonly runtimeDir: string,
    readonly belongings: Belongings,
  ) {}

  async requireMount(mount: Mount): Promise<void> {
    if (mount.Type === 'volume') {
      const volume = await this.belongings.mountable(mount.Source);
      this.#require(volume, `volume ${volume.name}`);
    }
    if (mount.Type !== 'bind') return;
    const folder = join(this.runtimeDir, this.session);
    if (mount.Source === folder) return;
    throw new Refusal(`${JSON.stringify(mount.Source)} is not ${folder}, the session's folder.`);
  }

  async namespaces({ NetworkMode, IpcMode, PidMode }: ContainerBody['HostConfig']) {
    return {
      NetworkMode: await this.#network(NetworkMode),
      ...(IpcMode !== undefined && { IpcMode: await this.#namespace(IpcMode) }),
      ...(PidMode !== undefined && { PidMode: await this.#namespace(PidMode) }),
    };
  }

  /** What the engine gives a meaning to, as "host" and "default", is the name of no own network. */
  async #network(name: string): Promise<string> {
    if (name === 'none') return name;
    const network = await this.belongings.network(name);
    this.#require(network, `network ${name}`);
    return network.id;
  }

  async #namespace(mode: string): Promise<string> {
    if (!mode.startsWith(OF_CONTAINER)) return mode;
    const name = mode.slice(OF_CONTAINER.length);
    const container = await this.belongings.container(name);
    this.#require(container, `container ${name}`);
    return `${OF_CONTAINER}${container.id}`;
  }

  #require({ session }: { session: string }, what: string): void {
    if (session !== this.session) throw new Refusal(`${what} is another session's.`);
  }
}
