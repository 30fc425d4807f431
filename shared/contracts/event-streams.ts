import type { z } from 'zod';
import { exportData, retentionData } from './audit-events.js';
import { appData, categoryData, launchData, seedData } from './catalog-events.js';
import { refusalData } from './event-shapes.js';
import { groupData, groupNameData, preferencesData } from './group-events.js';
import { administratorsData, attemptsData, signInData } from './identity-events.js';
import { userData, usernameData } from './identity-events.js';
import type { ServiceName } from './permissions.js';
import { SERVICES_WITH_EVENTS } from './readers.js';
import { admissionData, sessionActivityData, sessionLifeData } from './session-events.js';
import { sessionPreparationData, viewerTicketData } from './session-events.js';
import { gatewayData, lookData, shareData, viewerData } from './sharing-events.js';
import { apiTokenData, apiTokenUseData } from './ways-in-events.js';
import { deviceSignInData, externalIdentityData } from './ways-in-events.js';
import { secondFactorData, signOutsData } from './ways-in-events.js';

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
      ...{ aggregate: 'username', id: 'Random; once, SHA-256 of the name in lower case' },
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
    {
      ...{ aggregate: 'groupnames', id: 'Always the same' },
      ...{ summary: 'Which group has which name', data: groupNameData },
    },
    {
      ...{ aggregate: 'group', id: 'The group’s id' },
      ...{ summary: 'The life of one group of users', data: groupData },
    },
    {
      ...{ aggregate: 'preferences', id: 'The user’s id' },
      ...{ summary: 'How one user likes the page to be', data: preferencesData },
    },
    {
      ...{ aggregate: 'tokens', id: 'The user’s id' },
      ...{ summary: 'The API tokens of one user', data: apiTokenData },
    },
    {
      ...{ aggregate: 'tokenuse', id: 'The token’s id' },
      ...{ summary: 'When one API token was used', data: apiTokenUseData },
    },
    {
      ...{ aggregate: 'signouts', id: 'The user’s id' },
      ...{ summary: 'When all sign-ins of one user were ended', data: signOutsData },
    },
    {
      ...{ aggregate: 'secondfactor', id: 'The user’s id' },
      ...{ summary: 'The second factor of one user', data: secondFactorData },
    },
    {
      ...{ aggregate: 'external', id: 'Random; stands for an issuer and a subject' },
      ...{ summary: 'Who somebody at a sign-in provider is here', data: externalIdentityData },
    },
    {
      ...{ aggregate: 'device', id: 'SHA-256 of the code that the program knows' },
      ...{ summary: 'One program that asks to act for somebody', data: deviceSignInData },
    },
  ]),
  ...streamsOf('catalog', [
    {
      ...{ aggregate: 'app', id: 'The app’s id' },
      ...{ summary: 'The life of one app of the catalogue', data: appData },
    },
    {
      ...{ aggregate: 'category', id: 'SHA-256 of the category’s name, in hex' },
      ...{ summary: 'Who looks after the apps of one category', data: categoryData },
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
      ...{ aggregate: 'admission', id: 'Always the same' },
      ...{ summary: 'Which sessions have a place, and which wait for one', data: admissionData },
    },
    {
      ...{ aggregate: 'preparation', id: 'The session’s id' },
      ...{ summary: 'How far the start of one session has come', data: sessionPreparationData },
    },
    {
      ...{ aggregate: 'ticket', id: 'Hash of the ticket' },
      ...{ summary: 'One ticket that opens a viewer, once', data: viewerTicketData },
    },
    {
      ...{ aggregate: 'share', id: 'The share’s id' },
      ...{ summary: 'Whom the owner of a session lets in, and to do what', data: shareData },
    },
    {
      ...{ aggregate: 'viewer', id: 'The viewer’s id' },
      ...{ summary: 'One viewer: somebody has a desktop on screen', data: viewerData },
    },
    {
      ...{ aggregate: 'gateway', id: 'Hash of where the gateway runs' },
      ...{ summary: 'That one gateway still runs, while it has viewers', data: gatewayData },
    },
    {
      ...{ aggregate: 'look', id: 'Hash of the session and of who looks' },
      ...{ summary: 'Looks of one person at pictures of one session', data: lookData },
    },
  ]),
  ...streamsOf('audit', [
    {
      ...{ aggregate: 'export', id: 'The export’s id' },
      ...{ summary: 'One export of the trail', data: exportData },
    },
    {
      ...{ aggregate: 'retention', id: 'New with each' },
      ...{ summary: 'Old entries that left the trail', data: retentionData },
    },
  ]),
  ...SERVICES_WITH_EVENTS.flatMap((service) => streamsOf(service, [refusals])),
];
