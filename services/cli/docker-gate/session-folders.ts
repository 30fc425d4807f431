import { lchownSync } from 'node:fs';
import { chmod, lchown, lstat, mkdir, readdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Belongings } from './belongings.js';
import { sessionId } from './ownership.js';
import { EngineAwayError, Refusal } from './refusal.js';

/** Sticky: who may write in a folder may not rename or remove what is another's in it. */
const STICKY_SHARED = 0o1770;
const OTHERS_WRITE = 0o002;
/** No engine takes this long to make a container. */
const UNCERTAIN_MS = 10 * 60_000;

/**
 * The folders that are mounted into containers.
 *
 * The engine mounts whatever a path leads to at the moment of a start, long after the gate has looked at it, and the
 * session service may write where the folders are: it could put a link to `/` in the place of a folder meanwhile. So a
 * folder is the gate's own while a container has it. Its parent is sticky, and then nobody but the gate can take it
 * away or put something else there; the session service works in it through its group.
 */
export class SessionFolders {
  readonly #own = process.getuid?.() ?? 0;
  /** Sessions that a container is being made for. */
  readonly #inMaking = new Map<string, number>();
  /** Sessions that a container was perhaps made for, and until when that may still turn out. */
  readonly #uncertain = new Map<string, number>();
  /** Those since the look at the containers that is under way. */
  #since = new Set<string>();
  #looking: Promise<void> = Promise.resolve();

  constructor(
    readonly runtimeDir: string,
    readonly belongings: Belongings,
    readonly owner?: Readonly<{ uid: number; gid: number }>,
  ) {}

  /** Takes the runtime folder itself, which is made when it is not there. Throws an Error that says what to do. */
  async open(): Promise<void> {
    const { runtimeDir } = this;
    const above = dirname(runtimeDir);
    if (above === '/' || (await realpath(above)) !== above) throw new Error(unfit(runtimeDir));
    await mkdir(runtimeDir).catch(unlessThere);
    const found = await lstat(runtimeDir);
    const isOthersToo = (found.mode & OTHERS_WRITE) !== 0;
    if (!found.isDirectory() || isOthersToo) throw new Error(unfit(runtimeDir));
    await this.#take(runtimeDir).catch((cause: Error) => {
      const why = `The gate can't make ${runtimeDir} its own (${cause.message}): run it as root, or without --owner.`;
      throw new Error(why, { cause });
    });
  }

  /** Runs `make`, which makes a container that mounts the session's folder, with that folder held fast. */
  async whileMaking<T>(session: string, make: () => Promise<T>): Promise<T> {
    this.#since.add(session);
    this.#inMaking.set(session, (this.#inMaking.get(session) ?? 0) + 1);
    try {
      await this.#hold(session);
      return await make();
    } catch (error) {
      // The engine may make it yet.
      if (error instanceof EngineAwayError && error.mayHaveHeard) {
        this.#uncertain.set(session, Date.now() + UNCERTAIN_MS);
      }
      throw error;
    } finally {
      const left = (this.#inMaking.get(session) ?? 1) - 1;
      if (left > 0) this.#inMaking.set(session, left);
      else this.#inMaking.delete(session);
    }
  }

  /** Gives back the folders of sessions that have no container any more. */
  async giveBack(): Promise<void> {
    const looked = this.#looking.then(() => this.#look());
    this.#looking = looked.catch(() => undefined);
    await looked;
  }

  async #hold(session: string): Promise<void> {
    const path = join(this.runtimeDir, session);
    await this.#take(path).catch((error: NodeJS.ErrnoException) => {
      if (error instanceof Refusal) throw error;
      throw new Refusal(`${path} can't be held fast for a container (${error.message}).`);
    });
  }

  /** Order matters: what is at the path once it is the gate's stays there. */
  async #take(path: string): Promise<void> {
    const { owner } = this;
    const before = await lstat(path);
    if (owner && before.isDirectory()) await lchown(path, this.#own, owner.gid);
    const now = await lstat(path);
    if (!now.isDirectory() || (owner && now.uid !== this.#own)) {
      throw new Refusal(`${path} is no folder that stays in its place.`);
    }
    if (owner) await chmod(path, STICKY_SHARED);
  }

  async #look(): Promise<void> {
    const { owner } = this;
    if (!owner) return;
    for (const [session, until] of this.#uncertain) {
      if (until < Date.now()) this.#uncertain.delete(session);
    }
    this.#since = new Set([...this.#inMaking.keys(), ...this.#uncertain.keys()]);
    const entries = await readdir(this.runtimeDir, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const names = folders.filter((name) => sessionId.safeParse(name).success);
    const used = await this.belongings.sessions();
    for (const name of names) {
      const path = join(this.runtimeDir, name);
      if (used.has(name) || (await ownerOf(path)) !== this.#own) continue;
      // No await between the question and the deed.
      if (!this.#since.has(name)) lchownSync(path, owner.uid, owner.gid);
    }
  }
}

const unfit = (path: string): string =>
  `The runtime folder ${path} must be a folder of Sortie's own, below another one, named without links, and not writable for everybody: name such a one with --runtime-dir.`;

async function ownerOf(path: string): Promise<number | undefined> {
  const found = await lstat(path).catch(() => undefined);
  return found?.uid;
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
