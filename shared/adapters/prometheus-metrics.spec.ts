import { describe, expect, it } from 'vitest';
import { metricsIn, sampled, samplesIn } from '#test/support/exposition.js';
import type { MetricSources } from './metric-sources.js';
import { openMetrics } from './prometheus-metrics.js';

function watching(sources: MetricSources = {}) {
  const metrics = openMetrics({ version: '1.2.3' });
  metrics.watch(sources);
  const text = async () => (await metrics.expose()).text;
  return { metrics, text };
}

const broken = async (): Promise<never> => {
  throw new Error('away');
};

describe('what happens', () => {
  it('in HTTP is timed by method, route and status', async () => {
    const { metrics, text } = watching();
    const answered = { method: 'GET', route: '/api/apps/:app_id', status: '200' };
    metrics.onAnswered({ ...answered, seconds: 0.02 });
    metrics.onAnswered({ ...answered, seconds: 0.3 });
    const name = 'sortie_http_request_duration_seconds';
    expect(sampled(await text(), `${name}_count`, answered)).toBe(2);
    expect(sampled(await text(), `${name}_bucket`, { ...answered, le: '0.025' })).toBe(1);
  });

  it('on the bus is timed by operation and outcome', async () => {
    const { metrics, text } = watching();
    metrics.onRequest({ service: 'catalog', name: 'FindApp' }, 'rejected', 0.002);
    const labels = { operation: 'catalog/FindApp', outcome: 'rejected' };
    const name = 'sortie_bus_request_duration_seconds_sum';
    expect(sampled(await text(), name, labels)).toBe(0.002);
  });

  it('to the log is timed by outcome', async () => {
    const { metrics, text } = watching();
    metrics.onAppend('failed', 1.5);
    const name = 'sortie_log_append_duration_seconds_count';
    expect(sampled(await text(), name, { outcome: 'failed' })).toBe(1);
  });

  it('in a database is timed by kind and table, and counted with its errors', async () => {
    const { metrics, text } = watching();
    const { onOperation } = metrics.storage;
    const of = { service: 'catalog', seconds: 0.004, ok: true };
    onOperation({ ...of, operation: 'read', table: 'applications' });
    onOperation({ ...of, operation: 'write', table: 'applications' });
    onOperation({ ...of, operation: 'write', table: 'applications', ok: false });
    onOperation({ ...of, operation: 'transaction', table: '', seconds: 0.5 });
    const seen = await text();
    const write = { operation: 'write', table: 'catalog.applications' };
    expect(sampled(seen, 'sortie_storage_operation_duration_seconds_count', write)).toBe(2);
    expect(sampled(seen, 'sortie_storage_read_duration_seconds_count')).toBe(1);
    expect(sampled(seen, 'sortie_storage_write_duration_seconds_count')).toBe(2);
    expect(sampled(seen, 'sortie_storage_operations_total', { type: 'write' })).toBe(2);
    expect(sampled(seen, 'sortie_storage_errors_total', { type: 'write' })).toBe(1);
    expect(sampled(seen, 'sortie_storage_errors_total', { type: 'read' })).toBe(0);
    for (const quantile of ['0.5', '0.95', '0.99']) {
      expect(sampled(seen, 'sortie_storage_tx_duration_seconds', { quantile }), quantile).toBe(0.5);
    }
    const tables = samplesIn(seen).map(({ labels }) => labels['table']);
    expect(tables).not.toContain('catalog.');
  });

  it('has labels of bounded variety, whatever a client makes up', async () => {
    const { metrics, text } = watching();
    for (let i = 0; i < 1_000; i += 1) {
      metrics.onAnswered({ method: 'GET', route: `/x/${i}`, status: '200', seconds: 0 });
    }
    const name = 'sortie_http_request_duration_seconds_count';
    const routes = samplesIn(await text()).filter((sample) => sample.name === name);
    expect(routes.length).toBeLessThan(400);
    expect(sampled(await text(), name, { route: 'other' })).toBeGreaterThan(600);
  });
});

describe('what stands somewhere', () => {
  it('is the log and how far the read models are behind it', async () => {
    const status = async () => [
      { name: 'catalog.apps', checkpoint: 7, lag: 0, status: 'live' as const, error: null },
      { name: 'catalog.approvals', checkpoint: 3, lag: 4, status: 'stopped' as const, error: 'x' },
    ];
    const projectors = [{ service: 'catalog', projector: { status, leads: true } }];
    const { text } = watching({ head: async () => 7, projectors });
    const seen = await text();
    const stopped = { projection: 'catalog.approvals' };
    expect(sampled(seen, 'sortie_log_head_sequence')).toBe(7);
    expect(sampled(seen, 'sortie_projection_lag_commits', stopped)).toBe(4);
    expect(sampled(seen, 'sortie_projection_checkpoint', stopped)).toBe(3);
    expect(sampled(seen, 'sortie_projection_stopped', stopped)).toBe(1);
    expect(sampled(seen, 'sortie_projection_stopped', { projection: 'catalog.apps' })).toBe(0);
    expect(sampled(seen, 'sortie_projection_leads', { service: 'catalog' })).toBe(1);
  });

  it('is the size of the databases, the pool and the disk', async () => {
    const tables = [{ table: 'applications', rows: 5, bytes: 4_096 }];
    const { text } = watching({
      databases: async () => [
        { service: 'catalog', open: true, bytes: 8_192, tables },
        { service: 'audit', open: false, bytes: 0, tables: [] },
      ],
      pool: () => ({ active: 1, idle: 2, waiting: 3, max: 10 }),
      diskFree: async () => 5,
    });
    const seen = await text();
    const table = { table: 'catalog.applications' };
    expect(sampled(seen, 'sortie_storage_table_rows', table)).toBe(5);
    expect(sampled(seen, 'sortie_storage_table_size_bytes', table)).toBe(4_096);
    expect(sampled(seen, 'sortie_storage_db_size_bytes', { service: 'catalog' })).toBe(8_192);
    expect(sampled(seen, 'sortie_storage_db_size_bytes', { service: 'audit' })).toBeUndefined();
    expect(sampled(seen, 'sortie_storage_db_open', { service: 'catalog' })).toBe(1);
    expect(sampled(seen, 'sortie_storage_db_open', { service: 'audit' })).toBe(0);
    expect(sampled(seen, 'sortie_storage_pool_connections_active')).toBe(1);
    expect(sampled(seen, 'sortie_storage_pool_connections_idle')).toBe(2);
    expect(sampled(seen, 'sortie_storage_pool_waiting_requests')).toBe(3);
    expect(sampled(seen, 'sortie_storage_pool_connections_max')).toBe(10);
    expect(sampled(seen, 'sortie_storage_disk_free_bytes')).toBe(5);
  });

  it('is the viewers and the sessions', async () => {
    let toViewerBytes = 100;
    const { text } = watching({
      viewers: () => ({
        ...{ open: 2, opened: 5, refused: { TicketRefused: 3 }, heldBytes: 9 },
        ...{ toViewerBytes, toTargetBytes: 10 },
      }),
      sessions: async () => ({ running: 4, failed: 0 }),
      places: async () => ({
        ...{ held: 4, queued: 2, max: { total: 4, perUser: 3, queue: 50 } },
      }),
    });
    await text();
    toViewerBytes = 150;
    const seen = await text();
    const bytes = 'sortie_viewer_bytes_total';
    expect(sampled(seen, bytes, { direction: 'to_viewer' })).toBe(150);
    expect(sampled(seen, bytes, { direction: 'to_desktop' })).toBe(10);
    expect(sampled(seen, 'sortie_viewers_open')).toBe(2);
    expect(sampled(seen, 'sortie_viewers_opened_total')).toBe(5);
    expect(sampled(seen, 'sortie_viewers_refused_total', { code: 'TicketRefused' })).toBe(3);
    expect(sampled(seen, 'sortie_viewer_held_bytes')).toBe(9);
    expect(sampled(seen, 'sortie_sessions', { status: 'running' })).toBe(4);
    expect(sampled(seen, 'sortie_sessions', { status: 'failed' })).toBe(0);
    expect(sampled(seen, 'sortie_session_places', { state: 'held' })).toBe(4);
    expect(sampled(seen, 'sortie_session_places', { state: 'queued' })).toBe(2);
    for (const [scope, max] of Object.entries({ total: 4, per_user: 3, queue: 50 })) {
      expect(sampled(seen, 'sortie_session_places_max', { scope }), scope).toBe(max);
    }
  });

  it('is the process, and the version that runs', async () => {
    const seen = await watching().text();
    expect(sampled(seen, 'sortie_build_info', { version: '1.2.3' })).toBe(1);
    expect(metricsIn(seen)).toEqual(
      expect.arrayContaining(['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds']),
    );
  });

  it('is left out when it can not be read, and the rest is told all the same', async () => {
    const { text } = watching({
      ...{ head: broken, databases: broken, diskFree: broken, sessions: broken },
      projectors: [{ service: 'catalog', projector: { status: broken, leads: false } }],
      pool: () => undefined,
    });
    const seen = await text();
    expect(sampled(seen, 'sortie_log_head_sequence')).toBeNaN();
    expect(sampled(seen, 'sortie_storage_disk_free_bytes')).toBeNaN();
    expect(sampled(seen, 'sortie_storage_pool_waiting_requests')).toBe(0);
    for (const absent of ['sortie_sessions', 'sortie_projection_lag_commits']) {
      expect(samplesIn(seen).map(({ name }) => name)).not.toContain(absent);
    }
    for (const figure of ['head', 'databases', 'disk', 'sessions', 'projections']) {
      expect(sampled(seen, 'sortie_scrape_failures_total', { figure }), figure).toBe(1);
    }
  });

  it('is read once, however many ask, where it costs something', async () => {
    let reads = 0;
    const sessions = async () => ({ running: (reads += 1) });
    const { text } = watching({ sessions });
    await Promise.all([text(), text()]);
    await text();
    expect(reads).toBe(1);
  });
});
