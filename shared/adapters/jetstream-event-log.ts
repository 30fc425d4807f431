import type { Commit, NewCommit, Sequence } from '#shared/es/commit.js';
import {
  type AppendResult,
  type Batch,
  BATCH_COMMITS_MAX,
  type EventLog,
  LogUnavailableError,
  type ReadQuery,
} from '#shared/es/event-log.js';
import { followRecent, RecentCommits } from '#shared/es/recent-commits.js';
import { type AccessOptions, goneBack, PATIENCE_MS, StreamAccess } from './jetstream-access.js';
import { JetStreamAppender } from './jetstream-appender.js';
import { JetStreamReader } from './jetstream-reader.js';
import { findLast } from './jetstream-outcome.js';
import { isPassing, reasonOf } from './jetstream-requests.js';
import { checkServers } from './jetstream-server.js';
import { openStream, type StreamOptions } from './jetstream-stream.js';
import { JetStreamTail } from './jetstream-tail.js';

const RETRY_MS = 200;

export type JetStreamOptions = StreamOptions & AccessOptions;

/**
 * The log in one stream of NATS JetStream, for many processes. The server orders and stores; each process reads it
 * through one consumer and shares what comes. The connection belongs to whoever opened it.
 */
export class JetStreamEventLog implements EventLog {
  readonly id: string;
  readonly #access: StreamAccess;
  readonly #appender: JetStreamAppender;
  readonly #reader: JetStreamReader;
  readonly #recent: RecentCommits;
  #isClosing = false;

  private constructor(access: StreamAccess, head: Sequence) {
    this.id = access.id;
    this.#recent = new RecentCommits(head);
    this.#access = access;
    this.#access.ended.addEventListener('abort', () => this.#recent.wakeAll());
    this.#appender = new JetStreamAppender(this.#access);
    this.#reader = new JetStreamReader(this.#access);
    new JetStreamTail(this.#access, this.#recent);
  }

  /**
   * Opens the stream, creating it when the account has none. Errors: {@link LogUnavailableError} for a server or a stream
   * that would not keep the log's promises, naming the setting and the remedy.
   */
  static async open(options: JetStreamOptions): Promise<JetStreamEventLog> {
    const deadline = Date.now() + (options.patienceMs ?? PATIENCE_MS);
    for (;;) {
      try {
        return await JetStreamEventLog.#open(options);
      } catch (error) {
        // Servers that have just started need a moment to agree on a leader.
        if (isPassing(error) && Date.now() < deadline) await pause(RETRY_MS);
        else throw openFailure(error);
      }
    }
  }

  static async #open(options: JetStreamOptions): Promise<JetStreamEventLog> {
    const { connection, replicas = 1 } = options;
    const nats = await connection.connected(options.patienceMs ?? PATIENCE_MS);
    await checkServers(nats, replicas);
    const opened = await openStream(nats, options);
    return new JetStreamEventLog(new StreamAccess(options, nats, opened), opened.head);
  }

  async append(commit: NewCommit): Promise<AppendResult> {
    this.#requireOpen();
    const result = await this.#appender.append(commit);
    if (result.kind === 'appended') this.#requireOwn(result.sequence, commit.commandId);
    return result;
  }

  async read(query: ReadQuery): Promise<Batch> {
    this.#requireOpen();
    const { after, limit = BATCH_COMMITS_MAX } = query;
    const recent = this.#recent.find(query);
    const isWhole = after + Math.min(limit, BATCH_COMMITS_MAX) <= this.#recent.head;
    if (recent && isWhole) return recent;
    // Another process may have appended what memory has not heard of yet.
    const head = isWhole ? this.#recent.head : Math.max(await this.head(), this.#recent.head);
    return this.#readTo(head, query);
  }

  async *follow(query: ReadQuery, signal: AbortSignal): AsyncGenerator<Batch> {
    // What memory has not heard of is not asked for: it will come by itself.
    const read = async (q: ReadQuery): Promise<Batch> => {
      this.#requireOpen();
      return this.#readTo(this.#recent.head, q);
    };
    yield* followRecent(this.#recent, read, query, signal);
  }

  async last(stream: string): Promise<Commit | undefined> {
    this.#requireOpen();
    return this.#access.use('be read', (nats) => findLast(nats, stream));
  }

  async head(): Promise<Sequence> {
    this.#requireOpen();
    return this.#access.use('be read', async (nats) => (await this.#access.check(nats)).head);
  }

  /** Takes no more appends, waits for those under way, and ends what follows it. The connection stays open. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#appender.drained();
    this.#access.end(closed());
  }

  async #readTo(head: Sequence, query: ReadQuery): Promise<Batch> {
    const { after, services, limit = BATCH_COMMITS_MAX } = query;
    if (after >= head) return { commits: [], through: after };
    const recent = after < this.#recent.head ? this.#recent.find(query) : undefined;
    if (recent) return recent;
    const through = Math.min(after + Math.min(limit, BATCH_COMMITS_MAX), head);
    return this.#reader.read({ after, through, head, services });
  }

  /** A server that was restored from an older copy gives out sequences that others have already. */
  #requireOwn(sequence: Sequence, commandId: string): void {
    this.#access.saw(sequence);
    const known = this.#recent.find({ after: sequence - 1, limit: 1 })?.commits[0];
    if (!known || known.commandId === commandId) return;
    this.#access.end(goneBack(sequence - 1, this.#recent.head));
    this.#requireOpen();
  }

  #requireOpen(): void {
    this.#access.ended.throwIfAborted();
    if (this.#isClosing) throw closed();
  }
}

function openFailure(error: unknown): LogUnavailableError {
  if (error instanceof LogUnavailableError) return error;
  const reason = reasonOf(error).replace(/\.$/, '');
  return new LogUnavailableError(`The event log can't be opened: ${reason}.`, { cause: error });
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const closed = (): LogUnavailableError => new LogUnavailableError('The event log is closed.');
