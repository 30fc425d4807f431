// Goal: a server or a stream that could lose events is refused when the log is opened, in a sentence that says what to do.
// Method: real servers; streams with one setting altered, or with a commit taken out.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { JetStreamEventLog } from '#shared/adapters/jetstream-event-log.js';
import { NATS_SETTINGS_SUBJECT } from '#shared/adapters/nats-server-config.js';
import { LogUnavailableError } from '#shared/es/event-log.js';
import { fill, upTo } from '#test/support/commits.js';
import { askServer, failureOf, linkTo, openJetStreamLog } from '#test/support/jetstream-log.js';
import {
  NATS_VERSIONS,
  type NatsServer,
  type NatsServerOptions,
  newNatsUser,
  startNatsServer,
} from '#test/support/nats-server.js';

/** The words with which a log is refused. */
async function refusal(server: NatsServer, seed = server.seed): Promise<string> {
  const link = await linkTo(server, { nkeySeed: seed });
  const error = await failureOf(JetStreamEventLog.open({ connection: link }));
  await link.close();
  expect(error).toBeInstanceOf(LogUnavailableError);
  return error.message;
}

describe('a server is refused', () => {
  let server: NatsServer;
  afterEach(() => server.stop());
  const started = async (options: NatsServerOptions): Promise<NatsServer> =>
    (server = await startNatsServer(options));

  it('that cannot flush each message', async () => {
    expect(await refusal(await started({ version: 'refused' }))).toMatch(
      /^The nats-server N\w+ is version 2\.9\.\d+, which may lose events: use 2\.10\.23 or newer\.$/,
    );
  });

  it.each(NATS_VERSIONS)('that does not flush each message (%s)', async (version) => {
    expect(await refusal(await started({ version, config: { sync: 'server-default' } }))).toMatch(
      /its sync_interval is not "always": take the server's configuration from "sortie nats config", or keep the stream on 3 servers/,
    );
  });

  it('that does not let the process ask for its settings', async () => {
    const { nkey, seed } = newNatsUser();
    const users = [{ nkey, publish: ['$JS.API.>'], subscribe: ['_INBOX.>'] }];
    expect(await refusal(await started({ users }), seed)).toMatch(
      /does not tell its settings \(this process's user lacks a permission .*\), so nobody knows whether it keeps events: take/,
    );
  });

  it('that does not let the process use its stream', async () => {
    const { nkey, seed } = newNatsUser();
    const users = [{ nkey, publish: [NATS_SETTINGS_SUBJECT], subscribe: ['_INBOX.>'] }];
    expect(await refusal(await started({ users }), seed)).toMatch(
      /^The event log can't be opened: this process's user lacks a permission \(.*STREAM\.INFO\.SORTIE/,
    );
  });
});

/** Older servers don't know them. */
const SINCE_2_12: [setting: string, value: unknown, danger: string][] = [
  ['allow_msg_ttl', true, 'events could expire'],
  ['persist_mode', 'async', 'could be acknowledged before they are on disk'],
];

describe.each(NATS_VERSIONS)('on the %s server', (version) => {
  let server: NatsServer;
  let config: Record<string, unknown> & { metadata: Record<string, string> };
  beforeAll(async () => {
    server = await startNatsServer({ version, store: 'memory' });
    const { close } = await openJetStreamLog(server);
    await close();
    ({ config } = await askServer<{ config: typeof config }>(server, 'STREAM.INFO.SORTIE'));
    await removeStream();
  });
  afterEach(() => removeStream());
  afterAll(() => server.stop());
  const removeStream = () => askServer(server, 'STREAM.DELETE.SORTIE');

  it.each<[setting: string, value: unknown, danger: string]>([
    ['subjects', ['sortie.event.catalog.>'], 'events would be missing'],
    ['storage', 'memory', 'events would be lost'],
    ['retention', 'interest', 'events would be lost'],
    ['discard', 'old', 'events would be lost'],
    ['max_age', 3_600_000_000_000, 'old events would be lost'],
    ['max_msgs', 1_000, 'old events would be lost'],
    ['max_msgs_per_subject', 5, 'old events would be lost'],
    ['deny_delete', false, 'events could be deleted'],
    ['deny_purge', false, 'events could be deleted'],
    ['allow_direct', false, 'could not be read one at a time'],
    ['duplicate_window', 120_000_000_000, 'could be stored twice'],
    ['max_msg_size', 100_000, 'large commits would be refused'],
    ['no_ack', true, 'it would be no log'],
    ['sources', [{ name: 'OTHER' }], 'it would be no log'],
    ['subject_transform', { src: '>', dest: 'sortie.event.>' }, 'it would be no log'],
    ...SINCE_2_12.filter(() => version === 'newest'),
  ])('a stream is refused with %s = %j', async (setting, value, danger) => {
    const altered = { ...config, [setting]: value };
    expect((await askServer(server, 'STREAM.CREATE.SORTIE', altered)).error).toBeUndefined();
    const words = await refusal(server);
    expect(words).toContain(`The stream SORTIE has ${setting} = ${JSON.stringify(value)}, and`);
    expect(words).toContain(danger);
    expect(words).toContain('nats stream edit SORTIE');
  });

  it('a stream is refused that has fewer copies than are wanted', async () => {
    await askServer(server, 'STREAM.CREATE.SORTIE', config);
    const link = await linkTo(server);
    const opening = JetStreamEventLog.open({ connection: link, replicas: 3 });
    await expect(opening).rejects.toThrow('The stream SORTIE has num_replicas = 1');
    await link.close();
  });

  it('a stream is refused that Sortie did not make', async () => {
    await askServer(server, 'STREAM.CREATE.SORTIE', { ...config, metadata: {} });
    expect(await refusal(server)).toContain('was not made by Sortie');
  });

  it.each([1, 2, 4])('a stream is refused in which commit %i is missing', async (sequence) => {
    await askServer(server, 'STREAM.CREATE.SORTIE', { ...config, deny_delete: false });
    const link = await linkTo(server);
    const nats = await link.connected(10_000);
    for (const n of upTo(4)) await nats.request(`sortie.event.a.b.${n}`, '[]', { timeout: 30_000 });
    await link.close();
    const erase = { seq: sequence, no_erase: false };
    expect(await askServer(server, 'STREAM.MSG.DELETE.SORTIE', erase)).toMatchObject({
      success: true,
    });
    const denying = await askServer(server, 'STREAM.UPDATE.SORTIE', config);
    expect(denying.error).toBeUndefined();
    expect(await refusal(server)).toBe(
      `The event log is damaged: commit ${sequence} is missing from the server's stream SORTIE: stop Sortie and restore the stream from a backup.`,
    );
  });

  it('a stream that has a limit of its own, or is compressed, is taken', async () => {
    const { close, log } = await openJetStreamLog(server, { maxBytes: 10_000_000 });
    await fill(log, 3);
    await close();
    const compressed = { ...config, max_bytes: 20_000_000, compression: 's2' };
    compressed.metadata = { sortie_log_id: log.id };
    expect((await askServer(server, 'STREAM.UPDATE.SORTIE', compressed)).error).toBeUndefined();
    const again = await openJetStreamLog(server);
    expect(await again.log.head()).toBe(3);
    await again.close();
  });

  it('processes that open at once have the same log', async () => {
    const opened = await Promise.all(upTo(20).map(() => openJetStreamLog(server)));
    expect(new Set(opened.map(({ log }) => log.id)).size).toBe(1);
    await Promise.all(opened.map(({ log }) => fill(log, 5)));
    expect(await opened[0]?.log.head()).toBe(100);
    await Promise.all(opened.map(({ close }) => close()));
  });

  it('a log that was started anew has another id, and an opened one its own', async () => {
    const { log, reopen, cleanup } = await openJetStreamLog(server);
    expect(log.id).toMatch(/^[0-9a-f-]{36}$/);
    expect((await reopen()).id).toBe(log.id);
    await cleanup();
    const another = await openJetStreamLog(server);
    expect(another.log.id).not.toBe(log.id);
    await another.close();
  });
});
