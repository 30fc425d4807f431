import { z } from 'zod';
import { operationsOf } from '#shared/es/operation.js';
import { userId, userName } from './account.js';

const { query } = operationsOf('identity');

/** The active user of an id or of a name, in any case; another service asks, for a person who has named somebody. */
export const FindPerson = query('FindPerson', {
  allow: ['system'],
  data: z.strictObject({ user_id: userId.optional(), user_name: userName.optional() }),
  result: z.object({ user_id: userId }),
  resource: { type: 'user', id: 'user_id' },
});

export const lookupOperations = [FindPerson] as const;
