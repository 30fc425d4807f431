import { computed } from '@preact/signals';
import { me } from './account.js';
import { ownCategories } from './own-categories.js';
import { ADMINISTER } from './places.js';
import { type Editor, editsAny } from './editor.js';

/** What the person may change of the catalogue; undefined while that is not known yet. */
export const editor = computed<Editor | undefined>(() =>
  me.value?.role === 'admin' ? 'all' : ownCategories.value,
);

/** Whether there is anything for the person on the administrators' side. */
export const administers = computed(
  () => ADMINISTER.includes(me.value?.role ?? 'user') || editsAny(editor.value),
);
