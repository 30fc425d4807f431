import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import {
  connect,
  type ConnectionOptions,
  DebugEvents,
  nkeyAuthenticator,
  nkeys,
  type NatsConnection,
} from 'nats';
import { connectFailure, isRefusal, NatsUnavailableError } from './nats-unavailable.js';

export type NatsOptions = Readonly<{
  /** One address or several of one cluster, as in `nats://nats-1:4222`; `tls://` insists on TLS. */
  servers: string | readonly string[];
  /** Secret of this process's user (`SU…`); without it, the server must take anybody. */
  nkeySeed?: string;
  /** The authority that signed the server's certificate, as PEM; switches TLS on. */
  certificateAuthority?: string;
  /** Tells this process from others in the server's lists. */
  name: string;
  /** What the subjects of answers begin with, as in `_INBOX.sortie.worker-1`. */
  inboxPrefix: string;
  /** How long the first connection is tried for; once when absent. */
  patienceMs?: number;
  /** Told in a sentence when the connection is lost, and when it is back. */
  onChange?: (sentence: string) => void;
}>;

const CONNECT_MS_MAX = 3_000;
/** A server that leaves two in a row unanswered is given up within 3 s. One would be too few: after a blocked event loop the timer comes before the answer. */
const PING_MS = 1_000;
const PINGS_UNANSWERED_MAX = 2;
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 500;
const DRAIN_MS_MAX = 2_000;

type Use = (connection: NatsConnection) => void;

/**
 * A connection to NATS that comes back for ever. Each time it does, it is a new connection of the library, on which
 * everything is subscribed anew ({@link onConnected}), and what was asked on the old one has failed at once. The library
 * could reconnect by itself, but nats 2.29.3 then reads from an abandoned attempt and the new connection at once
 * after its server was frozen for a while, and never ends a dead connection whose send buffer is full.
 */
export class NatsLink {
  readonly #open: () => Promise<NatsConnection>;
  readonly #onChange: (sentence: string) => void;
  readonly #uses = new Set<Use>();
  readonly #waiting = new Set<() => void>();
  readonly #closing = new AbortController();
  #current: NatsConnection | undefined;
  #failure: unknown;
  readonly name: string;
  readonly inboxPrefix: string;
  readonly #kept: Promise<void>;

  private constructor(
    first: NatsConnection,
    open: () => Promise<NatsConnection>,
    options: NatsOptions,
  ) {
    this.#open = open;
    this.#onChange = options.onChange ?? (() => undefined);
    this.name = options.name;
    this.inboxPrefix = options.inboxPrefix;
    this.#kept = this.#keep(first);
  }

  /** Connects. Errors: {@link NatsUnavailableError} saying whether address, key or TLS is wrong. */
  static async connect(options: NatsOptions): Promise<NatsLink> {
    const open = opener(options);
    const deadline = Date.now() + (options.patienceMs ?? 0);
    for (;;) {
      try {
        return new NatsLink(await open(), open, options);
      } catch (error) {
        const isHopeless = isRefusal((error as Error).cause);
        if (isHopeless || Date.now() >= deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, retryDelay()));
      }
    }
  }

  /** The connection as it is now, undefined while there is none. */
  get current(): NatsConnection | undefined {
    return this.#current;
  }

  /** The connection, waiting for one at most so long. Errors: {@link NatsUnavailableError}. */
  async connected(timeoutMs: number): Promise<NatsConnection> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      if (this.#current) return this.#current;
      if (this.#closing.signal.aborted)
        throw new NatsUnavailableError('The connection to NATS is closed.');
      const left = deadline - Date.now();
      if (left <= 0) {
        throw this.#failure instanceof NatsUnavailableError
          ? this.#failure
          : new NatsUnavailableError('There is no connection to NATS now; try again in a moment.');
      }
      await this.#changed(left);
    }
  }

  /** Calls `use` with the connection now, if there is one, and with each later one, before anyone else gets it. Returns what ends that. */
  onConnected(use: Use): () => void {
    this.#uses.add(use);
    if (this.#current) use(this.#current);
    return () => void this.#uses.delete(use);
  }

  /** Sends what is on its way, for a moment at most, and ends the connection for good. */
  async close(): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#closing.abort();
      const connection = this.#current;
      this.#wake();
      if (connection) {
        await within(
          DRAIN_MS_MAX,
          connection.drain().catch(() => undefined),
        );
        await connection.close();
      }
    }
    await this.#kept;
  }

  async #keep(first: NatsConnection): Promise<void> {
    let connection: NatsConnection | undefined = first;
    while (connection) {
      this.#use(connection);
      const cause = await ended(connection);
      this.#current = undefined;
      if (this.#closing.signal.aborted) return;
      this.#onChange(`The connection to NATS is lost (${cause}); trying again.`);
      connection = await this.#again();
      if (connection) this.#onChange(`Connected to NATS at ${connection.getServer()} again.`);
    }
  }

  async #again(): Promise<NatsConnection | undefined> {
    while (!this.#closing.signal.aborted) {
      await this.#changed(retryDelay());
      if (this.#closing.signal.aborted) return undefined;
      try {
        const connection = await this.#open();
        if (!this.#closing.signal.aborted) return connection;
        await connection.close();
      } catch (error) {
        this.#failure = error;
      }
    }
    return undefined;
  }

  #use(connection: NatsConnection): void {
    this.#failure = undefined;
    this.#current = connection;
    for (const use of this.#uses) use(connection);
    this.#wake();
  }

  /** Resolves when a connection is there, the link is closed, or the time is up. */
  #changed(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#waiting.add(wake);
    });
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }
}

/** Resolves once a connection has ended or its server has gone silent, with the cause. */
async function ended(connection: NatsConnection): Promise<string> {
  let isStale = false;
  void (async () => {
    for await (const { type } of connection.status()) {
      if (type !== DebugEvents.StaleConnection) continue;
      isStale = true;
      // The library would first wait until everything is sent, which a dead peer never lets happen.
      await connection.close();
    }
  })();
  const error = await connection.closed();
  if (isStale) return 'the server does not answer';
  return error instanceof Error ? error.message : 'the server closed it';
}

/** What connects to one of the servers, in random order. */
function opener(options: NatsOptions): () => Promise<NatsConnection> {
  const { servers: given, nkeySeed, certificateAuthority, name, inboxPrefix } = options;
  const servers = (typeof given === 'string' ? given.split(',') : [...given]).map((s) => s.trim());
  const wantsTls =
    certificateAuthority !== undefined || servers.some((s) => s.startsWith('tls://'));
  const publicKey = nkeySeed ? publicKeyOf(nkeySeed) : undefined;
  const connecting: ConnectionOptions = {
    name,
    inboxPrefix,
    reconnect: false,
    timeout: CONNECT_MS_MAX,
    pingInterval: PING_MS,
    maxPingOut: PINGS_UNANSWERED_MAX,
    noAsyncTraces: true,
    ...(nkeySeed && { authenticator: nkeyAuthenticator(new TextEncoder().encode(nkeySeed)) }),
  };
  return async () => {
    let failure: unknown;
    for (const server of servers.toSorted(() => Math.random() - 0.5)) {
      try {
        const { hostname } = new URL(server.includes('://') ? server : `nats://${server}`);
        const tls = wantsTls && { tls: tlsOptions(hostname, certificateAuthority) };
        return await connect({ ...connecting, servers: server, ...tls });
      } catch (error) {
        failure = error;
      }
    }
    throw connectFailure(servers, publicKey, failure);
  };
}

/** The library checks the name that it resolved; of a server given by its address it would check "localhost". */
function tlsOptions(hostname: string, certificateAuthority: string | undefined) {
  return {
    ...(certificateAuthority && { ca: certificateAuthority }),
    checkServerIdentity: (_: string, certificate: PeerCertificate) =>
      checkServerIdentity(hostname, certificate),
  };
}

function publicKeyOf(seed: string): string {
  try {
    return nkeys.fromSeed(new TextEncoder().encode(seed)).getPublicKey();
  } catch {
    // Without the cause, which could hold the secret.
    throw new NatsUnavailableError(
      'The seed for NATS is none: it has 58 characters and begins with "SU".',
    );
  }
}

/** Random, so that a hundred processes don't come back in one moment. */
const retryDelay = (): number => RETRY_MS_MIN + Math.random() * (RETRY_MS_MAX - RETRY_MS_MIN);

async function within(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise((resolve) => (timer = setTimeout(resolve, timeoutMs)));
  await Promise.race([work, timedOut]);
  clearTimeout(timer);
}
