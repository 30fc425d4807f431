import { z } from 'zod';
import { STREAM_ID } from '#shared/es/commit.js';
import type { Message } from '#shared/es/decider.js';
import { operationsOf, PEOPLE } from '#shared/es/operation.js';
import { pageQuery } from './page.js';

const CATEGORY_LENGTH_MAX = 60;

const category = z
  .string()
  .min(1)
  .max(CATEGORY_LENGTH_MAX)
  // oxlint-disable-next-line no-control-regex
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'must be one line without control characters')
  .describe('As apps have it, letter for letter');
const userId = z.string().regex(STREAM_ID, 'is no user id');

/** A category of apps, and the people whom an administrator lets look after it. */
export const categoryView = z.object({ category: z.string(), administrator_ids: z.array(userId) });
export type CategoryView = z.infer<typeof categoryView>;

type Appointment = { category: string; userId: string };
export type CategoryAdministratorAppointed = Message<'CategoryAdministratorAppointed', Appointment>;
export type CategoryAdministratorDismissed = Message<'CategoryAdministratorDismissed', Appointment>;
export type CategoryEvent = CategoryAdministratorAppointed | CategoryAdministratorDismissed;

const { command, query } = operationsOf('catalog');
const resource = { type: 'category', id: 'category' } as const;
const appointment = z.strictObject({ category, user_id: userId });

export const AppointCategoryAdministrator = command('AppointCategoryAdministrator', {
  allow: ['admin', 'console'],
  data: appointment,
  result: z.null(),
  resource,
});
export const DismissCategoryAdministrator = command('DismissCategoryAdministrator', {
  allow: ['admin', 'console'],
  data: appointment,
  result: z.null(),
  resource,
});
export const ListCategories = query('ListCategories', {
  allow: [...PEOPLE, 'console'],
  condition: 'shows others than administrators and auditors what they administer, and nothing else',
  data: z.strictObject(pageQuery),
  result: z.object({ categories: z.array(categoryView), next_cursor: z.string().optional() }),
});

export const categoryOperations = [
  AppointCategoryAdministrator,
  DismissCategoryAdministrator,
  ListCategories,
] as const;
