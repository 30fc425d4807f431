import { Agent } from 'node:http';
import type { Readable } from 'node:stream';
import Docker from 'dockerode';
import { asEngineFailure, isConflict, isMissing } from './docker-failure.js';
import type { ImageName } from './docker-image-name.js';
import { CHANGE_MS_MAX, LOG_LINES_MAX, PING_MS_MAX, READ_MS_MAX } from './docker-limits.js';

type Query = Readonly<Record<string, string | number | boolean | object>>;

interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Query;
  readonly body?: object;
  readonly stream?: boolean;
  readonly timeoutMs?: number;
  /** Ends the request; only for what changes nothing, since the engine finishes what it was asked to do. */
  readonly signal?: AbortSignal;
}

export type Labels = Readonly<Record<string, string>>;
export type LabelFilter = Readonly<Record<string, string>>;

/** A container as a listing shows it. */
export type ListedContainer = Readonly<{ Id: string; State: string; Labels: Labels }>;
export type Listed = Readonly<{ id: string; labels: Labels }>;

/** How a container stands. */
export type ContainerState = Readonly<{
  Status: string;
  Running: boolean;
  ExitCode: number;
  OOMKilled: boolean;
}>;

export type VolumeRequest = Readonly<{
  Name: string;
  Driver: 'local';
  DriverOpts: Readonly<Record<string, string>>;
  Labels: Labels;
}>;

/** The calls on a Docker engine that sessions need, each bounded. Errors: EngineRefusal, `EngineUnavailable`. */
export class DockerEngine {
  // A connection a call: one that is kept would be found dead after a restart of the engine.
  readonly #docker: Docker;

  constructor(readonly socketPath: string) {
    const agent = new Agent({ keepAlive: false });
    // All is said, so that the environment's DOCKER_*, which the library reads by itself, changes nothing.
    const own = { host: undefined, protocol: 'http', timeout: undefined };
    this.#docker = new Docker({ ...own, socketPath, agent } as Docker.DockerOptions);
  }

  async ping(): Promise<void> {
    await this.#ask({ method: 'GET', path: '/_ping', timeoutMs: PING_MS_MAX });
  }

  async info(): Promise<{ NCPU?: number; MemTotal?: number; SecurityOptions?: readonly string[] }> {
    return this.#ask({ method: 'GET', path: '/info', timeoutMs: PING_MS_MAX });
  }

  hasImage({ full }: ImageName): Promise<boolean> {
    const asked = this.#ask({ method: 'GET', path: `/images/${full}/json` });
    return asked.then(() => true).catch(unless(isMissing, false));
  }

  /** Fetches an image; what comes are lines of JSON about how far it is. */
  pull({ repository, version }: ImageName, signal: AbortSignal): Promise<Readable> {
    const query = { fromImage: repository, tag: version };
    return this.#ask({ method: 'POST', path: '/images/create', query, stream: true, signal });
  }

  async createVolume(body: VolumeRequest): Promise<void> {
    await this.#ask({ method: 'POST', path: '/volumes/create', body });
  }

  async listVolumes(labels: LabelFilter): Promise<Listed[]> {
    const query = { filters: labelled(labels) };
    const { Volumes } = await this.#ask<{
      Volumes: readonly { Name: string; Labels: Labels | null }[] | null;
    }>({ method: 'GET', path: '/volumes', query });
    return (Volumes ?? []).map(({ Name: id, Labels: own }) => ({ id, labels: own ?? {} }));
  }

  /** Removes a volume; false while something uses it still. */
  removeVolume(name: string): Promise<boolean> {
    return this.#remove(`/volumes/${name}`);
  }

  async createNetwork(body: object): Promise<void> {
    await this.#ask({ method: 'POST', path: '/networks/create', body });
  }

  async listNetworks(labels: LabelFilter): Promise<Listed[]> {
    const query = { filters: labelled(labels) };
    const found = await this.#ask<readonly { Id: string; Labels: Labels | null }[]>({
      method: 'GET',
      path: '/networks',
      query,
    });
    return found.map(({ Id: id, Labels: own }) => ({ id, labels: own ?? {} }));
  }

  /** Removes a network; false while something uses it still. */
  removeNetwork(id: string): Promise<boolean> {
    return this.#remove(`/networks/${id}`);
  }

  async createContainer(name: string, body: object): Promise<string> {
    const query = { name };
    const { Id } = await this.#ask<{ Id: string }>({
      method: 'POST',
      path: '/containers/create',
      query,
      body,
    });
    return Id;
  }

  async startContainer(id: string): Promise<void> {
    await this.#ask({ method: 'POST', path: `/containers/${id}/start` });
  }

  async inspectContainer(
    idOrName: string,
  ): Promise<{ Id: string; State: ContainerState; Config: { Labels: Labels | null } } | undefined> {
    const asked = this.#ask<Awaited<ReturnType<DockerEngine['inspectContainer']>>>({
      method: 'GET',
      path: `/containers/${idOrName}/json`,
    });
    return asked.catch(unless(isMissing, undefined));
  }

  listContainers(labels: LabelFilter): Promise<readonly ListedContainer[]> {
    const query = { all: true, filters: labelled(labels) };
    return this.#ask({ method: 'GET', path: '/containers/json', query });
  }

  /** Sends a signal; one that has ended meanwhile is no error. */
  async signalContainer(id: string, signal: 'TERM'): Promise<void> {
    const asked = this.#ask({
      method: 'POST',
      path: `/containers/${id}/kill`,
      query: { signal },
    });
    await asked.catch(unless((error) => isMissing(error) || isConflict(error), undefined));
  }

  /** Resolves once a container runs no more, or is gone. */
  async untilEnded(id: string, signal: AbortSignal): Promise<void> {
    const path = `/containers/${id}/wait`;
    const query = { condition: 'not-running' };
    const asked = this.#ask({ method: 'POST', path, query, signal, timeoutMs: Infinity });
    await asked.catch(unless(isMissing, undefined));
  }

  /** Kills and removes a container with its own volumes; false while it is being removed. */
  removeContainer(id: string): Promise<boolean> {
    return this.#remove(`/containers/${id}`, { force: true, v: true });
  }

  /** The last lines that a container printed, as the engine sends them: each piece after eight bytes of its own. */
  readLog(id: string): Promise<Readable> {
    const query = { stdout: true, stderr: true, tail: LOG_LINES_MAX };
    return this.#ask({ method: 'GET', path: `/containers/${id}/logs`, query, stream: true });
  }

  /** Lines of JSON, one for each container that ends, until the signal is aborted or the engine goes. */
  ends(labels: LabelFilter, signal: AbortSignal): Promise<Readable> {
    const filters = { type: ['container'], event: ['die'], ...labelled(labels) };
    const query = { filters };
    const timeoutMs = PING_MS_MAX;
    return this.#ask({ method: 'GET', path: '/events', query, stream: true, timeoutMs, signal });
  }

  #remove(path: string, query: Query = {}): Promise<boolean> {
    const asked = this.#ask({ method: 'DELETE', path, query }).then(() => true);
    return asked.catch(unless(isMissing, true)).catch(unless(isConflict, false));
  }

  async #ask<T>(request: Request): Promise<T> {
    const { method, path, signal } = request;
    const { timeoutMs = method === 'GET' ? READ_MS_MAX : CHANGE_MS_MAX } = request;
    const abort = new AbortController();
    const follow = () => abort.abort();
    const timer = timeoutMs === Infinity ? undefined : setTimeout(follow, timeoutMs);
    signal?.addEventListener('abort', follow, { once: true });
    if (signal?.aborted) follow();
    try {
      return await this.#dial<T>(request, abort.signal);
    } catch (cause) {
      throw asEngineFailure(cause, this.socketPath, `${method} ${path}`);
    } finally {
      clearTimeout(timer);
      // A stream goes on, and is to end with its signal; destroying it is then the reader's part.
      signal?.removeEventListener('abort', follow);
    }
  }

  #dial<T>(request: Request, abortSignal: AbortSignal): Promise<T> {
    const { method, path, query = {}, body = {}, stream: isStream = false } = request;
    const asked = Object.keys(query).length > 0;
    const options = {
      method,
      path: asked ? `${path}?` : path,
      // Query and body apart, or the library would put each into the other.
      options: { _query: query, _body: body },
      isStream,
      abortSignal,
      statusCodes: { 200: true, 201: true, 204: true, 304: true },
    };
    return new Promise((resolve, reject) => {
      // eslint-disable-next-line typescript/no-unsafe-type-assertion -- the library's own declarations lack `dial`
      const modem = this.#docker.modem as { dial: (options: object, done: Done) => void };
      modem.dial(options, (error, answer) => {
        // eslint-disable-next-line typescript/no-unsafe-type-assertion -- what the engine's API documents
        if (error === null || error === undefined) resolve(answer as T);
        else reject(error as Error);
      });
    });
  }
}

type Done = (error: unknown, answer: unknown) => void;

const labelled = (labels: LabelFilter): object => ({
  label: Object.entries(labels).map(([name, value]) => `${name}=${value}`),
});

/** Answers with a value instead of an expected error. */
const unless =
  <T>(isExpected: (error: unknown) => boolean, value: T) =>
  (error: unknown): T => {
    if (isExpected(error)) return value;
    throw error;
  };
