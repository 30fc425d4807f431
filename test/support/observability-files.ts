import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where the rules and the dashboard lie. */
export const OBSERVABILITY = resolve('deploy/observability');

type Target = Readonly<{ expr: string }>;
export type Panel = Readonly<{
  id: number;
  type: string;
  title: string;
  gridPos: Readonly<{ x: number; y: number; w: number; h: number }>;
  targets?: readonly Target[];
}>;

/** The dashboard as Grafana reads it. */
export const dashboard = JSON.parse(
  readFileSync(`${OBSERVABILITY}/grafana-dashboard.json`, 'utf8'),
) as Readonly<{
  uid: string;
  panels: readonly Panel[];
  templating: Readonly<{ list: readonly Readonly<{ name: string; definition?: string }>[] }>;
}>;

/** The dashboard's expressions, with what Grafana puts in for its variables. */
export const dashboardExpressions = (): string[] =>
  dashboard.panels
    .flatMap(({ targets = [] }) => targets)
    .map(({ expr }) => expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.+'));

export const alertsText = readFileSync(`${OBSERVABILITY}/alerts.yaml`, 'utf8');

/** Names of metrics in a text, without the endings that a histogram or summary gives its samples. */
export const metricNamesIn = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(/\b((?:sortie|process|nodejs)_[a-z0-9_]+)\b/g)].map(([, name = '']) =>
      name.replace(/_(bucket|count|sum)$/, ''),
    ),
  ),
];
