import { FindPerson } from '#shared/contracts/person-lookup.js';
import { SealOrigin } from '#shared/contracts/erasure.js';
import type { Bus } from '#shared/es/operation.js';
import { personalText } from '#shared/es/personal.js';

/**
 * A bus on which the identity service seems to be, for hosts without it: whoever's id, or name, begins with `user-` is there, and
 * where somebody came from is sealed, in a way that shows it.
 */
export const withIdentity = (bus: Bus): Bus => ({
  request: async (operation, data, context) => {
    if (operation.name === FindPerson.name) {
      const { user_id, user_name } = FindPerson.data.parse(data);
      const id = user_id ?? user_name?.toLowerCase() ?? '';
      if (id.startsWith('user-')) return { kind: 'done', result: { user_id: id } as never };
      return { kind: 'rejected', code: 'UserUnknown', detail: 'There is no such user.' };
    }
    if (operation.name === SealOrigin.name) {
      const { user_id: person, ...origin } = SealOrigin.data.parse(data);
      const sealed = Object.entries(origin).map(([field, text]) => [
        field,
        personalText({ person, field, sealed: String(text) }),
      ]);
      return { kind: 'done', result: Object.fromEntries(sealed) as never };
    }
    return bus.request(operation, data, context);
  },
});
