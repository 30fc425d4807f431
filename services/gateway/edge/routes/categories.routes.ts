import {
  AppointCategoryAdministrator,
  DismissCategoryAdministrator,
  ListCategories,
} from '#shared/contracts/categories.js';
import { route } from '../route.js';

const tag = 'Apps';

/** Who looks after the apps of which category. */
export const categoryRoutes = [
  route({
    method: 'GET',
    path: '/api/categories',
    operation: ListCategories,
    summary: 'The categories that you administer; for administrators and auditors all',
    tag,
    success: 200,
  }),
  route({
    method: 'PUT',
    path: '/api/categories/{category}/administrators/{user_id}',
    operation: AppointCategoryAdministrator,
    summary: 'Let a user look after the apps of a category',
    tag,
    success: 204,
  }),
  route({
    method: 'DELETE',
    path: '/api/categories/{category}/administrators/{user_id}',
    operation: DismissCategoryAdministrator,
    summary: 'Let them do so no more',
    tag,
    success: 204,
  }),
];
