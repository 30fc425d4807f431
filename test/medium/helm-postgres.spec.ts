// Goal: the PostgreSQL that the chart starts comes up from nothing, takes new passwords, and has standbys that follow.
// Method: the pods' own commands, variables, scripts and probes as Helm renders them, on real PostgreSQL of this machine.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { placePostgresPod, type PostgresPod } from '#test/support/helm-postgres.js';
import { until } from '#test/support/waits.js';
import { freePort } from '#test/support/free-port.js';

/** Everything that a shell, SQL, or a password file could take for something else. */
const PASSWORD = `it's "$HOME" \`id\` a:b \\ %s`;
const pods: PostgresPod[] = [];
afterEach(async () => {
  for (const pod of pods.splice(0).toReversed()) await pod.remove();
});

async function primaryWith(password = PASSWORD): Promise<PostgresPod> {
  const pod = placePostgresPod('postgres', { port: await freePort(), hostname: 'primary-0' });
  pods.push(pod);
  pod.setPassword(password);
  return pod;
}

async function standbyOf({ port: primaryPort }: PostgresPod): Promise<PostgresPod> {
  const hostname = 'shop-sortie-postgres-read-0';
  const pod = placePostgresPod('postgres-read', { port: await freePort(), primaryPort, hostname });
  pods.push(pod);
  pod.setPassword(PASSWORD);
  return pod;
}

describe('the primary', () => {
  it('makes the role and its database, which need nothing more than a password from a file', async () => {
    const primary = await primaryWith(`${PASSWORD}\n`);
    await primary.start();
    expect(primary.probe('readinessProbe').ok).toBe(true);
    const [who] = await primary.query(
      `SELECT rolsuper, rolreplication, rolcreaterole FROM pg_roles WHERE rolname = current_user`,
    );
    expect(who).toEqual({ rolsuper: false, rolreplication: false, rolcreaterole: false });
    await primary.query('CREATE SCHEMA sortie_catalog');
    expect(primary.output()).not.toContain(PASSWORD);
  });

  it('lets in nobody else, and nobody with another password', async () => {
    const primary = await primaryWith();
    await primary.start();
    const refusal = (as: object) => primary.query('SELECT 1', as).catch(String);
    expect(await refusal({ password: 'guess' })).toMatch(/password authentication failed/);
    expect(await refusal({ user: 'postgres', database: 'postgres' })).toMatch(
      /no pg_hba.conf entry/,
    );
    expect(await refusal({ user: 'replicator' })).toMatch(/no pg_hba.conf entry/);
    expect(await refusal({ database: 'postgres' })).toMatch(/no pg_hba.conf entry/);
  });

  it('has the password of today after a restart, and what it held', async () => {
    const primary = await primaryWith();
    await primary.start();
    await primary.query('CREATE TABLE kept AS SELECT 7 AS number');
    await primary.stop();
    expect(primary.probe('readinessProbe').ok).toBe(false);
    primary.setPassword('another');
    await primary.start();
    expect(await primary.query('SELECT number FROM kept')).toEqual([{ number: 7 }]);
    const old = primary.query('SELECT 1', { password: PASSWORD }).catch(String);
    expect(await old).toMatch(/password authentication failed/);
  });

  it('starts over where a start was cut short', async () => {
    const primary = await primaryWith();
    const draft = join(primary.folder, '_var_lib_sortie-postgres', 'pgdata.draft');
    mkdirSync(draft);
    writeFileSync(join(draft, 'PG_VERSION'), '15\n');
    chmodSync(draft, 0o777);
    await primary.start();
    expect(await primary.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it.each([
    ['is empty', '\n', /is empty: put the password into the Secret/],
    ['has two lines', 'a\nb\n', /has more than one line/],
  ])('says so when the password’s file %s', async (_name, text, sentence) => {
    const primary = await primaryWith(text);
    await expect(primary.start()).rejects.toThrow(sentence);
  });

  it('sets the limits that the chart counts on', async () => {
    const primary = await primaryWith();
    await primary.start();
    const [{ limit } = {}] = await primary.query(
      `SELECT current_setting('max_connections')::int AS limit`,
    );
    expect(limit).toBeGreaterThanOrEqual(4 * 3 * 9);
    const [{ kept } = {}] = await primary.query(
      `SELECT current_setting('max_slot_wal_keep_size') AS kept`,
    );
    expect(kept).toBe('4GB');
  });
});

describe('a standby', () => {
  const seen = (standby: PostgresPod, number: number) =>
    until('the standby shows it', async () => {
      const rows = await standby.query('SELECT max(number) AS number FROM changes').catch(() => []);
      return rows[0]?.['number'] === number;
    });

  async function pair(): Promise<[PostgresPod, PostgresPod]> {
    const primary = await primaryWith();
    await primary.start();
    await primary.query('CREATE TABLE changes AS SELECT 1 AS number');
    const standby = await standbyOf(primary);
    await standby.start();
    return [primary, standby];
  }

  it('copies its primary, follows it, and writes nothing', async () => {
    const [primary, standby] = await pair();
    await primary.query('INSERT INTO changes VALUES (2)');
    await seen(standby, 2);
    await until('it is ready', () => standby.probe('readinessProbe').ok);
    expect(await standby.query('INSERT INTO changes VALUES (3)').catch(String)).toMatch(
      /read-only/,
    );
    expect(standby.output()).not.toContain(PASSWORD);
  });

  it('gets no queries while its primary is away, but lives on, and follows again afterwards', async () => {
    const [primary, standby] = await pair();
    await primary.stop();
    await until('it is not ready', () => !standby.probe('readinessProbe').ok);
    expect(standby.probe('readinessProbe').said).toContain('does not follow its primary');
    expect(standby.probe('livenessProbe')).toEqual({ ok: true, said: '' });
    await primary.start();
    await primary.query('INSERT INTO changes VALUES (2)');
    await until('it is ready', () => standby.probe('readinessProbe').ok);
    await seen(standby, 2);
  });

  it('copies anew with each start, whatever it held and whichever way its primary went', async () => {
    const [primary, standby] = await pair();
    await standby.stop();
    await primary.query('INSERT INTO changes VALUES (2)');
    await primary.query('CHECKPOINT').catch(() => undefined);
    await standby.start();
    await seen(standby, 2);
    // What it shows may be of the copy alone: it begins to follow a moment later.
    await until('it follows', () => standby.probe('livenessProbe').ok);
    const slots = await until('its slot is in use', async () => {
      const found = await primary.query(
        'SELECT slot_name, active FROM pg_replication_slots WHERE slot_type = $$physical$$',
      );
      return found.some(({ active }) => active) && found;
    });
    expect(slots).toEqual([{ slot_name: 'shop_sortie_postgres_read_0', active: true }]);
  });

  it('that has lost its primary while that is there is restarted', async () => {
    const [primary, standby] = await pair();
    await primary.stop();
    // Another database in its place: the copy can never follow that one.
    const other = placePostgresPod('postgres', { port: primary.port, hostname: 'primary-0' });
    pods.push(other);
    other.setPassword(PASSWORD);
    await other.start();
    await other.query('CREATE TABLE changes AS SELECT 9 AS number');
    expect(standby.probe('livenessProbe').ok).toBe(false);
    await standby.stop();
    await standby.start();
    await seen(standby, 9);
  });
});
