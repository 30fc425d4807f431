// Goal: a gateway whose services are away tells its clients to come back, at once. Method: the gateway's routes over the
// bus on a real NATS server, where nobody, or a service that is overrun, answers.
import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { MemoryEventLog } from '#shared/adapters/memory-event-log.js';
import { busOf } from '#shared/boot/declared-bus.js';
import { done } from '#shared/boot/reply.js';
import { ListApps } from '#shared/contracts/catalog.js';
import { Authenticate } from '#shared/contracts/identity.js';
import { Authentication } from '#services/gateway/edge/authentication.js';
import { registerRoutes } from '#services/gateway/edge/register-routes.js';
import { appRoutes } from '#services/gateway/edge/routes/apps.routes.js';
import { createServer } from '#services/gateway/edge/server.js';
import { natsBusStage } from '#test/support/nats-bus-host.js';
import { until } from '#test/support/waits.js';

const stage = natsBusStage();
const open: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function openGateway() {
  const { bus, link } = await stage.host({ deadlineMs: 60_000 });
  const server = await createServer({ isTrustedProxy: () => false, onBroken: () => undefined });
  const own = busOf('gateway', bus);
  const authentication = new Authentication(own, false, () => undefined);
  const limits = { writesPerMinute: 100, signInsPerMinute: 100 };
  const past = { log: new MemoryEventLog(), now: () => new Date() };
  registerRoutes(server, { routes: appRoutes, bus: own, authentication, limits, past });
  await server.listen({ port: 0, host: '127.0.0.1' });
  open.push({ close: () => server.close() });
  const { port } = server.server.address() as AddressInfo;
  const get = async () => {
    const headers = { cookie: 'sortie=x' };
    const response = await fetch(`http://127.0.0.1:${port}/api/apps`, { headers });
    const problem = (await response.json()) as { code: string; detail: string };
    return { status: response.status, retryAfter: response.headers.get('retry-after'), problem };
  };
  return { get, link };
}

const expires_at = new Date(Date.now() + 3_600_000).toISOString();
const user = { id: 'u', name: 'u', role: 'user', must_change_password: false };
const signedIn = async () => done({ user, sign_in_id: 's', expires_at, rotate: false });

describe('a gateway on NATS', () => {
  it('answers 503 with Retry-After when nobody answers', async () => {
    const { get } = await openGateway();
    expect(await get()).toMatchObject({
      status: 503,
      retryAfter: '1',
      problem: { code: 'Unavailable', detail: expect.stringContaining('Nobody answers') as string },
    });
  });

  it('answers 503 with Retry-After when there is no NATS', async () => {
    const { get, link } = await openGateway();
    await stage.server().kill();
    await until('the loss is noticed', () => link.current === undefined);
    expect(await get()).toMatchObject({
      status: 503,
      retryAfter: '1',
      problem: { detail: expect.stringContaining('no connection to NATS') as string },
    });
    await stage.server().restart();
  });

  it('hands on that a service has too much to do', async () => {
    const identity = await stage.host();
    await identity.answer([Authenticate, signedIn]);
    const catalog = await stage.host({ atOnceMax: 0 });
    await catalog.answer([ListApps, async () => done({ apps: [] })]);
    const { get } = await openGateway();
    expect(await get()).toMatchObject({
      status: 503,
      retryAfter: '1',
      problem: { code: 'Unavailable', detail: expect.stringContaining('Too much') as string },
    });
  });

  it('takes nobody for signed out whose sign-in can not be looked up', async () => {
    const identity = await stage.host({ atOnceMax: 0 });
    await identity.answer([Authenticate, signedIn]);
    const { get } = await openGateway();
    expect(await get()).toMatchObject({ status: 503, problem: { code: 'Unavailable' } });
  });

  it('brings what the services answer', async () => {
    const services = await stage.host();
    await services.answer([Authenticate, signedIn], [ListApps, async () => done({ apps: [] })]);
    const { get } = await openGateway();
    expect(await get()).toMatchObject({ status: 200, problem: { apps: [] } });
  });
});
