import { journal } from '#shared/es/read-model.js';
import { type LaunchEvent, launchOf } from './launch.js';

export type AnalyticsRow = { app_id: string; timestamp: string };

/** One row a launch (S-58). */
export const analytics = journal<LaunchEvent, AnalyticsRow>({
  table: 'analytics',
  version: 1,
  newer: 'kept',
  rowOf: launchOf,
});
