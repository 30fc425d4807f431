// Goal: PostgreSQL in its container keeps what was committed, lets in whom it must, and starts again from wherever it was killed.
// Method: the real image, hardened as docker-compose.yml has it, on real volumes; other containers knock from a network.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  buildImage,
  type Container,
  docker,
  EngineThings,
  newName,
  ranDocker,
} from '#test/support/compose-docker.js';
import { until } from '#test/support/waits.js';

const IMAGE = `${newName('postgres')}:test`;
const HARDENED = [
  // A test has no time to wait for the next look.
  ...['--health-interval', '500ms'],
  ...['--read-only', '--tmpfs', '/tmp:mode=1777', '--cap-drop', 'ALL'],
  ...['--security-opt', 'no-new-privileges:true'],
];
/** What the entrypoint has as root; the server has none of them. */
const CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'].flatMap((name) => [
  '--cap-add',
  name,
]);
const PASSWORD_FILE = 'SORTIE_DB_PASSWORD_FILE=/keys/db.password';
const INIT_KILLS = 6;

let things: EngineThings;
let data: string;
let keys: string;

beforeAll(async () => {
  await buildImage({ tag: IMAGE, context: 'deploy/images/postgres' });
});
afterAll(() => ranDocker(['rmi', '--force', IMAGE]));

async function open(): Promise<void> {
  things = new EngineThings();
  data = await things.volume();
  keys = await things.volume();
}
const newPassword = (): string => randomBytes(12).toString('hex');

/** Runs a script as root with the two volumes; for what a person or an accident does to them. */
const inVolumes = (script: string, input = '') =>
  ranDocker(
    [
      ...['run', '--rm', '--interactive', '--entrypoint', 'sh', '--network', 'none'],
      ...['--volume', `${data}:/data/pgdata`, '--volume', `${keys}:/keys`, IMAGE, '-c', script],
    ],
    { input },
  );

async function setPassword(password: string): Promise<void> {
  const script = 'cat > /keys/db.password && chown 70:70 /keys/db.password && chmod 0400 /keys/*';
  const { code, output } = await inVolumes(`rm -f /keys/*; ${script}`, password);
  expect(code, output).toBe(0);
}

const volumes = () => ['--volume', `${data}:/data/pgdata`, '--volume', `${keys}:/keys:ro`];
const server = (...options: string[]): Promise<Container> =>
  things.container(
    ...[...HARDENED, ...CAPABILITIES, ...volumes(), '--env', PASSWORD_FILE, ...options],
    IMAGE,
  );

const queryIn = (one: Container, sql: string, database = 'sortie'): Promise<string> =>
  one.exec('psql', '-h', '/tmp/pgsocket', '-U', 'postgres', '-d', database, '-Atc', sql);

describe('a server on a new volume', () => {
  const password = newPassword();
  let one: Container;
  let network: string;
  beforeAll(async () => {
    await open();
    await setPassword(password);
    network = await things.network('--internal');
    one = await (await server('--network', network, '--network-alias', 'pg')).healthy();
  });
  afterAll(() => things.remove());

  it('makes the folder, the role and its databases, and only then opens its port', async () => {
    const said = await one.logs();
    const steps = ['Success. You can now start', 'database system is shut down', 'listening on IP'];
    const places = steps.map((step) => said.indexOf(step));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places).not.toContain(-1);
    const owned = await queryIn(
      one,
      "SELECT datname || ' ' || pg_get_userbyid(datdba) FROM pg_database WHERE datname LIKE 'sortie%' ORDER BY 1",
    );
    expect(owned.split('\n')).toEqual(['sortie sortie', 'sortie_test sortie']);
    expect(await queryIn(one, 'SHOW server_version')).toMatch(/^17\./);
    expect(await queryIn(one, 'SHOW data_checksums')).toBe('on');
  });

  it('is user 70, the first process, and has no capability left', async () => {
    const status = await one.exec('cat', '/proc/1/status');
    expect(status).toMatch(/^Name:\s+postgres$/m);
    expect(status).toMatch(/^Uid:\s+70\s+70\s+70\s+70$/m);
    expect(status).toMatch(/^Gid:\s+70\s+70\s+70\s+70$/m);
    expect(status).toMatch(/^CapEff:\s+0+$/m);
    expect(status).toMatch(/^CapPrm:\s+0+$/m);
    expect(await one.exec('stat', '-c', '%u %g %a', '/data/pgdata')).toBe('70 70 700');
  });

  it('has its socket in /tmp/pgsocket', async () => {
    expect(await queryIn(one, 'SHOW unix_socket_directories')).toBe('/tmp/pgsocket');
    expect(await one.exec('ls', '-A', '/tmp/pgsocket')).toContain('.s.PGSQL.5432');
  });

  it('trusts its own container', async () => {
    const who = await one.exec('psql', '-h', '127.0.0.1', '-U', 'postgres', '-Atc', 'SELECT user');
    expect(who).toBe('postgres');
    const trusted = "auth_method = 'trust' AND type = 'host' ORDER BY 1";
    const rules = await queryIn(one, `SELECT address FROM pg_hba_file_rules WHERE ${trusted}`);
    expect(rules.split('\n')).toEqual(['127.0.0.1', '::1']);
  });

  /** As another container on the network. */
  const knocks = (user: string, database: string, given: string) =>
    ranDocker([
      ...['run', '--rm', '--network', network, '--entrypoint', 'psql'],
      ...['--env', `PGPASSWORD=${given}`, '--env', 'PGSSLMODE=disable', IMAGE],
      ...['-h', 'pg', '-U', user, '-d', database, '-Atc', 'SELECT current_user'],
    ]);

  it.each(['sortie', 'sortie_test'])(
    'lets the role with its password into %s, from another container',
    async (database) => {
      expect(await knocks('sortie', database, password)).toMatchObject({ stdout: 'sortie\n' });
    },
  );

  it.each([
    ['the role with another password', ['sortie', 'sortie', 'wrong'], 'password authentication'],
    ['the role without one', ['sortie', 'sortie', ''], 'no password supplied'],
    ['the role in another database', ['sortie', 'postgres', password], 'rejects connection'],
    ['the superuser', ['postgres', 'sortie', password], 'rejects connection'],
  ] as const)('refuses %s', async (_, [user, database, given], sentence) => {
    const refused = { code: 2, output: expect.stringContaining(sentence) };
    expect(await knocks(user, database, given)).toMatchObject(refused);
  });

  it('keeps the password as SCRAM, and tells it nowhere', async () => {
    const kept = await queryIn(one, "SELECT rolpassword FROM pg_authid WHERE rolname = 'sortie'");
    expect(kept).toMatch(/^SCRAM-SHA-256\$/);
    const shown = (await one.logs()) + JSON.stringify(await one.inspect('.'));
    expect(shown).not.toContain(password);
  });
});

describe('a server that is started again', () => {
  afterEach(() => things.remove());

  it('has its rows, makes no folder, changes no owner and has stopped within seconds', async () => {
    await open();
    await setPassword(newPassword());
    const first = await (await server()).healthy();
    await queryIn(first, 'CREATE TABLE kept AS SELECT 42 AS answer');
    // Killed if it takes longer, which its exit code and its words would show.
    await docker('stop', '--time', '30', first.name);
    const { code, said } = await first.ended();
    expect(code).toBe(0);
    expect(said).toContain('database system is shut down');

    const second = await (await server()).healthy();
    expect(await queryIn(second, 'SELECT answer FROM kept')).toBe('42');
    expect(await second.logs()).not.toMatch(/Success|Giving|recovery/);
  });

  it('takes the password that the file has now', async () => {
    await open();
    const network = await things.network('--internal');
    await setPassword(newPassword());
    const first = await (await server()).healthy();
    await docker('rm', '--force', first.name);
    const now = newPassword();
    await setPassword(now);
    await (await server('--network', network, '--network-alias', 'pg')).healthy();
    const { stdout } = await ranDocker([
      ...[
        'run',
        '--rm',
        '--network',
        network,
        '--entrypoint',
        'psql',
        '--env',
        `PGPASSWORD=${now}`,
      ],
      ...[IMAGE, '-h', 'pg', '-U', 'sortie', '-d', 'sortie', '-Atc', 'SELECT 1'],
    ]);
    expect(stdout).toBe('1\n');
  });

  it('gives a folder of another owner to itself, once', async () => {
    await open();
    await setPassword(newPassword());
    await docker('rm', '--force', (await (await server()).healthy()).name);
    await inVolumes('chown -R 1000:1000 /data/pgdata && chmod 0755 /data/pgdata');
    const second = await (await server()).healthy();
    expect(await second.logs()).toContain('it belonged to user 1000');
    expect(await second.exec('stat', '-c', '%u %a', '/data/pgdata')).toBe('70 700');
    expect(await second.exec('stat', '-c', '%u', '/data/pgdata/PG_VERSION')).toBe('70');
    await docker('rm', '--force', second.name);
    const third = await (await server()).healthy();
    expect(await third.logs()).not.toContain('Giving');
  });

  it('needs no root and no capability where the folder is its own', async () => {
    await open();
    await setPassword(newPassword());
    const plain = ['--user', '70:70', '--env', PASSWORD_FILE];
    const one = await things.container(...HARDENED, ...volumes(), ...plain, IMAGE);
    expect(await queryIn(await one.healthy(), 'SELECT 1')).toBe('1');
  });

  it('starts whole after kills at every moment of its first start', async () => {
    await open();
    await setPassword(newPassword());
    for (let round = 0; round < INIT_KILLS; round++) {
      const victim = await server();
      await delay(150 + round * 350);
      await docker('rm', '--force', victim.name);
    }
    const one = await (await server()).healthy();
    expect(await queryIn(one, 'SELECT count(*) FROM pg_database', 'sortie_test')).toBe('5');
    expect(await one.exec('ls', '-A', '/data/pgdata')).not.toContain('.initdb');
  });

  it.each([
    ['half of initdb', 'mkdir /data/pgdata/.initdb && echo 17 > /data/pgdata/.initdb/PG_VERSION'],
    [
      'half of the move out of the draft',
      'mkdir -p /data/pgdata/.initdb/base /data/pgdata/global && echo 17 > /data/pgdata/.initdb/PG_VERSION',
    ],
    ['a disk that has only just been formatted', 'mkdir /data/pgdata/lost+found'],
  ])('starts on %s', async (_, accident) => {
    await open();
    await setPassword(newPassword());
    await inVolumes(`${accident} && chown -R 70:70 /data/pgdata && chmod 0700 /data/pgdata`);
    expect(await queryIn(await (await server()).healthy(), 'SELECT 1')).toBe('1');
  });

  it('comes back after kill -9, with everything that was committed', async () => {
    await open();
    await setPassword(newPassword());
    const one = await (await server()).healthy();
    await queryIn(one, 'CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n');
    await docker('kill', one.name);
    await docker('start', one.name);
    const count = () => queryIn(one, 'SELECT count(*) FROM kept').catch(() => undefined);
    expect(await until('it answers', count)).toBe('1000');
  });
});

describe('a server that can not do its work says so in a sentence', () => {
  afterEach(() => things.remove());

  it.each([
    ['a folder of PostgreSQL 16', 'echo 16 > /data/pgdata/PG_VERSION', 'is of PostgreSQL 16'],
    ['a folder of something else', 'touch /data/pgdata/holiday.jpg', 'holds files and no database'],
  ])('and changes nothing: %s', async (_, accident, sentence) => {
    await open();
    await setPassword(newPassword());
    await inVolumes(`${accident}; chown -R 70:70 /data/pgdata`);
    const list = 'find /data/pgdata -type f | sort';
    const before = await inVolumes(list);
    const { code, said } = await (await server()).ended();
    expect([code, said]).toEqual([1, expect.stringContaining(sentence)]);
    expect(await inVolumes(list)).toEqual(before);
  });

  it.each([
    ['no password file', 'rm /keys/db.password', "which can't be read"],
    ['an empty password file', ': > /keys/db.password', 'which is empty'],
  ])('%s', async (_, accident, sentence) => {
    await open();
    await setPassword(newPassword());
    await inVolumes(accident);
    const { code, said } = await (await server()).ended();
    expect([code, said]).toEqual([1, expect.stringContaining(sentence)]);
  });

  it('a folder of another owner, where it is not root', async () => {
    await open();
    await setPassword(newPassword());
    // An empty volume gets the owner that the folder has in the image.
    await inVolumes('mkdir /data/pgdata/lost+found && chown 1000:1000 /data/pgdata');
    const plain = ['--user', '70:70', '--env', PASSWORD_FILE];
    const one = await things.container(...HARDENED, ...volumes(), ...plain, IMAGE);
    const { code, said } = await one.ended();
    expect([code, said]).toEqual([1, expect.stringContaining('belongs to user 1000')]);
  });
});
