import type { NatsConnection } from 'nats';
import type { RecentCommits } from '#shared/es/recent-commits.js';
import { requirePresent } from './jetstream-damage.js';
import type { StreamAccess } from './jetstream-access.js';
import { type Pull, PullConsumer, type PullEnd } from './jetstream-pull.js';
import type { Stored } from './stored-message.js';
import { toCommitLazily } from './stored-commit.js';

const PULL: Pull = { messages: 1_000, bytes: 8 * 1_024 * 1_024, expiresMs: 30_000 };
const RETRY_MS = 100;

type Broken = Extract<PullEnd, { kind: 'lost' | 'gap' }>;

/**
 * Feeds the newest commits to {@link RecentCommits}, through one consumer for the whole process. Whatever happens to the
 * connection, the consumer or the server, it begins again behind the last commit that it has given.
 */
export class JetStreamTail {
  readonly #access: StreamAccess;
  readonly #recent: RecentCommits;
  #life = new AbortController();
  #news: Stored[] = [];

  constructor(access: StreamAccess, recent: RecentCommits) {
    this.#access = access;
    this.#recent = recent;
    access.onChecked((nats) => {
      this.#life.abort();
      this.#life = new AbortController();
      void this.#run(nats, AbortSignal.any([this.#life.signal, access.ended]));
    });
  }

  async #run(nats: NatsConnection, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !nats.isClosed()) {
      try {
        const broken = await this.#pullUntilBroken(nats, signal);
        if (broken.kind === 'gap') await requirePresent(this.#access, nats, broken);
        // The stream itself may have been exchanged under a living connection.
        await this.#access.check(nats);
      } catch {
        // What it was, is told to those who ask for something; here it is tried again.
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async #pullUntilBroken(nats: NatsConnection, signal: AbortSignal): Promise<Broken> {
    this.#flush();
    let end: (broken: Broken) => void = () => undefined;
    const ended = new Promise<Broken>((resolve) => (end = resolve));
    const consumer = await PullConsumer.create(nats, this.#access.inboxPrefix, this.#recent.head, {
      onMessage: (message) => this.#take(message),
      onEnd: (how) => {
        if (how.kind === 'lost' || how.kind === 'gap') end(how);
        else consumer.pull(PULL);
      },
    });
    const stop = (): void => {
      consumer.close();
      end({ kind: 'lost', reason: 'the log was closed or has another connection' });
    };
    if (signal.aborted) stop();
    else consumer.pull(PULL);
    signal.addEventListener('abort', stop, { once: true });
    return ended.finally(() => signal.removeEventListener('abort', stop));
  }

  #take(message: Stored): void {
    // What arrives together is given together, so that followers wake once.
    if (this.#news.length === 0) queueMicrotask(() => this.#flush());
    this.#news.push(message);
  }

  #flush(): void {
    const news = this.#news;
    this.#news = [];
    this.#recent.add(
      news.map((message) => {
        const { size: length, isForeign } = message;
        if (isForeign) this.#access.tellForeign(message);
        return { commit: toCommitLazily(message), length, isForeign };
      }),
    );
    this.#access.saw(this.#recent.head);
  }
}
