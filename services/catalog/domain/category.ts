import type { CategoryEvent } from '#shared/contracts/categories.js';
import { accept, type Decider, type Message, reject } from '#shared/es/decider.js';

/** The people who look after the apps of one category. */
export type Category = Readonly<{ administratorIds: readonly string[] }>;

export type CategoryCommand =
  | Message<'AppointCategoryAdministrator', { category: string; userId: string }>
  | Message<'DismissCategoryAdministrator', { category: string; userId: string }>;

export const CATEGORY_ADMINISTRATORS_MAX = 100;

export const category: Decider<CategoryCommand, CategoryEvent, Category> = {
  initialState: { administratorIds: [] },

  evolve({ administratorIds }, event) {
    const { userId } = event.data;
    switch (event.type) {
      case 'CategoryAdministratorAppointed':
        return { administratorIds: [...administratorIds, userId] };
      case 'CategoryAdministratorDismissed':
        return { administratorIds: administratorIds.filter((id) => id !== userId) };
    }
  },

  decide({ type, data }, { administratorIds }) {
    const isOne = administratorIds.includes(data.userId);
    switch (type) {
      case 'AppointCategoryAdministrator':
        if (isOne) return accept();
        if (administratorIds.length >= CATEGORY_ADMINISTRATORS_MAX) {
          return reject(
            'InvalidRequest',
            `A category takes at most ${CATEGORY_ADMINISTRATORS_MAX} administrators; dismiss one first.`,
          );
        }
        return accept({ type: 'CategoryAdministratorAppointed', data });
      case 'DismissCategoryAdministrator':
        return isOne ? accept({ type: 'CategoryAdministratorDismissed', data }) : accept();
    }
  },
};
