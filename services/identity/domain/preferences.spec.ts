import { describe, it } from 'vitest';
import type { PreferencesKept } from '#shared/contracts/preferences.js';
import { given } from '#test/support/given.js';
import { preferences } from './preferences.js';

const data = {
  userId: 'u1',
  theme: 'dark',
  collapsedCategories: ['Games'],
  favorites: ['gimp'],
} as const;
const kept: PreferencesKept = { type: 'PreferencesKept', data };

describe('keeping preferences', () => {
  it('records them whole', () => {
    given(preferences)().when({ type: 'KeepPreferences', data }).records(kept);
  });
  it('records nothing when they are the same', () => {
    given(preferences)(kept).when({ type: 'KeepPreferences', data }).records();
  });
  it.each([
    { ...data, theme: 'light' as const },
    { ...data, favorites: [] },
    { ...data, collapsedCategories: ['Games', 'Tools'] },
  ])('records a change to %j', (changed) => {
    given(preferences)(kept)
      .when({ type: 'KeepPreferences', data: changed })
      .records({ type: 'PreferencesKept', data: changed });
  });
});
