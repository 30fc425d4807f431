import type { AttemptRefused } from '#shared/es/attempt-refused.js';
import type { CatalogEvent } from '#shared/contracts/catalog.js';
import type { Trail } from './trail.js';

/** What the trail says of the catalogue's events (S-57). */
export const catalogTrail: Trail<Exclude<CatalogEvent, AttemptRefused>> = {
  AppRegistered: ({ data: { appId, app } }) => ({
    action: 'CREATE_APP',
    resource: ['app', appId],
    details: { id: appId, name: app.name },
  }),
  AppRevised: ({ data: { appId, app, changes, revertedTo } }) => ({
    action: revertedTo === undefined ? 'UPDATE_APP' : 'REVERT_APP',
    resource: ['app', appId],
    details: {
      ...{ id: appId, name: app.name, changes },
      ...(revertedTo !== undefined && { reverted_to: revertedTo }),
    },
  }),
  AppRetired: ({ data: { appId, name } }) => ({
    action: 'DELETE_APP',
    resource: ['app', appId],
    details: { id: appId, name },
  }),
  AppAccessGranted: ({ data: { appId, userId } }) => ({
    action: 'APPROVE_APP_USER',
    resource: ['app', appId],
    details: { app_id: appId, user_id: userId },
  }),
  AppAccessWithdrawn: ({ data: { appId, userId } }) => ({
    action: 'WITHDRAW_APP_USER',
    resource: ['app', appId],
    details: { app_id: appId, user_id: userId },
  }),
  AppGroupAccessGranted: ({ data: { appId, groupId } }) => ({
    action: 'APPROVE_APP_GROUP',
    resource: ['app', appId],
    details: { app_id: appId, group_id: groupId },
  }),
  AppGroupAccessWithdrawn: ({ data: { appId, groupId } }) => ({
    action: 'WITHDRAW_APP_GROUP',
    resource: ['app', appId],
    details: { app_id: appId, group_id: groupId },
  }),
  CategoryAdministratorAppointed: ({ data: { category, userId } }) => ({
    action: 'APPOINT_CATEGORY_ADMINISTRATOR',
    resource: ['category', category],
    details: { category, user_id: userId },
  }),
  CategoryAdministratorDismissed: ({ data: { category, userId } }) => ({
    action: 'DISMISS_CATEGORY_ADMINISTRATOR',
    resource: ['category', category],
    details: { category, user_id: userId },
  }),
  AppLaunched: ({ data: { appId, url } }) => ({
    action: 'LAUNCH_APP',
    resource: ['app', appId],
    details: { app_id: appId, url },
  }),
  CatalogueSeedStarted: { leftOut: 'CatalogueSeeded tells the outcome, and each app has its own' },
  CatalogueSeeded: ({ data: { apps, hash } }) => ({
    action: 'SEED_CATALOGUE',
    resource: ['catalogue', null],
    details: { apps, file_sha256: hash },
  }),
};
