import { rowModel } from '#shared/es/read-model.js';
import { type LaunchEvent, launchOf } from './launch.js';

export type LaunchDayRow = {
  id: string;
  /** UTC, `2026-11-20`. */
  day: string;
  app_id: string;
  launches: number;
  last_launched_at: string;
};

const DAY_LENGTH = '2026-11-20'.length;

/** Launches counted by app and day: the statistics are read from it, so they cost the same after a year of launches. */
export const launchDays = rowModel<LaunchEvent, LaunchDayRow>({
  table: 'launch_days',
  version: 1,
  key: 'id',
  newer: 'kept',
  keysOf(event) {
    const launch = launchOf(event);
    return launch ? [`${launch.timestamp.slice(0, DAY_LENGTH)}/${launch.app_id}`] : [];
  },
  project(row, event, id) {
    const launch = launchOf(event);
    if (!launch) return row;
    const { app_id, timestamp } = launch;
    return {
      id,
      day: timestamp.slice(0, DAY_LENGTH),
      app_id,
      launches: (row?.launches ?? 0) + 1,
      last_launched_at: timestamp,
    };
  },
});
