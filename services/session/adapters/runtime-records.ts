import { constants, type Stats } from 'node:fs';
import {
  chmod,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readFile,
  readdir,
  rm,
} from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RuntimeFailure } from './runtime-driver.js';

export const SESSION_ID = /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/;
/** More than any record has. */
const RECORD_BYTES = 1_024;
/** The server's own corner of the runtime folder; a session id cannot start with a dot. */
const SERVER_FOLDER = '.server';
/** `sun_path` holds 108 bytes with its closing zero (unix(7)). */
const SOCKET_PATH_BYTES_MAX = 107;

/** What every driver writes down of a session, to find it again after a crash. */
export interface RuntimeRecord {
  readonly sessionId: string;
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  readonly phase: 'starting' | 'running';
  /** Whose start it is: of two replicas that start a session, the one that was held meanwhile finds the other's here. */
  readonly claim?: string | undefined;
}

/** How one driver's records look. */
export interface RecordKind<R extends RuntimeRecord> {
  /** Makes a record of what was read; undefined for anything else. */
  parse(json: unknown): R | undefined;
  /** Stands for a session whose record can't be read, by the owner of what is left of it. */
  lost(sessionId: string, uid: number): R;
  /** True when the runtime folder may also be root's own: sticky, and of a group of this process. */
  readonly mayBeRoots?: boolean;
}

/** The sessions on disk, as far as the server wrote them down. Only the server can write there. */
export class RuntimeRecords<R extends RuntimeRecord> {
  readonly #serverFolder: string;
  /** The records of the starts under way here. */
  readonly #claimed = new Map<string, FileHandle>();

  private constructor(
    readonly root: string,
    readonly kind: RecordKind<R>,
  ) {
    this.#serverFolder = join(root, SERVER_FOLDER);
  }

  /** Opens a runtime folder, made when missing. Refuses one that somebody else could have prepared. */
  static async open<R extends RuntimeRecord>(
    runtimeDir: string,
    kind: RecordKind<R>,
  ): Promise<RuntimeRecords<R>> {
    const records = new RuntimeRecords(resolve(runtimeDir), kind);
    requireShortSocketPath(records.socket('x'.repeat(36)), runtimeDir);
    // 0711: sessions pass through to their own folder and cannot list the others.
    await makeOwnFolder(records.root, 0o711, kind.mayBeRoots);
    await makeOwnFolder(records.#serverFolder, 0o700);
    return records;
  }

  /** The session's own folder, the one place that it can write to for good. */
  folder(sessionId: string): string {
    return join(this.root, requireSessionId(sessionId));
  }

  /** Where the RFB socket is moved to, out of the session's reach, once it listens. */
  socket(sessionId: string): string {
    return join(this.#serverFolder, `${requireSessionId(sessionId)}.sock`);
  }

  /**
   * Writes a session's first record, where there is none. What is written later goes into that same file and not into
   * one of its name: whoever was held up for so long that another process has taken the session over, and put a
   * record of its own there, then writes into a file that nobody finds any more.
   */
  async claim(record: R): Promise<void> {
    requireShortSocketPath(this.socket(record.sessionId), this.root);
    const file = await open(this.#file(record.sessionId), 'wx', 0o600).catch((cause: unknown) => {
      throw isThere(cause) ? takenOver() : cause;
    });
    this.#claimed.set(record.sessionId, file);
    await this.write(record);
  }

  /** Changes the record that was written by {@link claim}; one that runs changes no more. */
  async write(record: R): Promise<void> {
    const file = this.#claimed.get(record.sessionId);
    if (!file) throw takenOver();
    // Of one size and in one call, so that nobody reads half of it.
    await file.write(JSON.stringify(record).padEnd(RECORD_BYTES), 0);
    if (record.phase === 'running') await this.giveUp(record.sessionId);
  }

  /** Finds a session; one without a readable record still has a folder, or a record half written. */
  async find(sessionId: string): Promise<R | undefined> {
    const file = this.#file(sessionId);
    const text = await readFile(file, 'utf8').catch(() => undefined);
    const record = this.kind.parse(parseJson(text));
    if (record) return record;
    for (const left of [this.folder(sessionId), file, `${file}.new`, this.socket(sessionId)]) {
      const found = await lstat(left).catch(() => undefined);
      if (found) return this.kind.lost(sessionId, found.uid);
    }
    return undefined;
  }

  /** Says whether the session on disk is still the one of this record. */
  async holds({ sessionId, claim }: R): Promise<boolean> {
    return (await this.find(sessionId))?.claim === claim;
  }

  async list(): Promise<R[]> {
    const folders = await readdir(this.root);
    const files = await readdir(this.#serverFolder);
    const recorded = files.map((name) => name.replace(/\.(json|json\.new|sock)$/, ''));
    const ids = [...new Set([...folders, ...recorded])].filter((id) => SESSION_ID.test(id));
    const records = await Promise.all(ids.toSorted().map((id) => this.find(id)));
    return records.filter((record) => record !== undefined);
  }

  /** Forgets a session; the last step of its removal, so that a crash before leaves it findable. */
  async remove(sessionId: string): Promise<void> {
    await rm(this.socket(sessionId), { force: true });
    await rm(`${this.#file(sessionId)}.new`, { force: true });
    await this.giveUp(sessionId);
    await rm(this.#file(sessionId), { force: true });
  }

  /** Changes the record of a start no more. */
  async giveUp(sessionId: string): Promise<void> {
    const file = this.#claimed.get(sessionId);
    this.#claimed.delete(sessionId);
    await file?.close();
  }

  #file(sessionId: string): string {
    return join(this.#serverFolder, `${requireSessionId(sessionId)}.json`);
  }
}

const isThere = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';

/** A server that was held for a while (a debugger, a machine that was moved) may find another in its place. */
export const takenOver = (): RuntimeFailure =>
  new RuntimeFailure(
    'StartStopped',
    'Another process has taken this session over while this one was held up.',
  );

function requireSessionId(sessionId: string): string {
  if (SESSION_ID.test(sessionId)) return sessionId;
  throw new RuntimeFailure(
    'InvalidSpec',
    `"${sessionId}" can't name a session: use letters, digits and dashes, at most 63.`,
  );
}

function requireShortSocketPath(socket: string, runtimeDir: string): void {
  const bytes = Buffer.byteLength(socket);
  if (bytes <= SOCKET_PATH_BYTES_MAX) return;
  throw new RuntimeFailure(
    'RuntimeDirUnsafe',
    `The runtime folder ${runtimeDir} makes socket paths of ${bytes} bytes and the system allows ${SOCKET_PATH_BYTES_MAX}: choose a shorter one, such as /run/sortie.`,
  );
}

async function makeOwnFolder(folder: string, mode: number, mayBeRoots = false): Promise<void> {
  await mkdir(folder, { recursive: true, mode });
  const found = await lstat(folder);
  if (mayBeRoots && isLent(found)) return;
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new RuntimeFailure(
      'RuntimeDirUnsafe',
      `${folder} must be a folder of the server's own user, not a link or somebody else's: remove it or choose another runtime folder.`,
    );
  }
  await chmod(folder, mode);
}

/** A folder of root's that this process may use and nobody else may change: what is in it, only its owner can remove. */
function isLent({ mode, uid, gid }: Stats): boolean {
  const STICKY = 0o1000;
  const isFolder = (mode & constants.S_IFMT) === constants.S_IFDIR;
  const isOfOurs = gid === process.getgid?.() || process.getgroups?.().includes(gid) === true;
  return (
    uid === 0 &&
    process.getuid?.() !== 0 &&
    isFolder &&
    isOfOurs &&
    (mode & (STICKY | 0o002)) === STICKY
  );
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
