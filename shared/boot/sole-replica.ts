import type { NatsRequests } from '#shared/adapters/nats-requests.js';
import { presenceOf } from '#shared/contracts/permissions.js';

/** How long a process listens for another one of its service before it goes on. */
const ANSWER_WAIT_MS = 1_000;

/** Another process already runs a service that can have one only; the message says which, where, and what to do. */
export class SecondReplicaError extends Error {
  override readonly name = 'SecondReplicaError';
}

/** What tells one process from another, and where a person finds it. */
export type Instance = Readonly<{ id: string; place: string }>;

type Presence = Instance & Readonly<{ isSettled: boolean }>;
type Requests = Pick<NatsRequests, 'ask' | 'answer'>;

/**
 * Makes sure that no other process runs these services, for a database that only one can have (S-10), and tells those
 * that come later. Of two that start at once the one with the smaller id stays. Returns what ends the telling.
 * Errors: {@link SecondReplicaError}.
 */
export async function requireSoleReplica(
  requests: Requests,
  services: readonly string[],
  self: Instance,
): Promise<() => Promise<void>> {
  let isSettled = false;
  const stop = await requests.answer(
    services.map((service) => ({
      subject: presenceOf(service),
      group: '',
      take: ({ text, answer }) => {
        if (text !== self.id) answer(JSON.stringify({ ...self, isSettled } satisfies Presence));
      },
    })),
  );
  try {
    await Promise.all(services.map((service) => requireNoOther(requests, service, self)));
  } catch (error) {
    await stop();
    throw error;
  }
  isSettled = true;
  return stop;
}

async function requireNoOther(requests: Requests, service: string, self: Instance): Promise<void> {
  const subject = presenceOf(service);
  const asked = { subject, text: self.id, headers: {}, timeoutMs: ANSWER_WAIT_MS };
  const outcome = await requests.ask(asked);
  // Nobody else is there to answer: our own question is left open by ourselves.
  if (outcome.kind === 'late' || outcome.kind === 'nobody') return;
  if (outcome.kind !== 'answered') {
    throw new SecondReplicaError(
      `Whether another process runs the ${service} service can't be found out (${outcome.kind}); try again.`,
    );
  }
  const other = JSON.parse(outcome.message.text) as Presence;
  if (!other.isSettled && self.id < other.id) return;
  throw new SecondReplicaError(
    `Another process runs the ${service} service already (${other.place}), and a SQLite file serves one: stop that one, or give all of them one PostgreSQL with SORTIE_DB_TYPE=postgres.`,
  );
}
