import type { AdministratorAppointed, AdministratorDismissed } from '#shared/contracts/identity.js';
import { accept, type Decider, type Message, reject } from '#shared/es/decider.js';

/** There is one set of administrators. */
export const ADMINISTRATORS_ID = 'all';

export type Administrators = Readonly<{ userIds: readonly string[] }>;

type AdministratorsCommand =
  | Message<'AppointAdministrator', { userId: string }>
  | Message<'DismissAdministrator', { userId: string }>;

/**
 * The active administrators, of whom one must remain. A user enters after being registered as one and leaves before
 * being disabled, so a crash in between leaves out somebody who is one: the set may be too small, never too large.
 */
export const administrators: Decider<
  AdministratorsCommand,
  AdministratorAppointed | AdministratorDismissed,
  Administrators
> = {
  initialState: { userIds: [] },

  evolve({ userIds }, event) {
    const { userId } = event.data;
    switch (event.type) {
      case 'AdministratorAppointed':
        return { userIds: [...userIds, userId] };
      case 'AdministratorDismissed':
        return { userIds: userIds.filter((id) => id !== userId) };
    }
  },

  decide({ type, data: { userId } }, { userIds }) {
    const isOne = userIds.includes(userId);
    switch (type) {
      case 'AppointAdministrator':
        return isOne ? accept() : accept({ type: 'AdministratorAppointed', data: { userId } });
      case 'DismissAdministrator':
        if (!isOne) return accept();
        if (userIds.length === 1) {
          return reject(
            'LastAdministrator',
            'This is the last active administrator; register another one first.',
          );
        }
        return accept({ type: 'AdministratorDismissed', data: { userId } });
    }
  },
};
