// Goal: a running server tells Prometheus everything that the alert rules and the dashboard ask for, and nobody else.
// Method: the built server with its probes' port, asked as people do; its figures checked by promtool and by a real Prometheus.
import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '#test/support/client.js';
import { metricsIn, sampled, samplesIn } from '#test/support/exposition.js';
import {
  alertsText,
  dashboard,
  dashboardExpressions,
  metricNamesIn,
  OBSERVABILITY,
} from '#test/support/observability-files.js';
import { administrator } from '#test/support/people.js';
import { promtool, startPrometheus } from '#test/support/prometheus.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { until } from '#test/support/waits.js';

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let admin: Client;
let port: number;
beforeAll(async () => {
  folders = await sortieFolders();
  const env = { SORTIE_PROBES_PORT: '0', SORTIE_LOG_LEVEL: 'info' };
  sortie = await startSortie({ ...folders, env });
  admin = await administrator(sortie);
  port = Number(/"port":(\d+)[^\n]*Probes listen/.exec(sortie.output())?.[1]);
});
afterAll(async () => {
  await sortie?.end();
  await folders?.remove();
});

const scrape = async (): Promise<string> =>
  (await fetch(`http://127.0.0.1:${port}/metrics`)).text();

/** Ports on which a process listens, by what the kernel says. */
async function listeningPorts(pid: number): Promise<number[]> {
  const names = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(
    names.map((n) => readlink(`/proc/${pid}/fd/${n}`).catch(() => '')),
  );
  const sockets = new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]));
  const tables = await Promise.all(['tcp', 'tcp6'].map((t) => readFile(`/proc/net/${t}`, 'utf8')));
  const rows = tables.flatMap((table) => table.trim().split('\n').slice(1));
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A' && sockets.has(fields[9]))
    .map((fields) => Number.parseInt(fields[1]?.split(':')[1] ?? '', 16));
}

const overControlSocket = (path: string): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    request({ socketPath: join(folders.dataPath, 'control.sock'), path }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    })
      .on('error', reject)
      .end();
  });

describe('the probes', () => {
  it('answer on their own port, on this machine only', async () => {
    expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
    const ready = await (await fetch(`http://127.0.0.1:${port}/readyz`)).json();
    expect(ready).toMatchObject({ ready: true, checks: { catalog: 'ok', audit: 'ok' } });
    expect(new Set(await listeningPorts(sortie.pid))).toEqual(
      new Set([port, Number(new URL(sortie.url).port)]),
    );
    const table = await readFile('/proc/net/tcp', 'utf8');
    const hex = port.toString(16).toUpperCase().padStart(4, '0');
    expect(table).toContain(` 0100007F:${hex} `);
  });

  it('have no port unless somebody asks for one', async () => {
    const own = await sortieFolders();
    const quiet = await startSortie(own);
    expect(await listeningPorts(quiet.pid)).toEqual([Number(new URL(quiet.url).port)]);
    await quiet.end();
    await own.remove();
  });
});

describe('the metrics', () => {
  it('are for the operator, and not on the port that everybody reaches', async () => {
    expect((await new Client(sortie.url).get('/metrics')).status).toBe(401);
    expect((await admin.get('/metrics')).status).toBe(403);
    const { status, text } = await overControlSocket('/metrics');
    expect(status).toBe(200);
    expect(metricsIn(text)).toContain('sortie_log_head_sequence');
  });

  it('are what promtool takes', async () => {
    const { ok, output } = promtool(['check', 'metrics'], await scrape());
    expect(ok, output).toBe(true);
  });

  it('are the ones that the alert rules and the dashboard ask for, and all of Sortie’s are asked for', async () => {
    const declared = metricsIn(await scrape());
    const templates = dashboard.templating.list.map(({ definition = '' }) => definition);
    const asked = metricNamesIn([alertsText, ...dashboardExpressions(), ...templates].join('\n'));
    expect(asked.length).toBeGreaterThan(30);
    expect(asked.filter((name) => !declared.includes(name))).toEqual([]);
    const own = declared.filter((name) => name.startsWith('sortie_'));
    expect(own.filter((name) => !asked.includes(name))).toEqual([]);
  });

  it('tell what was done: requests, commits, statements, read models, sessions, sizes', async () => {
    const before = await scrape();
    const { status } = await admin.post('/api/apps', {
      id: 'm',
      name: 'M',
      url: 'https://m.example',
    });
    expect(status).toBe(201);
    const after = await until('the request is counted', async () => {
      const text = await scrape();
      const post = { method: 'POST', route: '/api/apps', status: '201' };
      const isCounted = sampled(text, 'sortie_http_request_duration_seconds_count', post) === 1;
      // The log is asked how long it is once a second at most.
      const [was, is] = [before, text].map((one) => sampled(one, 'sortie_log_head_sequence') ?? 0);
      return isCounted && (is ?? 0) > (was ?? 0) && text;
    });
    const grew = (name: string, labels = {}): boolean =>
      (sampled(after, name, labels) ?? 0) > (sampled(before, name, labels) ?? 0);
    const bus = { operation: 'catalog/RegisterApp', outcome: 'done' };
    const write = { operation: 'write', table: 'catalog.applications' };
    expect(grew('sortie_bus_request_duration_seconds_count', bus)).toBe(true);
    expect(grew('sortie_log_append_duration_seconds_count', { outcome: 'appended' })).toBe(true);
    expect(grew('sortie_storage_operation_duration_seconds_count', write)).toBe(true);
    expect(grew('sortie_storage_tx_duration_seconds_count')).toBe(true);
    expect(grew('sortie_projection_checkpoint', { projection: 'catalog.applications' })).toBe(true);
    expect(sampled(after, 'sortie_sessions', { status: 'running' })).toBe(0);
    expect(sampled(after, 'sortie_session_places', { state: 'queued' })).toBe(0);
    expect(sampled(after, 'sortie_session_places_max', { scope: 'total' })).toBe(100);
    expect(sampled(after, 'sortie_storage_db_open', { service: 'catalog' })).toBe(1);
    expect(sampled(after, 'sortie_storage_db_size_bytes', { service: 'catalog' })).toBeGreaterThan(
      0,
    );
    expect(sampled(after, 'sortie_storage_disk_free_bytes')).toBeGreaterThan(0);
    expect(sampled(after, 'sortie_viewers_open')).toBe(0);
  });

  it('have no more series for paths, methods and keys that a client makes up', async () => {
    const made = 'hunter2';
    await fetch(`${sortie.url}/${made}/x`, { headers: { 'idempotency-key': made } });
    await fetch(`${sortie.url}/api/${made}?${made}`, { method: 'PATCH' });
    await admin.get(`/api/apps/${made}`);
    const text = await until('they are counted', async () => {
      const scraped = await scrape();
      const nothing = { method: 'PATCH', route: 'none', status: '404' };
      const name = 'sortie_http_request_duration_seconds_count';
      return sampled(scraped, name, nothing) === 1 && scraped;
    });
    expect(text).not.toContain(made);
    const routes = new Set(samplesIn(text).map(({ labels }) => labels['route']));
    expect([...routes]).toContain('/api/apps/:app_id');
  });
});

describe('a real Prometheus', () => {
  it('scrapes the server, loads the rules, and every panel’s question has an answer without an error', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sortie-scrape-'));
    const example = await readFile(`${OBSERVABILITY}/prometheus.yaml`, 'utf8');
    const config = example
      .replace('127.0.0.1:9464', `127.0.0.1:${port}`)
      .replaceAll('15s', '1s')
      .replace('- alerts.yaml', `- ${OBSERVABILITY}/alerts.yaml`);
    await writeFile(join(folder, 'prometheus.yaml'), config);
    const prometheus = await startPrometheus(join(folder, 'prometheus.yaml'));
    try {
      await until('it has scraped twice', async () => {
        const [count] = await prometheus.query('count_over_time(sortie_log_head_sequence[1m])');
        return Number(count?.value[1]) >= 2;
      });
      expect((await prometheus.query('up{job="sortie"}'))[0]?.value[1]).toBe('1');
      for (const expression of dashboardExpressions()) await prometheus.query(expression);
      const { groups } = (await prometheus.get('/api/v1/rules')) as {
        groups: { name: string; rules: { name: string; health: string; state: string }[] }[];
      };
      const names = ['sortie-storage', 'sortie-projections', 'sortie-log', 'sortie-requests'];
      expect(groups.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
      const rules = groups.flatMap((group) => group.rules);
      expect(rules.filter(({ health }) => health === 'err')).toEqual([]);
      expect(rules.filter(({ state }) => state === 'firing').map(({ name }) => name)).toEqual([]);
    } finally {
      await prometheus.end();
      await rm(folder, { recursive: true });
    }
  });
});
