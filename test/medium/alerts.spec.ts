// Goal: the alert rules and the dashboard are what Prometheus and Grafana take, and each rule fires when it should.
// Method: Prometheus' own promtool, with the unit tests of the rules; a rule with a planted mistake has to fail them.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  alertsText,
  dashboard,
  dashboardExpressions,
  OBSERVABILITY,
} from '#test/support/observability-files.js';
import { promtool } from '#test/support/prometheus.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sortie-alerts-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the alert rules', () => {
  it('are taken by Prometheus, and so is the example that loads them', () => {
    const rules = promtool(['check', 'rules', '--lint=all', `${OBSERVABILITY}/alerts.yaml`]);
    expect(rules.ok, rules.output).toBe(true);
    const config = promtool(['check', 'config', `${OBSERVABILITY}/prometheus.yaml`]);
    expect(config.ok, config.output).toBe(true);
  });

  it('fire when they should and not before, as their unit tests say', () => {
    const { ok, output } = promtool(['test', 'rules', `${OBSERVABILITY}/alerts.test.yaml`]);
    expect(ok, output).toBe(true);
  });

  it.each([
    ['StorageConnectionPoolExhausted', 'waiting_requests > 10', 'waiting_requests > 14'],
    ['StorageHighLatency', 'bucket[5m]))) > 1', 'bucket[5m]))) > 3'],
    ['StorageDiskSpaceLow', '< 10737418240', '< 10737418239'],
    ['ProjectionStuck', 'lag_commits) > 0', 'lag_commits) > 1'],
    ['ProjectionLagging', '> 1000', '> 1001'],
    ['LogAppendsFail', 'outcome="failed"', 'outcome="conflict"'],
    ['RequestsBreak', '"5.."', '"4.."'],
  ])('fail their unit tests once %s is wrong', async (name, right, wrong) => {
    expect(alertsText.split(right).length, right).toBeGreaterThan(1);
    await cp(`${OBSERVABILITY}/alerts.test.yaml`, join(folder, 'alerts.test.yaml'));
    await writeFile(join(folder, 'alerts.yaml'), alertsText.replace(right, wrong));
    const { ok, output } = promtool(['test', 'rules', join(folder, 'alerts.test.yaml')]);
    expect(ok).toBe(false);
    expect(output).toContain(name);
  });

  it('each have a unit test, a severity, and words that say what to do', async () => {
    const tests = await readFile(`${OBSERVABILITY}/alerts.test.yaml`, 'utf8');
    const rules = alertsText.split('- alert: ').slice(1);
    expect(rules.length).toBeGreaterThan(10);
    for (const rule of rules) {
      const [name = ''] = rule.split('\n');
      expect(tests, name).toContain(name);
      expect(rule, name).toMatch(/severity: (warning|critical)/);
      expect(rule, name).toMatch(/summary: [^]*description: /);
    }
  });
});

describe('the dashboard', () => {
  it('has panels of their own number, that lie beside each other and ask for something', () => {
    const { panels } = dashboard;
    const shown = panels.filter(({ type }) => type !== 'row');
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(shown.filter(({ targets = [] }) => targets.length === 0)).toEqual([]);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
  });

  it('asks what Prometheus understands', async () => {
    const expressions = dashboardExpressions();
    expect(expressions.length).toBeGreaterThan(30);
    const rules = expressions.map(
      (expr, i) => `    - { record: 'panel:${i}', expr: ${JSON.stringify(expr)} }\n`,
    );
    const path = join(folder, 'dashboard.yaml');
    await writeFile(path, `groups:\n- name: dashboard\n  rules:\n${rules.join('')}`);
    const { ok, output } = promtool(['check', 'rules', path]);
    expect(ok, output).toBe(true);
  });

  it('knows only the variables that it declares, and those of Grafana', () => {
    const declared = dashboard.templating.list.map(({ name }) => name);
    const used = [...JSON.stringify(dashboard.panels).matchAll(/\$\{?([a-zA-Z_]+)/g)];
    const names = new Set(used.map(([, name = '']) => name));
    expect([...names].filter((name) => !declared.includes(name))).toEqual(['__rate_interval']);
  });
});
