import type { NatsConnection } from 'nats';
import type { Sequence } from '#shared/es/commit.js';
import type { Batch } from '#shared/es/event-log.js';
import { matches } from '#shared/es/recent-commits.js';
import type { StreamAccess } from './jetstream-access.js';
import { CursorBrokenError, JetStreamCursor } from './jetstream-cursor.js';
import { requirePresent } from './jetstream-damage.js';
import { getDirectly, getMessage } from './jetstream-messages.js';
import type { Stored } from './stored-message.js';
import { missingCommit } from './jetstream-stream.js';
import { toCommit } from './stored-commit.js';

/** So few commits are asked for one by one: a consumer takes longer to make. */
const DIRECT_READS_MAX = 8;
/** Places that are read on from: one for each reader that catches up. */
const IDLE_CURSORS_MAX = 8;
const IDLE_MS_MAX = 10_000;

/** A stretch of the log: behind `after`, up to and with `through`, on which the log is known to go on to `head`. */
export type Stretch = Readonly<{
  after: Sequence;
  through: Sequence;
  head: Sequence;
  services: readonly string[] | undefined;
}>;

/** Reads what memory does not hold from the server. */
export class JetStreamReader {
  readonly #access: StreamAccess;
  #idle: { cursor: JetStreamCursor; timer: NodeJS.Timeout }[] = [];

  constructor(access: StreamAccess) {
    this.#access = access;
    access.ended.addEventListener('abort', () => this.#closeIdle());
    access.onChecked(() => this.#closeIdle());
  }

  /** Errors: LogUnavailableError, also when a commit is missing. */
  async read(stretch: Stretch): Promise<Batch> {
    const stored = await this.#access.use('be read', (nats) =>
      stretch.through - stretch.after <= DIRECT_READS_MAX
        ? this.#readEach(nats, stretch)
        : this.#readOn(nats, stretch),
    );
    const { after, services } = stretch;
    return {
      commits: stored
        .filter(({ subject }) => matches({ stream: subject }, services))
        .filter(({ isForeign }) => !isForeign)
        .map((message) => toCommit(message)),
      through: stored.at(-1)?.sequence ?? after,
    };
  }

  #readEach(nats: NatsConnection, { after, through }: Stretch): Promise<Stored[]> {
    const sequences = Array.from({ length: through - after }, (_, i) => after + 1 + i);
    return Promise.all(
      sequences.map(async (sequence) => {
        // Any server may answer the first question, and only the leader knows the newest.
        const query = { seq: sequence };
        const stored = (await getDirectly(nats, sequence)) ?? (await getMessage(nats, query));
        if (stored) return stored;
        this.#access.end(missingCommit(sequence));
        throw this.#access.ended.reason;
      }),
    );
  }

  async #readOn(nats: NatsConnection, { after, through, head }: Stretch): Promise<Stored[]> {
    const cursor =
      this.#takeIdle(after) ?? (await JetStreamCursor.open(nats, this.#access.inboxPrefix, after));
    try {
      const stored = await cursor.take(through, head);
      this.#keepIdle(cursor);
      return stored;
    } catch (error) {
      cursor.close();
      if (!(error instanceof CursorBrokenError)) throw error;
      if (error.end.kind === 'gap') await requirePresent(this.#access, nats, error.end);
      throw error;
    }
  }

  #takeIdle(after: Sequence): JetStreamCursor | undefined {
    const found = this.#idle.find(({ cursor }) => cursor.position === after);
    if (!found) return undefined;
    clearTimeout(found.timer);
    this.#idle.splice(this.#idle.indexOf(found), 1);
    return found.cursor;
  }

  #keepIdle(cursor: JetStreamCursor): void {
    if (this.#access.ended.aborted) return cursor.close();
    const timer = setTimeout(() => this.#takeIdle(cursor.position)?.close(), IDLE_MS_MAX).unref();
    this.#idle.push({ cursor, timer });
    if (this.#idle.length > IDLE_CURSORS_MAX)
      this.#takeIdle(this.#idle[0]?.cursor.position ?? 0)?.close();
  }

  #closeIdle(): void {
    for (const { cursor, timer } of this.#idle.splice(0)) {
      clearTimeout(timer);
      cursor.close();
    }
  }
}
