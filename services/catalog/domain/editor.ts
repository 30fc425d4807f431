import type { AppSpec } from '#shared/contracts/catalog.js';
import { type Rejected, reject } from '#shared/es/decider.js';

/** What somebody may change: every app, or those of some categories, as far as others than administrators see them. */
export type Editor = 'all' | Readonly<{ categories: readonly string[] }>;

/**
 * Why an editor may not make an app be like this; undefined when they may. What is for administrators alone no
 * administrator of a category sees, so none may make an app that.
 */
export function whyNotMake(editor: Editor, app: AppSpec): Rejected | undefined {
  if (editor === 'all') return undefined;
  if (!editor.categories.includes(app.category)) return notYours(editor.categories, app.category);
  if (app.visibility !== 'admin_only') return undefined;
  return reject(
    'Forbidden',
    'Only an administrator may make an app "admin_only": you would not see it any more.',
  );
}

/** Why an editor may not touch an app that is like this: it is somebody else's, or not there for them. */
export function whyNotTouch(editor: Editor, app: AppSpec): 'hidden' | Rejected | undefined {
  if (editor === 'all') return undefined;
  if (app.visibility === 'admin_only') return 'hidden';
  return editor.categories.includes(app.category)
    ? undefined
    : notYours(editor.categories, app.category);
}

/** Refuses what is of somebody else's category. */
export const notYours = (categories: readonly string[], category: string): Rejected =>
  reject(
    'Forbidden',
    `You administer ${categories.map((one) => `"${one}"`).join(', ')}; ask an administrator about apps of ${category ? `"${category}"` : 'no category'}.`,
  );
