import type { Message } from './decider.js';

/** Place in the log, from 1; 0 is before the first commit. */
export type Sequence = number;

/** An event as the log keeps it: CloudEvents 1.0 in JSON, with Sortie's extension attributes. */
export type CloudEvent = Readonly<{
  specversion: '1.0';
  /** UUIDv5 of command id and place in the commit, so that a retry writes the same bytes. */
  id: string;
  source: string;
  /** `sortie.<service>.<Event>.v<N>` */
  type: string;
  /** The aggregate's id. */
  subject: string;
  /** RFC 3339, UTC. */
  time: string;
  datacontenttype: 'application/json';
  actor: string;
  actorip?: string;
  useragent?: string;
  correlationid: string;
  causationid?: string;
  commandid: string;
  /** SHA-256 of the command, to tell a repeated command from a reused key. */
  commandhash?: string;
  traceparent?: string;
  data: unknown;
}>;

/** One decision: one or more events of one stream, stored and delivered together. */
export type Commit = Readonly<{
  sequence: Sequence;
  stream: string;
  commandId: string;
  events: readonly CloudEvent[];
}>;

/** What a caller hands to the log. `expectedVersion` is the sequence of the stream's last commit (0: none yet). */
export type NewCommit = Omit<Commit, 'sequence'> & Readonly<{ expectedVersion: Sequence | 'any' }>;

/** One event as projections see it: the domain's type and data, and where it stands in the log. */
export type RecordedEvent<E extends Message = Message> = E &
  Readonly<{
    sequence: Sequence;
    index: number;
    stream: string;
    /** Of the commit that it is part of. */
    commandId: string;
    cloud: CloudEvent;
  }>;

const STREAM = /^sortie\.event\.([a-z]+)\.([a-z]+)\.([A-Za-z0-9_-]{1,64})$/;
export const STREAM_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Names the stream of one aggregate: `sortie.event.<service>.<aggregate>.<id>`. Throws for an id that is no subject token. */
export function streamOf(service: string, aggregate: string, id: string): string {
  const stream = `sortie.event.${service}.${aggregate}.${id}`;
  if (!STREAM.test(stream)) throw new RangeError(`"${id}" can't be part of a stream's name`);
  return stream;
}

/** Says whether an event stands in one of a service's streams. */
export const isOfService = ({ stream }: Pick<RecordedEvent, 'stream'>, service: string): boolean =>
  stream.startsWith(`sortie.event.${service}.`);

/** Takes a stream's name apart. Throws for a name that {@link streamOf} can't have made. */
export function partsOf(stream: string): { service: string; aggregate: string; id: string } {
  const [, service, aggregate, id] = STREAM.exec(stream) ?? [];
  if (!service || !aggregate || !id) throw new RangeError(`"${stream}" is no stream of Sortie's`);
  return { service, aggregate, id };
}
