import { z } from 'zod';
import {
  type AppEvent,
  type AppLaunched,
  type CatalogueSeeded,
  type CatalogueSeedStarted,
  LAUNCH_TYPES,
  VISIBILITIES,
} from './catalog.js';
import type { CategoryEvent } from './categories.js';
import { type EventShapes, eventId } from './event-shapes.js';

const about = { appId: eventId };
const access = { ...about, userId: eventId };
const groupAccess = { ...about, groupId: eventId };
const visibility = z.enum(VISIBILITIES).describe('Who sees the app');
const app = z.strictObject({
  name: z.string(),
  description: z.string(),
  url: z.string().describe('What a url app opens; else empty'),
  icon: z.string(),
  category: z.string(),
  visibility,
  launch_type: z.enum(LAUNCH_TYPES),
  container_image: z.string().describe('Image of a container app; else empty'),
});
const change = z.strictObject({ from: z.unknown(), to: z.unknown() });

/** What happens to one app of the catalogue. */
export const appData: EventShapes<AppEvent> = {
  AppRegistered: z.strictObject({ ...about, app }).describe('There is a new app.'),
  AppRevised: z
    .strictObject({
      ...{ ...about, app: app.describe('The whole app, as it is now') },
      changes: z.record(z.string(), change).describe('Each field that is another now'),
      revertedTo: z
        .number()
        .int()
        .exactOptional()
        .describe('The version whose definition it went back to'),
    })
    .describe('An app was changed.'),
  AppRetired: z
    .strictObject({
      ...{ ...about, name: z.string(), visibility },
      approvedUserIds: z.array(eventId).describe('Who had been given access'),
      approvedGroupIds: z.array(eventId).exactOptional().describe('And which groups'),
      category: z.string().exactOptional(),
    })
    .describe('An app was taken out of the catalogue.'),
  AppAccessGranted: z.strictObject(access).describe('A user may see an app of limited visibility.'),
  AppAccessWithdrawn: z.strictObject(access).describe('A user may not see it any more.'),
  AppGroupAccessGranted: z
    .strictObject(groupAccess)
    .describe('The members of a group may see an app of limited visibility.'),
  AppGroupAccessWithdrawn: z
    .strictObject(groupAccess)
    .describe('They may not see it any more, unless they may for another reason.'),
};

export const launchData: EventShapes<AppLaunched> = {
  AppLaunched: z.strictObject({ ...access, url: z.string() }).describe('A url app was opened.'),
};

const appointment = { category: z.string(), userId: eventId };

/** Who looks after the apps of one category. */
export const categoryData: EventShapes<CategoryEvent> = {
  CategoryAdministratorAppointed: z
    .strictObject(appointment)
    .describe('A user may change the apps of a category.'),
  CategoryAdministratorDismissed: z
    .strictObject(appointment)
    .describe('A user may not change them any more.'),
};

const hash = z.string().describe('SHA-256 of the seed file');

export const seedData: EventShapes<CatalogueSeedStarted | CatalogueSeeded> = {
  CatalogueSeedStarted: z.strictObject({ hash }).describe('Example apps are being loaded.'),
  CatalogueSeeded: z
    .strictObject({ hash, apps: z.number().int().describe('How many were new') })
    .describe('The example apps are loaded.'),
};
