// Goal: what `sortie nats config` writes is all that a server and its processes need, and a second run keeps the keys.
// Method: the command writes into a folder, a real server starts from it, and processes connect with the keys there.
import 'reflect-metadata';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { AckPolicy, connect, nkeyAuthenticator } from 'nats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JetStreamEventLog } from '#shared/adapters/jetstream-event-log.js';
import { nkeyOf } from '#shared/adapters/nats-keys.js';
import { done } from '#shared/boot/reply.js';
import { FindApp, ListApps } from '#shared/contracts/catalog.js';
import { READER_API } from '#shared/contracts/readers.js';
import { FindSession } from '#shared/contracts/session.js';
import { addNatsCommand } from '#services/cli/nats-command.js';
import type { Written } from '#services/cli/nats-config.js';
import { asked } from '#test/support/catalog-host.js';
import { newCertificate } from '#test/support/certificate.js';
import { newCommit } from '#test/support/commits.js';
import { openNatsBus } from '#test/support/nats-bus-host.js';
import { NATS_VERSIONS, type NatsVersion, natsServerProgram } from '#test/support/nats-server.js';
import { until } from '#test/support/waits.js';

let folder: string;
let out: string;
const open: { close: () => Promise<void> }[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sortie-nats-config-'));
  out = join(folder, 'nats');
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
  await rm(folder, { recursive: true });
});

/** Runs the command as `main.ts` does; gives what it tells. */
async function sortie(...args: string[]): Promise<{ written: Written; text: string }> {
  const program = new Command('sortie').exitOverride().configureOutput({ writeErr: () => {} });
  const printed: [unknown, string][] = [];
  addNatsCommand(program, (data, text) => printed.push([data, text]));
  const whole = ['nats', 'config', '--out', out, ...args];
  await program.parseAsync(whole, { from: 'user' });
  const [[written, text] = []] = printed;
  return { written: written as Written, text: text ?? '' };
}

/** Starts a server from the configuration as it was written, on a free port. */
async function start(version: NatsVersion) {
  const file = join(out, 'nats-server.conf');
  const anyPort = async (): Promise<void> =>
    writeFile(file, (await readFile(file, 'utf8')).replace('127.0.0.1:4222', '127.0.0.1:-1'));
  await anyPort();
  const child: ChildProcess = spawn(natsServerProgram(version), ['-c', file]);
  open.push({
    close: async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  });
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await until('the server starts', () => {
    if (child.exitCode !== null) throw new Error(output);
    return output.includes('Server is ready');
  });
  const url = `nats://${/client connections on (\S+)/.exec(output)?.[1]}`;
  const reload = async (): Promise<void> => {
    // The port it has is kept by the one that it reads.
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace('127.0.0.1:4222', new URL(url).host),
    );
    const from = output.length;
    child.kill('SIGHUP');
    await until('it reloads', () => output.includes('Reloaded server configuration', from));
  };
  return { url, reload };
}

async function connectAs(name: string, url: string) {
  const seed = (await readFile(join(out, `${name}.nkey`), 'utf8')).trim();
  const bus = await openNatsBus({ url, seed, user: nkeyOf(seed) ?? '', name, deadlineMs: 30_000 });
  open.push(bus);
  return bus;
}

describe.each(NATS_VERSIONS)('what is written for the %s server', (version) => {
  it('lets each process do what its services are declared to', async () => {
    await sortie('--process', 'web=gateway,session', '--process', 'apps=catalog');
    const { url } = await start(version);
    const [web, apps] = [await connectAs('web', url), await connectAs('apps', url)];
    await apps.answer([FindApp, async () => done('found')]);
    expect(await web.bus.request(FindApp, { app_id: 'a' }, asked('user'))).toEqual(done('found'));
    const log = await JetStreamEventLog.open({ connection: apps.link });
    open.push(log);
    expect((await log.append(newCommit())).kind).toBe('appended');
    const foreign = newCommit({ stream: 'sortie.event.session.session.x' });
    const told = apps.link.current?.status()[Symbol.asyncIterator]().next();
    apps.link.current?.publish(foreign.stream, '[]');
    expect(await told).toMatchObject({ value: { data: 'PERMISSIONS_VIOLATION' } });
  });

  it('gives a process more rights with the next run, and the same key', async () => {
    const first = await sortie('--process', 'apps=catalog', '--process', 'web=gateway');
    const { url, reload } = await start(version);
    const before = await connectAs('apps', url);
    const keys = await Promise.all(
      ['apps', 'web'].map((name) => readFile(join(out, `${name}.nkey`))),
    );
    await expect(before.answer([FindSession, async () => done('mine')])).rejects.toThrow(
      'write its configuration again',
    );
    const second = await sortie(
      ...['--process', 'apps=catalog,session', '--process', 'web=gateway', '--process', 'x=audit'],
    );
    expect(first.written.processes.map(({ isNew }) => isNew)).toEqual([true, true]);
    expect(second.written.processes.map(({ isNew }) => isNew)).toEqual([false, false, true]);
    expect(
      await Promise.all(['apps', 'web'].map((name) => readFile(join(out, `${name}.nkey`)))),
    ).toEqual(keys);
    await reload();
    const [apps, web] = [await connectAs('apps', url), await connectAs('web', url)];
    await apps.answer([FindSession, async () => done('mine')], [ListApps, async () => done('all')]);
    const found = await web.bus.request(FindSession, { session_id: 's' }, asked('user'));
    expect(found).toEqual(done('mine'));
  });
});

describe.each(NATS_VERSIONS)('a reader of the %s server', (version) => {
  /** What a stranger's program gets with the key, or why it gets nothing. */
  const read = async (url: string, name: string, consumer: string): Promise<string[]> => {
    const seed = (await readFile(join(out, `${name}.nkey`), 'utf8')).trim();
    const authenticator = nkeyAuthenticator(new TextEncoder().encode(seed));
    const nats = await connect({ servers: url, authenticator, reconnect: false });
    open.push(nats);
    const options = { apiPrefix: READER_API, checkAPI: false };
    const { consumers } = await nats.jetstreamManager(options);
    await consumers.add('SORTIE', {
      ...{ durable_name: consumer, ack_policy: AckPolicy.Explicit },
      filter_subject: 'sortie.event.catalog.>',
    });
    const found = await nats.jetstream(options).consumers.get('SORTIE', consumer);
    const messages = await found.fetch({ max_messages: 1, expires: 20_000 });
    const subjects: string[] = [];
    for await (const { subject } of messages) subjects.push(subject);
    return subjects;
  };

  it('comes and goes while the server and the processes run', async () => {
    await sortie('--process', 'apps=catalog');
    const { url, reload } = await start(version);
    const { link } = await connectAs('apps', url);
    const log = await JetStreamEventLog.open({ connection: link });
    open.push(log);
    const commit = newCommit({ stream: 'sortie.event.catalog.app.a' });
    await log.append(commit);
    const { written } = await sortie('--process', 'apps=catalog', '--reader', 'billing=catalog');
    // An account that is new to the server has its imports with the second time.
    await reload();
    await reload();
    const [consumer = ''] = written.readers[0]?.consumers ?? [];
    expect(await read(url, 'billing', consumer)).toEqual([commit.stream]);
    expect((await log.append(newCommit())).kind).toBe('appended');
    await sortie('--process', 'apps=catalog');
    await reload();
    await expect(read(url, 'billing', consumer)).rejects.toThrow('Authorization Violation');
    expect((await log.append(newCommit())).kind).toBe('appended');
  });
});

describe('sortie nats config', () => {
  it('tells what a reader needs, and keeps its key', async () => {
    const args = ['--process', 'web=gateway', '--reader', 'billing=session,catalog'];
    const first = await sortie(...args);
    const second = await sortie(...args);
    const nkey = nkeyOf((await readFile(join(out, 'billing.nkey'), 'utf8')).trim());
    expect(first.written.readers).toEqual([
      {
        ...{ name: 'billing', services: ['session', 'catalog'], isNew: true },
        nkeyPath: join(out, 'billing.nkey'),
        consumers: [`session-${nkey}`, `catalog-${nkey}`],
      },
    ]);
    expect(second.written.readers[0]?.isNew).toBe(false);
    expect((await stat(join(out, 'billing.nkey'))).mode & 0o777).toBe(0o600);
    const twice = 'A server that runs knows a new reader after reloading twice.';
    expect(first.text).toContain(twice);
    expect(second.text).not.toContain(twice);
    expect(second.text).toContain(
      [
        'Give each reader its key, and see shared/docs/events.md for what to do with it:',
        `READER   KEY${' '.repeat(`${out}/billing.nkey`.length - 1)}CONSUMER`,
        `billing  ${out}/billing.nkey  session-${nkey}`,
        `billing  ${out}/billing.nkey  catalog-${nkey}`,
      ].join('\n'),
    );
  });

  it('keeps the keys to their owner, and tells what to set', async () => {
    const { text, written } = await sortie(
      ...['--process', 'web=gateway', '--process', 'work=identity,catalog,session'],
    );
    expect(await readdir(out)).toEqual(['nats-server.conf', 'web.nkey', 'work.nkey']);
    expect((await stat(join(out, 'web.nkey'))).mode & 0o777).toBe(0o600);
    expect(written.missing).toEqual(['audit']);
    expect(text).toBe(
      [
        `Start the server with: nats-server -c ${out}/nats-server.conf`,
        'A server that runs takes a change with: nats-server --signal reload',
        '',
        'Set SORTIE_NATS_URL=nats://127.0.0.1:4222 for every process, and for each its own:',
        'PROCESS  SORTIE_SERVICES           SORTIE_NATS_NKEY_FILE',
        `web      gateway                   ${out}/web.nkey (new)`,
        `work     identity,catalog,session  ${out}/work.nkey (new)`,
        '',
        'No process hosts audit: whoever needs it is told to try later.',
      ].join('\n'),
    );
    const seed = await readFile(join(out, 'web.nkey'), 'utf8');
    expect(text + (await readFile(join(out, 'nats-server.conf'), 'utf8'))).not.toContain(
      seed.slice(2, 20),
    );
  });

  it('writes for one process that hosts everything when none is named', async () => {
    const { written } = await sortie();
    expect(written.processes.map(({ name }) => name)).toEqual(['sortie']);
    expect(written.missing).toEqual([]);
  });

  it('writes where the server listens and keeps the log, and its TLS', async () => {
    const { files } = newCertificate(folder);
    const { text } = await sortie(
      ...['--listen', '0.0.0.0:4333', '--store-dir', join(folder, 'log'), '--store-gib', '7'],
      ...['--tls-cert', files.certificateFile, '--tls-key', files.keyFile],
      ...['--tls-ca', files.authorityFile],
    );
    const config = await readFile(join(out, 'nats-server.conf'), 'utf8');
    expect(config).toContain('listen: "0.0.0.0:4333"');
    expect(config).toContain(`store_dir: "${join(folder, 'log')}"`);
    expect(config).toContain(`max_file_store: ${7 * 1_024 ** 3}`);
    expect(config).toContain(`cert_file: "${files.certificateFile}"`);
    expect(text).toContain('SORTIE_NATS_URL=tls://<its host>:4333 and SORTIE_NATS_CA_FILE=');
  });

  it.each<[string, string[]]>([
    ['Process web can\'t host "gatway"', ['--process', 'web=gatway']],
    ['"web" names no process', ['--process', 'web']],
    ['"=gateway" names no process', ['--process', '=gateway']],
    ['"a=audit=b" names no process', ['--process', 'a=audit=b']],
    ['"../x=gateway" names no process', ['--process', '../x=gateway']],
    ['Process a is named twice', ['--process', 'a=audit', '--process', 'a=catalog']],
    ['"billing" names no reader', ['--reader', 'billing']],
    ['can\'t read events of "gateway"', ['--reader', 'billing=gateway']],
    ['Reader a has the name', ['--process', 'a=audit', '--reader', 'a=audit']],
    ['Reader a has the name', ['--reader', 'a=audit', '--reader', 'a=session']],
    ['"4222" is no address', ['--listen', '4222']],
    ['"a:70000" is no address', ['--listen', 'a:70000']],
    ['"::1:4222" is no address', ['--listen', '::1:4222']],
    ['whole number of GiB', ['--store-gib', '0']],
    ['TLS takes all three', ['--tls-cert', 'x']],
  ])('refuses, and writes nothing: %s', async (why, args) => {
    await expect(sortie(...args)).rejects.toThrow(why);
    await expect(readdir(out)).rejects.toThrow('ENOENT');
  });

  it('takes no key that it did not make for one', async () => {
    await sortie();
    const path = join(out, 'sortie.nkey');
    await writeFile(path, 'a password\n');
    await expect(sortie()).rejects.toThrow(`${path} holds no seed of a NATS user`);
    expect(await readFile(path, 'utf8')).toBe('a password\n');
  });
});
