import { signal } from '@preact/signals';
import { api } from './api.js';
import { backoffMs } from './backoff.js';
import { forgetPreparations, hearPreparation } from './preparations.js';
import { asProblem } from './problem.js';

/** What news are about; 'audit' stands for everything. */
export type Topic = NamedTopic | 'audit';
type NamedTopic =
  | 'catalog'
  | 'categories'
  | 'session'
  | 'sharing'
  | 'activity'
  | 'access'
  | 'identity'
  | 'groups'
  | 'preferences';

const HIDDEN_MS = 60_000;

// A named server-sent event reaches only a listener of that name, so each type that matters is listed.
const TYPES: Readonly<Record<NamedTopic, { service: string; names: readonly string[] }>> = {
  catalog: {
    service: 'catalog',
    names: [
      ...['AppRegistered', 'AppRevised', 'AppRetired', 'AppLaunched'],
      ...['AppAccessGranted', 'AppAccessWithdrawn'],
      ...['AppGroupAccessGranted', 'AppGroupAccessWithdrawn'],
      ...['CategoryAdministratorAppointed', 'CategoryAdministratorDismissed'],
    ],
  },
  categories: {
    service: 'catalog',
    names: ['CategoryAdministratorAppointed', 'CategoryAdministratorDismissed'],
  },
  session: {
    service: 'session',
    names: [
      ...['SessionRequested', 'SessionStarted', 'SessionStopped', 'SessionExpired'],
      ...['SessionFailed', 'SessionAdmitted', 'QueueMoved', 'SlotTaken', 'SlotFreed'],
      ...['SessionExpiryWarned', 'SessionExtended'],
    ],
  },
  sharing: {
    service: 'session',
    names: [
      ...['SessionShared', 'ShareAccepted', 'ShareModeChanged', 'ShareRevoked'],
      ...['ViewerJoined', 'ViewerLeft'],
    ],
  },
  identity: {
    service: 'identity',
    names: [
      ...['UserRegistered', 'UserDisabled', 'UserRoleChanged', 'PersonErased'],
      ...['PasswordChanged'],
      ...['SignedIn', 'SignInFailed', 'SignedOut'],
    ],
  },
  groups: {
    service: 'identity',
    names: [
      ...['GroupCreated', 'GroupRenamed', 'GroupDeleted'],
      ...['GroupMemberAdded', 'GroupMemberRemoved'],
    ],
  },
  activity: { service: 'session', names: ['SessionActivitySeen'] },
  access: {
    service: 'identity',
    names: [
      ...['SignedIn', 'SignedOut', 'SignedOutEverywhere', 'PasswordChanged'],
      ...['ApiTokenIssued', 'ApiTokenRevoked', 'ApiTokenUsed'],
      ...['SecondFactorConfirmed', 'SecondFactorRemoved', 'RecoveryCodeUsed'],
    ],
  },
  preferences: { service: 'identity', names: ['PreferencesKept'] },
};

const listeners = new Map<() => void, readonly Topic[]>();
let source: EventSource | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let attempt = 0;
let opened = false;

/** Whether news arrive: 'off' while signed out, 'lost' while the page tries to reach the server again. */
export const liveState = signal<'off' | 'open' | 'lost'>('off');

/** Calls back when something of these topics changed, or may have changed while the connection was lost. */
export function onNews(topics: readonly Topic[], callback: () => void): () => void {
  listeners.set(callback, topics);
  return () => void listeners.delete(callback);
}

/** Opens the one event stream of this page and keeps it open until `stopLive`. */
export function startLive(): void {
  document.addEventListener('visibilitychange', pauseWhenHidden);
  connect();
}

/** Closes the event stream. */
export function stopLive(): void {
  document.removeEventListener('visibilitychange', pauseWhenHidden);
  disconnect();
  forgetPreparations();
  opened = false;
  liveState.value = 'off';
}

function connect(): void {
  disconnect();
  const next = new EventSource('/api/events');
  source = next;
  next.onopen = () => {
    attempt = 0;
    // What was missed meanwhile is newer: what is read says it, until the next one is told.
    forgetPreparations();
    liveState.value = 'open';
    // The first connection needs no news: every screen has just loaded. A later one may have missed some.
    if (opened) notify(undefined);
    opened = true;
  };
  next.onerror = () => {
    if (opened) liveState.value = 'lost';
    if (next.readyState === EventSource.CLOSED) retry();
  };
  next.addEventListener('resume', retry);
  next.addEventListener('sortie.session.SessionPreparing.v1', ({ data }) => hearPreparation(data));
  for (const [topic, { service, names }] of Object.entries(TYPES)) {
    for (const name of names)
      next.addEventListener(`sortie.${service}.${name}.v1`, () => notify(topic));
  }
}

function disconnect(): void {
  clearTimeout(timer);
  source?.close();
  source = undefined;
}

function retry(): void {
  disconnect();
  timer = setTimeout(() => void reconnect(), backoffMs(attempt, Math.random()));
  attempt += 1;
}

// An event stream hides the status of its refusal, so the account is asked first: a 401 shows the sign-in page.
async function reconnect(): Promise<void> {
  const refusal = await api.me().then(() => undefined, asProblem);
  if (refusal?.status === 401) return;
  if (refusal) retry();
  else connect();
}

function notify(news: string | undefined): void {
  for (const [callback, topics] of listeners) {
    const wanted =
      news === undefined || topics.some((topic) => topic === news || topic === 'audit');
    if (wanted) callback();
  }
}

function pauseWhenHidden(): void {
  clearTimeout(timer);
  if (document.hidden) timer = setTimeout(disconnect, HIDDEN_MS);
  else if (!source) connect();
}
