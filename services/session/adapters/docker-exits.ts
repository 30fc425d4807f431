import { addAbortSignal, type Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { DockerEngine, LabelFilter } from './docker-engine.js';
import { jsonLines } from './docker-lines.js';
import { RECONNECT_MS_MAX, RECONNECT_MS_MIN } from './docker-limits.js';
import { SESSION_LABEL } from './docker-names.js';

type EndEvent = Readonly<{ Actor?: { Attributes?: Record<string, string> } }>;

export interface ExitsParts {
  readonly engine: DockerEngine;
  readonly labels: LabelFilter;
  /** The sessions that run, asked for whenever the engine has been out of sight. */
  readonly listRunning: () => Promise<readonly string[]>;
  readonly onGone: (sessionId: string) => void;
  /** Hears once of each time that the engine is lost. */
  readonly onLost: (reason: string) => void;
}

/** Tells when a container of a watched session ends, by the engine's events, over its restarts. */
export class DockerExits {
  readonly #watched = new Set<string>();
  readonly #closing = new AbortController();
  #following: Promise<void> = Promise.resolve();

  constructor(readonly parts: ExitsParts) {}

  /** Follows from now on, and watches what runs; resolves after the first attempt to, whether or not the engine answers. */
  async open(): Promise<void> {
    await new Promise<void>((tried) => {
      this.#following = this.#follow(tried);
    });
  }

  watch(sessionId: string): void {
    this.#watched.add(sessionId);
  }

  forget(sessionId: string): void {
    this.#watched.delete(sessionId);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#watched.clear();
    await this.#following;
  }

  async #follow(tried: () => void): Promise<void> {
    const { signal } = this.#closing;
    for (let waitMs = RECONNECT_MS_MIN; !signal.aborted;) {
      try {
        await this.#listen(() => {
          waitMs = RECONNECT_MS_MIN;
          tried();
        });
      } catch (cause) {
        if (!signal.aborted && waitMs === RECONNECT_MS_MIN)
          this.parts.onLost(cause instanceof Error ? cause.message : String(cause));
      }
      tried();
      await delay(waitMs, undefined, { signal }).catch(() => undefined);
      waitMs = Math.min(2 * waitMs, RECONNECT_MS_MAX);
    }
  }

  async #listen(onListening: () => void): Promise<void> {
    const { engine, labels } = this.parts;
    const { signal } = this.#closing;
    const events: Readable = addAbortSignal(signal, await engine.ends(labels, signal));
    // One that breaks off before it is read tells so when it is.
    events.on('error', () => undefined);
    try {
      // What ends from here on comes as an event; what ended before shows in the listing.
      await this.#compare();
      onListening();
      for await (const event of jsonLines<EndEvent>(events)) this.#take(event);
    } finally {
      events.destroy();
    }
    throw new Error('The Docker engine ended its stream of events.');
  }

  #take(event: EndEvent): void {
    const sessionId = event.Actor?.Attributes?.[SESSION_LABEL];
    if (sessionId !== undefined) this.#gone(sessionId);
  }

  async #compare(): Promise<void> {
    const before = [...this.#watched];
    const running = new Set(await this.parts.listRunning());
    for (const sessionId of running) this.watch(sessionId);
    for (const sessionId of before) if (!running.has(sessionId)) this.#gone(sessionId);
  }

  #gone(sessionId: string): void {
    if (this.#watched.delete(sessionId)) this.parts.onGone(sessionId);
  }
}
