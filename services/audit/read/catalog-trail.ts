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
  AppRevised: ({ data: { appId, app, changes } }) => ({
    action: 'UPDATE_APP',
    resource: ['app', appId],
    details: { id: appId, name: app.name, changes },
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
