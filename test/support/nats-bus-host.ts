import { afterAll, afterEach, beforeAll } from 'vitest';
import { NatsLink } from '#shared/adapters/nats-connection.js';
import { NatsRequests } from '#shared/adapters/nats-requests.js';
import type { BusRequest } from '#shared/boot/bus-request.js';
import { NatsBus, type NatsBusOptions } from '#shared/boot/nats-bus.js';
import { inboxOf } from '#shared/contracts/permissions.js';
import type { Operation, Reply } from '#shared/es/operation.js';
import { type NatsServer, startNatsServer } from './nats-server.js';

type Handler = (request: BusRequest<never>) => Promise<Reply<unknown>>;

type Opening = NatsBusOptions &
  Readonly<{ url: string; seed: string; user?: string; name?: string }>;

/** What a process has of the bus, and how it would end. */
export type NatsBusHost = Awaited<ReturnType<typeof openNatsBus>>;

/** A bus over a connection of its own, as a process has it. What breaks on it is kept in `broken` and `troubles`. */
export async function openNatsBus({ url, seed, user = 'tests', name = 'tests', ...rest }: Opening) {
  const broken: string[] = [];
  const troubles: string[] = [];
  const inboxPrefix = inboxOf(user);
  const link = await NatsLink.connect({ servers: url, nkeySeed: seed, name, inboxPrefix });
  const requests = new NatsRequests(link, (sentence) => troubles.push(sentence));
  const onBroken = (subject: string, error: unknown) => broken.push(`${subject}: ${String(error)}`);
  const bus = new NatsBus(requests, { onBroken, ...rest });
  /** Answers operations from now on. */
  const answer = async (...handlers: [Pick<Operation, 'subject'>, Handler][]): Promise<void> => {
    for (const [{ subject }, handler] of handlers) {
      bus.addHandler(subject, handler as never);
    }
    await new Promise<void>((resolve, reject) => {
      void bus.listen((error) => (error ? reject(error as Error) : resolve()));
    });
  };
  const close = async (): Promise<void> => {
    await bus.close();
    await link.close();
  };
  return { bus, link, requests, broken, troubles, answer, close };
}

/** A server for all tests of a file, and processes that end with each test. */
export function natsBusStage() {
  let server: NatsServer;
  const open: NatsBusHost[] = [];
  beforeAll(async () => {
    server = await startNatsServer();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });
  afterAll(() => server.stop());
  const host = async (over: Partial<Opening> = {}): Promise<NatsBusHost> => {
    const opened = await openNatsBus({ url: server.url, seed: server.seed, ...over });
    open.push(opened);
    return opened;
  };
  return { server: () => server, host };
}
