// Goal: a process keeps its connection to NATS through whatever happens to server and network, and says plainly why it
// can't have one. Method: a real server that is killed, frozen and cut off.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NatsLink, type NatsOptions } from '#shared/adapters/nats-connection.js';
import { NatsUnavailableError } from '#shared/adapters/nats-unavailable.js';
import { newCertificate } from '#test/support/certificate.js';
import { failureOf } from '#test/support/jetstream-log.js';
import { type NatsServer, newNatsUser, startNatsServer } from '#test/support/nats-server.js';
import { until } from '#test/support/waits.js';

let server: NatsServer;
let links: NatsLink[] = [];
beforeEach(async () => {
  server = await startNatsServer();
});
afterEach(async () => {
  await Promise.all(links.splice(0).map((link) => link.close()));
  await server.stop();
});

const linked = async (over: Partial<NatsOptions> = {}): Promise<NatsLink> => {
  const options = { servers: server.url, nkeySeed: server.seed, name: 't', ...over };
  const link = await NatsLink.connect({ inboxPrefix: '_INBOX.t', ...options });
  links.push(link);
  return link;
};
const refusal = async (over: Partial<NatsOptions>): Promise<Error> => {
  const error = await failureOf(linked(over));
  expect(error).toBeInstanceOf(NatsUnavailableError);
  return error;
};

/** Answers on `subject`, and counts how often each question came. */
function answering(link: NatsLink, subject = 'ask'): Map<string, number> {
  const heard = new Map<string, number>();
  link.onConnected((nats) => {
    nats.subscribe(subject, {
      callback: (_, message) => {
        const asked = message.string();
        heard.set(asked, (heard.get(asked) ?? 0) + 1);
        message.respond(asked);
      },
    });
  });
  return heard;
}
const ask = async (link: NatsLink, question: string): Promise<string> =>
  (await (await link.connected(20_000)).request('ask', question, { timeout: 20_000 })).string();

describe('a connection that cannot be made', () => {
  it('names the address that refuses it', async () => {
    const error = await refusal({ servers: 'nats://127.0.0.1:1' });
    expect(error.message).toBe(
      "NATS at nats://127.0.0.1:1 can't be used: it refuses connections: check that the server runs and that this is its address.",
    );
  });

  it('names the host that there is not', async () => {
    const error = await refusal({ servers: ['nats://no-such-host.invalid:4222'] });
    expect(error.message).toContain('no-such-host.invalid:4222');
    expect(error.message).toContain('no host has this name');
  });

  it('names what is no address', async () => {
    const error = await refusal({ servers: 'nats://a:b:c', patienceMs: 60_000 });
    expect(error.message).toContain('this is no address');
  });

  it('tells a server that does not answer', async () => {
    server.pause();
    expect((await refusal({})).message).toContain('it does not answer');
    server.resume();
  });

  it('names the key that the server does not know, and no secret', async () => {
    const { nkey, seed } = newNatsUser();
    const error = await refusal({ nkeySeed: seed });
    expect(error.message).toContain(`it refuses the user ${nkey}: check that the seed`);
    expect(inspected(error)).not.toContain(seed.slice(2, 20));
  });

  it.each(['SUAB', `SU${'A'.repeat(56)}`])(
    'does not repeat the seed "%s" that is none',
    async (seed) => {
      const error = await refusal({ nkeySeed: seed, patienceMs: 60_000 });
      expect(inspected(error)).not.toContain(seed);
      expect(error.message).toMatch(/The seed for NATS is none/);
    },
  );

  it('tells that a seed is missing', async () => {
    expect((await refusal({ nkeySeed: '' })).message).toContain('a user without a key');
  });

  it('waits for a server that is still starting, but not for another key', async () => {
    await server.kill();
    const patient = linked({ patienceMs: 60_000 });
    await server.restart();
    expect((await patient).current).toBeDefined();
    await refusal({ nkeySeed: newNatsUser().seed, patienceMs: 60_000 });
  });
});

describe('TLS', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sortie-tls-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is used when the authority is given, and refused with another authority or name', async () => {
    const { files: tls, authority } = newCertificate(folder);
    await server.stop();
    server = await startNatsServer({ config: { tls } });
    const servers = `tls://localhost:${server.port}`;
    const link = await linked({ servers, certificateAuthority: authority });
    expect((await link.connected(20_000)).info?.tls_required).toBe(true);
    const other = newCertificate(await mkdtemp(join(folder, 'other-'))).authority;
    const wrong = await refusal({ servers, certificateAuthority: other, patienceMs: 60_000 });
    expect(wrong.message).toContain('the TLS handshake failed');
    expect((await refusal({ servers })).message).toContain('the TLS handshake failed');
    // By its address, for which the certificate is not.
    const byAddress = await refusal({ certificateAuthority: authority, patienceMs: 60_000 });
    expect(byAddress.message).toContain('its certificate is for another name');
  });

  it('is never left out when it was asked for', async () => {
    const { authority } = newCertificate(folder);
    const error = await refusal({ certificateAuthority: authority });
    expect(error.message).toContain('does not offer TLS');
  });
});

describe('a connection that breaks', () => {
  it('comes back after the server was killed, with its subscriptions, and says so', async () => {
    const said: string[] = [];
    const link = await linked({ onChange: (sentence) => said.push(sentence) });
    answering(link);
    expect(await ask(link, 'before')).toBe('before');
    for (let round = 0; round < 3; round += 1) {
      await server.kill();
      await until('the loss is noticed', () => link.current === undefined);
      await expect(link.connected(1)).rejects.toThrow(NatsUnavailableError);
      await server.restart();
      expect(await ask(link, 'after')).toBe('after');
    }
    expect(said.map((sentence) => sentence.replace(/\(.*\)|at \S+/, '…'))).toEqual(
      Array(3)
        .fill(['The connection to NATS is lost …; trying again.', 'Connected to NATS … again.'])
        .flat(),
    );
  });

  it('fails what was asked at once', async () => {
    const link = await linked();
    const nats = await link.connected(20_000);
    nats.subscribe('silent', { callback: () => undefined });
    const answer = nats.request('silent', '', { timeout: 60_000 });
    await nats.flush();
    const failure = failureOf(answer);
    await server.kill();
    expect((await failure).message).toBe('TIMEOUT');
  });

  it('hears each question once after the server was frozen for longer than an attempt takes', async () => {
    const link = await linked();
    const heard = answering(link);
    expect(await ask(link, 'before')).toBe('before');
    server.pause();
    await until('the loss is noticed', () => link.current === undefined);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    server.resume();
    for (let n = 0; n < 200; n += 1) expect(await ask(link, `${n}`)).toBe(`${n}`);
    expect([...heard.values()]).toEqual(Array(201).fill(1));
  });

  it('is given up when the server is frozen and the send buffer full', async () => {
    const link = await linked();
    const nats = await link.connected(20_000);
    server.pause();
    for (let n = 0; n < 20; n += 1) nats.publish('void', Buffer.alloc(4 * 1_024 * 1_024));
    await until('the loss is noticed', () => link.current === undefined);
    server.resume();
    expect((await link.connected(20_000)).isClosed()).toBe(false);
  });

  it('can be closed while there is none, and then is never back', async () => {
    const link = await linked();
    await server.kill();
    await until('the loss is noticed', () => link.current === undefined);
    const waiting = failureOf(link.connected(60_000));
    await link.close();
    expect((await waiting).message).toContain('is closed');
    await link.close();
    expect(link.current).toBeUndefined();
  });
});

/** All that a log could show of an error. */
function inspected(error: unknown): string {
  const seen: string[] = [];
  for (let e = error; e instanceof Error; e = e.cause) seen.push(e.stack ?? '', JSON.stringify(e));
  return seen.join('\n');
}
