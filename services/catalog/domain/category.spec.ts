import { describe, it } from 'vitest';
import type { CategoryEvent } from '#shared/contracts/categories.js';
import { given } from '#test/support/given.js';
import { category, CATEGORY_ADMINISTRATORS_MAX } from './category.js';

const data = { category: 'Graphics', userId: 'u1' };
const appointed: CategoryEvent = { type: 'CategoryAdministratorAppointed', data };
const dismissed: CategoryEvent = { type: 'CategoryAdministratorDismissed', data };
const appoint = { type: 'AppointCategoryAdministrator', data } as const;
const dismiss = { type: 'DismissCategoryAdministrator', data } as const;

describe('the administrators of a category', () => {
  it('are appointed and dismissed once each', () => {
    given(category)().when(appoint).records(appointed);
    given(category)(appointed).when(appoint).records();
    given(category)(appointed).when(dismiss).records(dismissed);
    given(category)(appointed, dismissed).when(dismiss).records();
  });

  it('are as many as there may be, and not one more', () => {
    const all = Array.from({ length: CATEGORY_ADMINISTRATORS_MAX }, (_, n): CategoryEvent => ({
      ...appointed,
      data: { ...data, userId: `other-${n}` },
    }));
    given(category)(...all)
      .when(appoint)
      .rejects('InvalidRequest');
    given(category)(...all.slice(1))
      .when(appoint)
      .records(appointed);
  });
});
