import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Gate, openGate } from '#services/cli/docker-gate/gate-server.js';
import type { GateSettings } from '#services/cli/docker-gate/gate-settings.js';
import { docker } from './compose-docker.js';
import {
  appBody,
  displayBody,
  GATE_POLICY,
  INSTALLATION,
  networkBodyOf,
  OWNER,
  volumeBodyOf,
} from './docker-gate.js';
import { imageSources } from '../../deploy/local/image-sources.js';

export const ENGINE_PATH = '/var/run/docker.sock';

/** An answer of the gate or the engine. */
export type Answered = Readonly<{
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** As JSON, where it is some. */
  json: { message?: string; Id?: string } & Record<string, unknown>;
}>;

export type Told = Readonly<Record<string, unknown>>;

type Asking = Readonly<{
  body?: unknown;
  raw?: string;
  headers?: Readonly<Record<string, string>>;
}>;

/** Asks over a unix socket; the body goes as JSON, or as it is. */
export function askOver(
  socketPath: string,
  method: string,
  path: string,
  { body, raw = body === undefined ? undefined : JSON.stringify(body), headers }: Asking = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const type = raw === undefined ? {} : { 'content-type': 'application/json' };
    const sent = request(
      { socketPath, method, path, agent: false, headers: { ...type, ...headers } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const { statusCode: status = 0, headers: heads } = answer;
          resolve({ status, headers: heads, text, json: jsonIn(text) });
        });
      },
    );
    sent.on('error', reject);
    sent.end(raw);
  });
}

function jsonIn(text: string): Answered['json'] {
  try {
    return JSON.parse(text) as Answered['json'];
  } catch {
    return {};
  }
}

/** Sends bytes over a unix socket as they are, and gives everything that comes back until the other side ends. */
export function sendBytes(socketPath: string, bytes: string, deadlineMs = 30_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
    socket.setTimeout(deadlineMs, () => socket.destroy());
    socket.write(bytes);
  });
}

/** A gate in front of the real engine, with a runtime folder and an image of its own. */
export class GateStage {
  readonly image = imageSources().SORTIE_DEBIAN_IMAGE;
  readonly told: Told[] = [];
  readonly #sessions: string[] = [];
  #gate: Gate | undefined;

  private constructor(
    readonly folder: string,
    readonly over: Partial<GateSettings>,
  ) {}

  static async open(over: Partial<GateSettings> = {}): Promise<GateStage> {
    const stage = new GateStage(await mkdtemp(join(tmpdir(), 'sortie-gate-')), over);
    await chmod(stage.folder, 0o755);
    try {
      await stage.start();
    } catch (error) {
      await rm(stage.folder, { recursive: true });
      throw error;
    }
    return stage;
  }

  get listenPath(): string {
    return join(this.folder, 'docker.sock');
  }

  get runtimeDir(): string {
    return join(this.folder, 'run');
  }

  async start(): Promise<void> {
    this.#gate = await openGate(
      {
        ...GATE_POLICY,
        enginePath: ENGINE_PATH,
        listenPath: this.listenPath,
        runtimeDir: this.runtimeDir,
        ...this.over,
      },
      (_, told) => this.told.push(told),
    );
  }

  async stop(): Promise<void> {
    await this.#gate?.close();
    this.#gate = undefined;
  }

  /** Through the gate. */
  ask(method: string, path: string, asking: Asking = {}): Promise<Answered> {
    return askOver(this.listenPath, method, path, asking);
  }

  /** Past the gate, as only the tests may. */
  engine(method: string, path: string, body?: unknown): Promise<Answered> {
    return askOver(ENGINE_PATH, method, path, { body });
  }

  engineRaw(method: string, path: string, raw: string): Promise<Answered> {
    return askOver(ENGINE_PATH, method, path, { raw });
  }

  /** A session that has its folder and volume, as the driver makes them. */
  async newSession(): Promise<string> {
    const session = `f${randomBytes(5).toString('hex')}`;
    this.#sessions.push(session);
    const folder = join(this.runtimeDir, session);
    await mkdir(folder, { mode: 0o700 });
    await chown(folder, OWNER.uid, OWNER.gid);
    const made = await this.ask('POST', '/volumes/create', { body: volumeBodyOf(session) });
    if (made.status !== 201) throw new Error(made.text);
    return session;
  }

  display = (session: string) =>
    displayBody({ session, image: this.image, runtimeDir: this.runtimeDir });
  app = (session: string) => appBody({ session, image: this.image });
  network = (session: string) => networkBodyOf(session);

  makeDisplay(session: string, body: object = this.display(session)): Promise<Answered> {
    return this.ask('POST', `/containers/create?name=sortie-${session}-display`, { body });
  }

  makeApp(session: string, body: object = this.app(session)): Promise<Answered> {
    return this.ask('POST', `/containers/create?name=sortie-${session}`, { body });
  }

  /** Removes all that was made, past the gate. */
  async close(): Promise<void> {
    await this.stop();
    const label = `label=sortie.installation=${INSTALLATION}`;
    for (const [kind, ...args] of KINDS) {
      const found = await docker(...kind, '--quiet', '--filter', label);
      const ids = found.split('\n').filter((id) => id !== '');
      if (ids.length > 0) await docker(...args, ...ids);
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

const KINDS: readonly (readonly [list: readonly string[], ...remove: string[]])[] = [
  [['ps', '--all'], 'rm', '--force', '--volumes'],
  [['volume', 'ls'], 'volume', 'rm', '--force'],
  [['network', 'ls'], 'network', 'rm'],
];
