import type { AnalyticsRow } from './analytics.js';
import type { AuditRow } from './audit-log.js';
import type { TreeRow } from './audit-tree.js';
import type { LaunchDayRow } from './launch-days.js';

export type AuditTables = {
  audit_log: AuditRow & { id: number };
  /** SQLite's full-text index over it. */
  audit_search: { rowid: number; search: string };
  analytics: AnalyticsRow & { id: number };
  launch_days: LaunchDayRow;
  audit_tree: TreeRow;
  tree_heads: { number: number; size: number; head: string };
};
