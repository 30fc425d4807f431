import type {
  Analytics,
  ApiToken,
  ApiTokenDraft,
  App,
  AppDraft,
  AuditEntry,
  AuditFilter,
  Branding,
  DeviceRequest,
  KeptPreferences,
  Me,
  Projections,
  Provider,
  Role,
  Session,
  Quota,
  Share,
  ShareDraft,
  SecondFactor,
  SharedSession,
  SignIn,
  User,
  Viewer,
  ViewerMode,
  ViewerTicket,
} from './api-types.js';
import type { Preferences } from './preference-merge.js';
import { Problem, readProblem } from './problem.js';

const LIMIT = 100;

type Query = Readonly<Record<string, string | number | undefined>>;
export type Versioned<T> = { value: T; etag: string };
type Send = { body?: unknown; etag?: string; query?: Query; staySignedIn?: boolean };

let tellSignedOut: () => void = () => undefined;

/** Calls back when the server no longer knows this browser's session (any 401 but that of signing in). */
export function onSignedOut(callback: () => void): void {
  tellSignedOut = callback;
}

/** Asks the server; rejects with a Problem. */
export async function call<T>(
  method: string,
  path: string,
  send: Send = {},
): Promise<Versioned<T>> {
  const headers = new Headers({ accept: 'application/json, application/problem+json' });
  if (send.body !== undefined) headers.set('content-type', 'application/json');
  if (send.etag) headers.set('if-match', send.etag);
  const body = send.body === undefined ? null : JSON.stringify(send.body);
  const response = await fetch(`/api${path}${search(send.query)}`, { method, headers, body }).catch(
    () => {
      throw new Problem({
        status: 0,
        code: 'Unreachable',
        message: 'The server cannot be reached. Check your connection.',
      });
    },
  );
  if (!response.ok) {
    if (response.status === 401 && !send.staySignedIn) tellSignedOut();
    throw await readProblem(response);
  }
  const value = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  return { value: value as T, etag: response.headers.get('etag') ?? '' };
}

/** Writes what is given of a query, with its question mark. */
export function search(query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

/** Reads something. */
export async function get<T>(path: string, query?: Query): Promise<T> {
  return (await call<T>('GET', path, query ? { query } : {})).value;
}

/** Sends something. */
export async function post<T>(path: string, body?: unknown): Promise<T> {
  return (await call<T>('POST', path, { body: body ?? {} })).value;
}

/** Deletes something. */
export async function del<T>(path: string, etag = ''): Promise<T> {
  return (await call<T>('DELETE', path, { etag })).value;
}

const id = encodeURIComponent;

/** Every call that the page makes; each rejects with a Problem. */
export const api = {
  me: () => get<Me>('/me'),
  branding: () => get<Branding>('/branding'),
  providers: () => get<{ providers: Provider[] }>('/sign-in/providers'),
  signIn: async (name: string, password: string, code?: string) =>
    (
      await call<{ user: Me }>('POST', '/sign-in', {
        body: { name, password, ...(code && { code }) },
        staySignedIn: true,
      })
    ).value.user,
  signOut: () => post<void>('/sign-out'),
  changePassword: (current_password: string, new_password: string) =>
    call<void>('POST', '/me/password', {
      body: { current_password, new_password },
      staySignedIn: true,
    }),

  signIns: () => get<{ sign_ins: SignIn[] }>('/me/sign-ins'),
  endSignIn: (signIn: string) => del<void>(`/me/sign-ins/${id(signIn)}`),
  signOutEverywhere: () => post<void>('/me/sign-out-everywhere'),
  tokens: () => get<{ tokens: ApiToken[] }>('/me/tokens'),
  createToken: (token: ApiTokenDraft) =>
    post<{ token: string | null; api_token: ApiToken }>('/me/tokens', token),
  revokeToken: (token: string) => del<void>(`/me/tokens/${id(token)}`),
  secondFactor: () => get<SecondFactor>('/me/second-factor'),
  beginSecondFactor: () => post<{ secret: string; uri: string }>('/me/second-factor'),
  confirmSecondFactor: (code: string) =>
    post<{ recovery_codes: string[] | null }>('/me/second-factor/confirm', { code }),
  removeSecondFactor: (password: string) => post<void>('/me/second-factor/remove', { password }),
  myTrail: (cursor?: string) =>
    get<{ entries: AuditEntry[]; next_cursor?: string }>('/me/trail', { limit: 50, cursor }),
  deviceRequest: (user_code: string) => post<DeviceRequest>('/device-codes/show', { user_code }),
  approveDevice: (user_code: string, approve: boolean) =>
    post<void>('/device-codes/approve', { user_code, approve }),

  preferences: () => get<KeptPreferences>('/me/preferences'),
  savePreferences: (preferences: Preferences) =>
    call<void>('PUT', '/me/preferences', { body: preferences }),

  apps: (cursor?: string) =>
    get<{ apps: App[]; next_cursor?: string }>('/apps', { limit: LIMIT, cursor }),
  app: (app: string) => call<App>('GET', `/apps/${id(app)}`),
  createApp: (draft: AppDraft) => call<App>('POST', '/apps', { body: draft }),
  saveApp: (app: App, etag: string) => call<App>('PUT', `/apps/${id(app.id)}`, { body: app, etag }),
  deleteApp: (app: string, etag: string) => del<void>(`/apps/${id(app)}`, etag),
  launch: (app: string) => post<{ url: string }>(`/apps/${id(app)}/launch`),
  approve: (app: string, user: string) =>
    call<void>('PUT', `/apps/${id(app)}/approvals/${id(user)}`),
  withdraw: (app: string, user: string) => del<void>(`/apps/${id(app)}/approvals/${id(user)}`),

  startSession: (app_id: string) => post<Session>('/sessions', { app_id }),
  session: (session: string) => get<Session>(`/sessions/${id(session)}`),
  sessions: (query: { status?: string; cursor?: string; limit?: number; scope?: string }) =>
    get<{ sessions: Session[]; next_cursor?: string }>('/sessions', { limit: LIMIT, ...query }),
  stopSession: (session: string) => del<Session>(`/sessions/${id(session)}`),
  extendSession: (session: string) => post<Session>(`/sessions/${id(session)}/extend`),
  viewerTicket: (session: string) =>
    post<ViewerTicket>(`/sessions/${id(session)}/viewer-tickets`, { mode: 'control' }),
  quota: () => get<Quota>('/quota'),

  shares: (session: string) => get<{ shares: Share[] }>(`/sessions/${id(session)}/shares`),
  share: (session: string, share: ShareDraft) =>
    post<{ share: Share; link?: string }>(`/sessions/${id(session)}/shares`, share),
  changeShare: (session: string, share: string, mode: ViewerMode) =>
    call<Share>('PUT', `/sessions/${id(session)}/shares/${id(share)}`, { body: { mode } }),
  revokeShare: (session: string, share: string) =>
    del<void>(`/sessions/${id(session)}/shares/${id(share)}`),
  viewers: (session: string) => get<{ viewers: Viewer[] }>(`/sessions/${id(session)}/viewers`),
  sharedWithMe: () => get<{ shares: SharedSession[] }>('/shares'),
  acceptShare: (secret: string) => post<SharedSession>('/shares/accept', { secret }),

  createUser: (name: string, role: Role) =>
    post<{ user: User; password?: string }>('/users', { name, role }),
  disableUser: (user: string) => del<void>(`/users/${id(user)}`),
  audit: (filter: AuditFilter, cursor?: string) =>
    get<{ entries: AuditEntry[]; next_cursor?: string }>('/audit', {
      limit: LIMIT,
      cursor,
      ...filter,
    }),
  analytics: () => get<Analytics>('/analytics'),
  projections: () => get<Projections>('/projections'),
  rebuild: (name: string) => post<void>(`/projections/${id(name)}/rebuild`),
};
