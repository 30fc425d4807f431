import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VIEWERS_CONFIRMED_MS } from '#shared/contracts/sharing.js';
import { type Bus, BusUnavailableError } from '#shared/es/operation.js';
import type { ViewerGrant } from '../viewer/viewer-proxy.js';
import { gatewayIdOf, ViewerReports } from './viewer-reports.js';

type Sent = Readonly<{ name: string; data: Record<string, unknown> }>;
let sent: Sent[];
let isDown: boolean;
let unknown: string[];
let errors: unknown[];

const bus = {
  request: async ({ name }: { name: string }, data: Record<string, unknown>) => {
    if (isDown) throw new BusUnavailableError('Nobody is there.');
    sent.push({ name, data });
    return { kind: 'done', result: name === 'ConfirmViewers' ? { unknown_ids: unknown } : null };
  },
} as unknown as Bus;
const newReports = () =>
  new ViewerReports({ bus, gatewayId: 'g1', onError: (error) => errors.push(error) });
const grant = (over: Partial<ViewerGrant> = {}): ViewerGrant => ({
  ...{ sessionId: 's1', userId: 'gil', signInId: 'i1', mode: 'view', expiresAt: 1_000 },
  target: { kind: 'unix', path: '/run/x.sock' },
  ...over,
});
const names = () => sent.map(({ name }) => name);
const told = (name: string) => sent.filter((one) => one.name === name).map(({ data }) => data);
const settled = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  [sent, unknown, errors, isDown] = [[], [], [], false];
});
afterEach(() => vi.useRealTimers());

describe('a gateway', () => {
  it('is the same one after a restart, and another in another place', () => {
    expect(gatewayIdOf('/data/a/control.sock')).toBe(gatewayIdOf('/data/a/control.sock'));
    expect(gatewayIdOf('/data/a/control.sock')).not.toBe(gatewayIdOf('/data/b/control.sock'));
    expect(gatewayIdOf('/data/a/control.sock')).toMatch(/^[\w-]{43}$/);
  });

  it('tells of each viewer that it joined, then that it left, under one id', async () => {
    const reports = newReports();
    const one = grant({ shareId: 'h1' });
    reports.opened(one);
    reports.closed(one, 4403);
    await settled();
    expect(names()).toEqual(['RecordViewerJoined', 'RecordViewerLeft']);
    const [joined] = told('RecordViewerJoined');
    expect(joined).toMatchObject({
      ...{ gateway_id: 'g1', session_id: 's1', user_id: 'gil', mode: 'view', share_id: 'h1' },
    });
    expect(told('RecordViewerLeft')).toEqual([{ viewer_id: joined?.['viewer_id'], code: 4403 }]);
  });

  it('tells at its start that it has none, and says no more until it has one', async () => {
    newReports().start();
    await vi.advanceTimersByTimeAsync(10 * VIEWERS_CONFIRMED_MS);
    expect(told('ConfirmViewers')).toEqual([
      { gateway_id: 'g1', up_to: expect.any(Number), viewer_ids: [] },
    ]);
  });

  it('confirms its viewers while it has some, with an order that grows', async () => {
    const reports = newReports();
    reports.start();
    reports.opened(grant());
    reports.opened(grant());
    await vi.advanceTimersByTimeAsync(2 * VIEWERS_CONFIRMED_MS);
    const [first, second] = told('RecordViewerJoined');
    const [, confirmed] = told('ConfirmViewers');
    expect(confirmed?.['viewer_ids']).toEqual([first?.['viewer_id'], second?.['viewer_id']]);
    const orders = [first?.['order'], second?.['order'], confirmed?.['up_to']] as number[];
    expect(orders).toEqual([...new Set(orders)].toSorted((a, b) => a - b));
  });

  it('tells again of a viewer that is not on record', async () => {
    const reports = newReports();
    isDown = true;
    reports.opened(grant());
    await settled();
    expect(errors).toHaveLength(1);
    isDown = false;
    reports.start();
    await settled();
    unknown = told('ConfirmViewers')[0]?.['viewer_ids'] as string[];
    await vi.advanceTimersByTimeAsync(VIEWERS_CONFIRMED_MS);
    expect(told('RecordViewerJoined')).toHaveLength(1);
    expect(told('RecordViewerJoined')[0]?.['viewer_id']).toBe(unknown[0]);
  });

  it('makes up for a leaving that nobody heard, as soon as somebody does', async () => {
    const reports = newReports();
    reports.start();
    const one = grant();
    reports.opened(one);
    await settled();
    isDown = true;
    reports.closed(one, 1000);
    await vi.advanceTimersByTimeAsync(VIEWERS_CONFIRMED_MS + 1_000);
    isDown = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told('RecordViewerLeft')).toEqual([]);
    expect(told('ConfirmViewers').at(-1)?.['viewer_ids']).toEqual([]);
  });

  it('tells the last of it before it closes', async () => {
    const reports = newReports();
    const one = grant();
    reports.opened(one);
    reports.closed(one, 1013);
    await reports.close();
    expect(names()).toEqual(['RecordViewerJoined', 'RecordViewerLeft']);
  });
});
