import type { z } from 'zod';
import { appData, launchData, seedData } from './catalog-events.js';
import { refusalData } from './event-shapes.js';
import { administratorsData, attemptsData, signInData } from './identity-events.js';
import { userData, usernameData } from './identity-events.js';
import type { ServiceName } from './permissions.js';
import { SERVICES_WITH_EVENTS } from './readers.js';
import { sessionActivityData, sessionLifeData } from './session-events.js';
import { sessionPreparationData, viewerTicketData } from './session-events.js';

/** The streams of one kind of aggregate: what their names end with, and the events that can be in them. */
export type EventStreams = Readonly<{
  service: ServiceName;
  aggregate: string;
  /** What the id is that stands last in the stream's name. */
  id: string;
  summary: string;
  /** The shape of each event's data, by the event's name. */
  data: Readonly<Record<string, z.ZodType>>;
}>;

type Described = Omit<EventStreams, 'service'>;

const streamsOf = (service: ServiceName, described: readonly Described[]): EventStreams[] =>
  described.map((one) => ({ service, ...one }));

const refusals: Described = {
  aggregate: 'refusal',
  id: 'Who tried: a user’s id, `anonymous`, `console` or `system`',
  summary: 'What one person tried in vain',
  data: refusalData,
};

/** Every stream that there can be in the log. */
export const EVENT_STREAMS: readonly EventStreams[] = [
  ...streamsOf('identity', [
    {
      ...{ aggregate: 'user', id: 'The user’s id' },
      ...{ summary: 'The life of one user', data: userData },
    },
    {
      ...{ aggregate: 'username', id: 'SHA-256 of the name in lower case, in hex' },
      ...{ summary: 'Whose one name is', data: usernameData },
    },
    {
      ...{ aggregate: 'administrators', id: 'Always the same' },
      ...{ summary: 'Who is an administrator', data: administratorsData },
    },
    {
      ...{ aggregate: 'signin', id: 'The sign-in’s id' },
      ...{ summary: 'One sign-in of one user', data: signInData },
    },
    {
      ...{ aggregate: 'attempts', id: 'A keyed hash of what was tried from where' },
      ...{ summary: 'Wrong passwords in a row', data: attemptsData },
    },
  ]),
  ...streamsOf('catalog', [
    {
      ...{ aggregate: 'app', id: 'The app’s id' },
      ...{ summary: 'The life of one app of the catalogue', data: appData },
    },
    {
      ...{ aggregate: 'launch', id: 'The id of the command that opened it' },
      ...{ summary: 'One opening of a url app', data: launchData },
    },
    {
      ...{ aggregate: 'seed', id: 'Always the same' },
      ...{ summary: 'The loading of example apps', data: seedData },
    },
  ]),
  ...streamsOf('session', [
    {
      ...{ aggregate: 'session', id: 'The session’s id' },
      ...{ summary: 'The life of one session, a desktop', data: sessionLifeData },
    },
    {
      ...{ aggregate: 'activity', id: 'The session’s id' },
      ...{ summary: 'When one session was used', data: sessionActivityData },
    },
    {
      ...{ aggregate: 'preparation', id: 'The session’s id' },
      ...{ summary: 'How far the start of one session has come', data: sessionPreparationData },
    },
    {
      ...{ aggregate: 'ticket', id: 'Hash of the ticket' },
      ...{ summary: 'One ticket that opens a viewer, once', data: viewerTicketData },
    },
  ]),
  ...SERVICES_WITH_EVENTS.flatMap((service) => streamsOf(service, [refusals])),
];
