import { LOG, SERVICE_NAMES, SERVICE_RIGHTS, type ServiceName } from './permissions.js';

/** Services that write streams of their own into the log. */
export const SERVICES_WITH_EVENTS: readonly ServiceName[] = SERVICE_NAMES.filter(
  (name) => SERVICE_RIGHTS[name].appends,
);

/** What a reader's client takes for the prefix of JetStream's API, which is `$JS.API` for Sortie itself. */
export const READER_API = `JS.${LOG}.API`;

/**
 * The durable consumer through which a reader reads one service's events. It is named by the reader's public key, which
 * other readers don't know: a consumer's settings may name any subject to deliver to, also one that asks a consumer
 * for its next message.
 */
export const readerConsumerOf = (service: ServiceName, user: string): string =>
  `${service}-${user}`;

/** A request to JetStream that a reader may make. */
export type ReaderRequest = Readonly<{
  /** Where Sortie's account takes it. */
  subject: string;
  /** Where the reader sends it. */
  as: string;
  /** Whether more than one message comes back. */
  brings: 'one' | 'many';
}>;

/**
 * What a reader may ask: to make, use and remove one consumer for each service named, which is filtered on that service's
 * events, and to acknowledge what came through it. `user` is the reader's public nkey.
 */
export function readerRequests(services: readonly ServiceName[], user: string): ReaderRequest[] {
  return SERVICES_WITH_EVENTS.filter((name) => services.includes(name)).flatMap((service) => {
    const consumer = readerConsumerOf(service, user);
    const api = (request: string, brings: ReaderRequest['brings'] = 'one'): ReaderRequest => ({
      subject: `$JS.API.CONSUMER.${request}`,
      as: `${READER_API}.CONSUMER.${request}`,
      brings,
    });
    const acknowledgement = `$JS.ACK.${LOG}.${consumer}.>`;
    return [
      // The server sees to it that name and filter are the same in the request's subject and in its body.
      api(`CREATE.${LOG}.${consumer}.sortie.event.${service}.>`),
      api(`INFO.${LOG}.${consumer}`),
      api(`DELETE.${LOG}.${consumer}`),
      api(`MSG.NEXT.${LOG}.${consumer}`, 'many'),
      { subject: acknowledgement, as: acknowledgement, brings: 'one' },
    ];
  });
}
