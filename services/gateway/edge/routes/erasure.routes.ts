import { ErasePerson, ShowErasure } from '#shared/contracts/erasure.js';
import { route } from '../route.js';

const tag = 'Users';

/** Making what the log has about a person unreadable, and what that would do. */
export const erasureRoutes = [
  route({
    method: 'GET',
    path: '/api/users/{user_id}/erasure',
    operation: ShowErasure,
    summary: 'What erasing a user would make unreadable, and what would stay; nothing is done',
    tag,
    success: 200,
    problems: ['UserUnknown'],
  }),
  route({
    method: 'POST',
    path: '/api/users/{user_id}/erase',
    operation: ErasePerson,
    summary:
      'Forget the key of a disabled user: name and addresses are unreadable everywhere, for good',
    tag,
    success: 204,
    problems: ['UserUnknown', 'UserActive', 'NameNotConfirmed'],
  }),
];
