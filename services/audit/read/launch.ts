import type { AppLaunched } from '#shared/contracts/catalog.js';
import type { SessionRequested } from '#shared/contracts/session.js';
import type { RecordedEvent } from '#shared/es/commit.js';

export type LaunchEvent = AppLaunched | SessionRequested;

/** The launch that an event is: a url app opened, or a desktop asked for; undefined for any other event. */
export const launchOf = (
  event: RecordedEvent<LaunchEvent>,
): { app_id: string; timestamp: string } | undefined =>
  event.type === 'AppLaunched' || event.type === 'SessionRequested'
    ? { app_id: event.data.appId, timestamp: event.cloud.time }
    : undefined;
