import {
  AcceptShare,
  ChangeShare,
  ListSharedWithMe,
  ListShares,
  ListViewers,
  RevokeShare,
  ShareSession,
  type SharedSessionView,
  type ShareView,
} from '#shared/contracts/sharing.js';
import type { Bus } from '#shared/es/operation.js';
import { systemContext } from '#shared/es/system-context.js';
import { route } from '../route.js';
import { userNames } from '../user-names.js';

const tag = 'Sharing';

/** Letting others watch or control a session, taking what others share, and seeing who is there. */
export const sharingRoutes = [
  route({
    method: 'GET',
    path: '/api/sessions/{session_id}/shares',
    operation: ListShares,
    summary: 'Whom you let into your session, and by which links',
    tag,
    success: 200,
    answer: async ({ shares }, { bus }) => ({ shares: await withPeople(shares, bus) }),
    problems: ['SessionUnknown'],
  }),
  route({
    method: 'POST',
    path: '/api/sessions/{session_id}/shares',
    operation: ShareSession,
    summary: 'Share your session with a person, or by a link, which is shown this once',
    tag,
    success: 201,
    answer: async ({ share, ...link }, { bus }) => {
      const [named] = await withPeople([share], bus);
      return { share: named, ...link };
    },
    problems: ['SessionUnknown', 'SessionEnded', 'UserUnknown', 'ShareIsYours', 'TooManyShares'],
  }),
  route({
    method: 'PUT',
    path: '/api/sessions/{session_id}/shares/{share_id}',
    operation: ChangeShare,
    summary: 'Let those whom a share lets in do more or less; less takes effect at once',
    tag,
    success: 200,
    answer: async (share, { bus }) => (await withPeople([share], bus))[0],
    problems: ['SessionUnknown', 'ShareUnknown'],
  }),
  route({
    method: 'DELETE',
    path: '/api/sessions/{session_id}/shares/{share_id}',
    operation: RevokeShare,
    summary: 'Revoke a share; viewers that it let in close at once',
    tag,
    success: 204,
    problems: ['SessionUnknown', 'ShareUnknown'],
  }),
  route({
    method: 'GET',
    path: '/api/shares',
    operation: ListSharedWithMe,
    summary: 'Sessions that others share with you',
    tag,
    success: 200,
    answer: async ({ shares }, { bus }) => ({ shares: await withOwners(shares, bus) }),
  }),
  route({
    method: 'POST',
    path: '/api/shares/accept',
    operation: AcceptShare,
    summary: 'Take a link: its secret is what stands after # in it',
    tag,
    success: 200,
    answer: async (shared, { bus }) => (await withOwners([shared], bus))[0],
    problems: ['ShareUnknown', 'ShareFull', 'ShareIsYours'],
  }),
  route({
    method: 'GET',
    path: '/api/sessions/{session_id}/viewers',
    operation: ListViewers,
    summary: 'Who has the session on screen now',
    tag,
    success: 200,
    answer: async ({ viewers }, { bus }) => {
      const names = await namesOf(viewers, bus);
      return { viewers: viewers.map((viewer) => ({ ...viewer, ...names(viewer.user_id) })) };
    },
    problems: ['SessionUnknown'],
  }),
];

type WithUser = Readonly<{ user_id: string }>;

async function withPeople(shares: readonly ShareView[], bus: Bus): Promise<ShareView[]> {
  const names = await namesOf(
    shares.flatMap(({ people }) => people),
    bus,
  );
  return shares.map((share) => ({
    ...share,
    people: share.people.map(({ user_id }) => ({ user_id, ...names(user_id) })),
  }));
}

async function withOwners(
  shares: readonly SharedSessionView[],
  bus: Bus,
): Promise<SharedSessionView[]> {
  const owners = shares.map(({ owner_id: user_id }) => ({ user_id }));
  const names = await namesOf(owners, bus);
  return shares.map((share) => {
    const { user_name: owner_name } = names(share.owner_id);
    return { ...share, ...(owner_name !== undefined && { owner_name }) };
  });
}

/** Asked by Sortie itself: those who are in a session together know each other's names, and no others. */
async function namesOf(people: readonly WithUser[], bus: Bus) {
  const ids = people.map(({ user_id }) => user_id);
  const names = ids.length === 0 ? {} : await userNames(ids, { bus, context: systemContext() });
  return (id: string): { user_name?: string } => {
    const user_name = names[id];
    return user_name === undefined ? {} : { user_name };
  };
}
