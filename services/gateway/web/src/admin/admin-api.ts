import type {
  App,
  AppRevision,
  Approvals,
  AuditFilter,
  Category,
  Erasure,
  Group,
  GroupLine,
  Role,
  Timeline,
  User,
} from '../api-types.js';
import { call, del, get, post, search } from '../api.js';

const ALL = 1_000;
const id = encodeURIComponent;

/** The calls of the administrators' side; each rejects with a Problem. */
export const adminApi = {
  timeline: (filter: AuditFilter, bucket: 'hour' | 'day') =>
    get<Timeline>('/audit/timeline', { ...filter, bucket }),
  exportAddress: (filter: AuditFilter, format: 'csv' | 'ndjson') =>
    `/api/audit/export${search({ ...filter, format })}`,

  history: (app: string, cursor?: string) =>
    get<{ revisions: AppRevision[]; next_cursor?: string }>(`/apps/${id(app)}/history`, { cursor }),
  revert: (app: string, to_version: number, etag: string) =>
    call<App>('POST', `/apps/${id(app)}/revert`, { body: { to_version }, etag }),
  approvals: (app: string) => get<Approvals>(`/apps/${id(app)}/approvals`),
  approveGroup: (app: string, group: string) =>
    call<void>('PUT', `/apps/${id(app)}/approved-groups/${id(group)}`),
  withdrawGroup: (app: string, group: string) =>
    del<void>(`/apps/${id(app)}/approved-groups/${id(group)}`),
  categories: () => get<{ categories: Category[] }>('/categories', { limit: ALL }),
  appoint: (category: string, user: string) =>
    call<void>('PUT', `/categories/${id(category)}/administrators/${id(user)}`),
  dismiss: (category: string, user: string) =>
    del<void>(`/categories/${id(category)}/administrators/${id(user)}`),

  users: () => get<{ users: User[]; next_cursor?: string }>('/users', { limit: ALL }),
  user: (user: string) => call<User>('GET', `/users/${id(user)}`),
  changeRole: (user: string, role: Role, etag: string) =>
    call<User>('PUT', `/users/${id(user)}/role`, { body: { role }, etag }),
  resetPassword: (user: string) =>
    post<{ name: string; password: string | null }>(`/users/${id(user)}/reset-password`),
  signOutUser: (user: string) => post<void>(`/users/${id(user)}/sign-out`),
  removeSecondFactor: (user: string) => post<void>(`/users/${id(user)}/remove-second-factor`),
  erasure: (user: string) => get<Erasure>(`/users/${id(user)}/erasure`),
  erase: (user: string, name_confirmation: string) =>
    post<void>(`/users/${id(user)}/erase`, { name_confirmation }),

  groups: () => get<{ groups: GroupLine[] }>('/groups', { limit: ALL }),
  group: (group: string) => call<Group>('GET', `/groups/${id(group)}`),
  createGroup: (name: string) => post<Group>('/groups', { name }),
  renameGroup: (group: string, name: string, etag: string) =>
    call<Group>('PUT', `/groups/${id(group)}`, { body: { name }, etag }),
  deleteGroup: (group: string, etag: string) => del<void>(`/groups/${id(group)}`, etag),
  addMember: (group: string, user: string) =>
    call<void>('PUT', `/groups/${id(group)}/members/${id(user)}`),
  removeMember: (group: string, user: string) =>
    del<void>(`/groups/${id(group)}/members/${id(user)}`),
};
