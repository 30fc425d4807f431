// Goal: a viewer that is gone is noticed, and one that is only silent or slow is kept.
// Method: real sockets, pings every few milliseconds, clients that do not answer them.
import { describe, expect, it } from 'vitest';
import { until } from '#test/support/waits.js';
import { KIB, closeOf, connectViewer, viewerStage } from './viewer-harness.js';

const stage = viewerStage();

describe('keepalive', () => {
  it('ends a viewer that answers no ping, and its target', async () => {
    await stage.replaceGateway({ limits: { pingIntervalMs: 60 } });
    const viewer = await connectViewer(
      stage.gateway,
      stage.gateway.tickets.issue(stage.target.unix),
      {
        autoPong: false,
      },
    );
    const closed = closeOf(viewer);
    expect((await closed).code).toBe(1006);
  });

  it('keeps a silent viewer that answers', async () => {
    await stage.replaceGateway({ limits: { pingIntervalMs: 100 } });
    const { viewer } = await stage.open();
    let pings = 0;
    viewer.on('ping', () => (pings += 1));
    await until('six pings came', () => pings === 6);
    expect(viewer.readyState).toBe(viewer.OPEN);
  });

  it('keeps a viewer that still takes bytes, because its pongs wait behind them', async () => {
    await stage.replaceGateway({ limits: { pingIntervalMs: 100 } });
    const viewer = await connectViewer(
      stage.gateway,
      stage.gateway.tickets.issue(stage.target.unix),
      {
        autoPong: false,
      },
    );
    const feeding = setInterval(() => stage.target.sockets[0]?.write(Buffer.alloc(KIB)), 10);
    let pings = 0;
    viewer.on('ping', () => (pings += 1));
    await until('six pings came', () => pings === 6);
    clearInterval(feeding);
    expect(viewer.readyState).toBe(viewer.OPEN);
  });
});
