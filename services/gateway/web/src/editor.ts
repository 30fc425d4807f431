import type { App } from './api-types.js';

/** What somebody may change of the catalogue: every app, or those of some categories, which may be none. */
export type Editor = 'all' | readonly string[];

/** Whether there may be an app that an editor may change. */
export const editsAny = (editor: Editor | undefined): boolean => (editor?.length ?? 0) > 0;

/** Whether an editor may change an app of a category. */
export const mayEdit = (editor: Editor, { category }: Pick<App, 'category'>): boolean =>
  editor === 'all' || editor.includes(category);

/** Says categories in a sentence: "Games and Office". */
export const sayCategories = (categories: readonly string[]): string =>
  new Intl.ListFormat('en-GB').format(categories);
