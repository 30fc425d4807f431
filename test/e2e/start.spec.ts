// Goal: a start that can't be says why in a sentence, with exit code 1 and nothing left; one that can leaves private
// files and changes nothing the second time.
// Method: the built server on folders of its own, with something wrong in each case; its output and exit code.
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '#test/support/client.js';
import { administrator } from '#test/support/people.js';
import { sortieFolders, spawnSortie, startSortie, type Sortie } from '#test/support/sortie.js';

type Start = Parameters<typeof spawnSortie>[0];
type Ended = Readonly<{ code: number | null; output: string }>;

/** Of a start that can't be; one that goes on is ended after it, and has no exit code. */
const END_MS_MAX = 60_000;

let folders: Awaited<ReturnType<typeof sortieFolders>>;
const running: Sortie[] = [];

beforeEach(async () => {
  folders = await sortieFolders();
  await mkdir(folders.dataPath, { recursive: true });
});
afterEach(async () => {
  for (const sortie of running.splice(0)) await sortie.end();
  await folders.remove();
});

async function start(more: Partial<Start> = {}): Promise<Sortie> {
  const sortie = await startSortie({ ...folders, ...more });
  running.push(sortie);
  return sortie;
}

/** Starts a server that is to end by itself. */
async function fail(more: Partial<Start> = {}): Promise<Ended> {
  const child = spawnSortie({ ...folders, ...more });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS_MAX);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  expect(output).not.toContain('Sortie is ready');
  expect(output, 'a stack trace is no sentence').not.toMatch(/^ {4}at /m);
  return { code, output };
}

const inData = (name: string) => join(folders.dataPath, name);
const idsOf = async (sortie: Sortie) =>
  (await (await administrator(sortie)).get('/api/apps')).body.apps.map(
    (app: { id: string }) => app.id,
  );

describe('a seed file with a mistake in line 30', () => {
  it('is told with file, line, field and remedy; mended, it is loaded whole', async () => {
    const seed = join(folders.dataPath, '..', 'apps.json');
    const apps = Array.from({ length: 8 }, (_, n) => ({
      ...{ id: `seed-${n}`, name: `Seed ${n}`, url: 'https://a.example' },
      visibility: 'public',
    }));
    const good = JSON.stringify({ applications: apps }, null, 2);
    const lines = good.split('\n');
    expect(lines[29]).toContain('"url"');
    lines[29] = '      "url": 17,';
    await writeFile(seed, lines.join('\n'));
    const env = { SORTIE_SEED: seed };
    const { code, output } = await fail({ env });
    expect(code).toBe(1);
    expect(output).toContain(`${seed}, line 30: applications.4.url: `);
    expect(output).toMatch(/expected string/);
    await writeFile(seed, good);
    const sortie = await start({ env });
    expect(await idsOf(sortie)).toEqual(apps.map(({ id }) => id));
  });
});

describe('a port that is taken', () => {
  it('is told, and the first password is shown by the start that works', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const { code, output } = await fail({ port });
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`^Port ${port} of 127.0.0.1 can't be used: .*--port`, 'm'));
    taken.close();
    const sortie = await start();
    expect(sortie.password).not.toBe('');
    await administrator(sortie);
  });
});

describe('a data folder', () => {
  it('that another server runs on is left to it, with its pid and address', async () => {
    const first = await start();
    const { code, output } = await fail();
    expect(code).toBe(1);
    expect(output).toContain(`process ${first.pid},`);
    expect(output).toContain(first.url);
    expect(output).toContain('SORTIE_DATA');
    expect((await new Client(first.url).get('/readyz')).status).toBe(200);
  });

  it.runIf(process.getuid?.() === 0)('that is read-only is told', async () => {
    const nobody = 65_534;
    await chown(join(folders.dataPath, '..'), nobody, nobody);
    await chmod(folders.dataPath, 0o555);
    const { code, output } = await fail({
      through: ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'],
    });
    expect(code).toBe(1);
    expect(output).toContain(folders.dataPath);
    expect(output).toMatch(/permission|owner/);
  });

  it('that is a file is told', async () => {
    await writeFile(inData('file'), '');
    const { code, output } = await fail({ dataPath: inData('file') });
    expect([code, output]).toEqual([1, expect.stringContaining('SORTIE_DATA')]);
  });

  it('and everything in it is its owner’s alone, also after use', async () => {
    await chmod(folders.dataPath, 0o755);
    const sortie = await start();
    const admin = await administrator(sortie);
    await admin.post('/api/apps', { name: 'A', url: 'https://a.example' });
    await admin.post('/api/projections/catalog.applications/rebuild');
    // What is gone again by now was open to nobody for long.
    const modeOf = (path: string) =>
      (statSync(path, { throwIfNoEntry: false })?.mode ?? 0o600) & 0o777;
    expect(modeOf(folders.dataPath)).toBe(0o700);
    const names = readdirSync(folders.dataPath);
    expect(names).toEqual(expect.arrayContaining(['sortie.db', 'sealing.key', 'control.sock']));
    const open = names.filter((name) => modeOf(inData(name)) !== 0o600);
    expect(open).toEqual([]);
  });
});

describe('a setting that is wrong', () => {
  it('is told with all the others, by name and with what to write instead', async () => {
    const { code, output } = await fail({
      env: {
        SORTIE_PORT: 'http',
        SORTIE_PUBLIC_URL: 'example.com',
        SORTIE_DB_TYPE: 'oracle',
        SORTIE_SESSION_TIMEOUT: '0',
        SORTIE_LOG_LEVEL: 'loud',
        SORTIE_TRUSTED_PROXIES: '10.0.0.1, proxy',
        SORTIE_SEALING_KEY_FILE: '/nowhere/key',
      },
      args: ['--wrong'],
    });
    expect(code).toBe(1);
    const names = output.trim().split('\n');
    expect(names).toHaveLength(8);
    expect(output).toMatch(/SORTIE_PORT must be a number from 0 to 65535/);
    expect(output).toMatch(/SORTIE_PUBLIC_URL must be an address like https/);
    expect(output).toMatch(/SORTIE_DB_TYPE must be one of sqlite, postgres/);
    expect(output).toMatch(/SORTIE_SESSION_TIMEOUT must be at least 1/);
    expect(output).toMatch(/SORTIE_LOG_LEVEL must be one of trace/);
    expect(output).toMatch(/SORTIE_TRUSTED_PROXIES has a mistake: "proxy"/);
    expect(output).toMatch(/SORTIE_SEALING_KEY_FILE names a file that can't be read/);
    expect(output).toMatch(/--wrong.* Flags are --port/);
    expect(readdirSync(folders.dataPath)).toEqual([]);
  });

  it('that no one knows is noted', async () => {
    const sortie = await start({ env: { SORTIE_PROT: '80', SORTIE_PROVISION: 'off' } });
    expect(sortie.output()).toContain('Note: SORTIE_PROT is no setting');
    expect(sortie.output()).not.toContain('SORTIE_PROVISION');
  });
});

describe('a branding file', () => {
  it('that is absent means the defaults; a broken one is told', async () => {
    const config = join(folders.dataPath, '..', 'branding.json');
    const env = { SORTIE_CONFIG: config };
    const sortie = await start({ env });
    expect((await new Client(sortie.url).get('/api/branding')).body).toEqual({
      ...{ logo_url: '', tenant_name: 'Sortie' },
      ...{ primary_color: '#398D9B', secondary_color: '#4AB7C3' },
    });
    await sortie.end();
    await writeFile(config, '{"primary_color": "teal"}');
    const wrong = await fail({ env });
    expect(wrong.output).toMatch(/branding.json: primary_color: must be a colour like #398D9B/);
    await writeFile(config, '{');
    expect((await fail({ env })).output).toMatch(/branding.json is not JSON/);
    await writeFile(config, '{"tenant_name": "Acme"}');
    const named = await start({ env });
    expect((await new Client(named.url).get('/api/branding')).body.tenant_name).toBe('Acme');
  });
});

it('.env values may have spaces, quotes and # in them, and the environment wins', async () => {
  const dotenv = [
    `SORTIE_CONFIG="${folders.dataPath}/my brand #1.json" # looks`,
    `SORTIE_SEED='${folders.dataPath}/se"ed.json'`,
    'SORTIE_PORT=1',
  ].join('\n');
  const apps = [{ id: 'env', name: 'Env', url: 'https://a.example' }];
  await writeFile(inData('.env'), dotenv);
  await writeFile(inData('my brand #1.json'), '{"tenant_name": "A \\"quoted\\" #name"}');
  await writeFile(inData('se"ed.json'), JSON.stringify({ applications: apps }));
  const sortie = await start({ cwd: folders.dataPath });
  expect((await new Client(sortie.url).get('/api/branding')).body.tenant_name).toBe(
    'A "quoted" #name',
  );
  expect(await idsOf(sortie)).toEqual(['env']);
});

it('a second start changes nothing, shows no password and asks the seed file for nothing', async () => {
  const first = await start();
  const admin = await administrator(first);
  const { head } = (await admin.get('/api/projections')).body;
  expect(first.output()).toContain(`Password:  ${first.firstPassword}`);
  expect(await first.end()).toBe(0);
  const log = await readFile(inData('sortie.db'));
  const second = await start({ env: { SORTIE_SEED: '/nowhere/apps.json' } });
  expect(second.output()).not.toMatch(/Password|catalogue is loaded/);
  const again = await new Client(second.url).get('/api/projections', {
    headers: { cookie: admin.cookie },
  });
  expect(again.body.head).toBe(head);
  await second.end();
  expect((await readFile(inData('sortie.db'))).equals(log)).toBe(true);
});
