// Goal: `sortie` looks after groups, who looks after categories, what an app was, and erasing people, as it does after the
// rest: by names that people know, nothing taken away by mistake, and erasing only on the server's own machine.
// Method: the built command and the built server, each in a process of its own; with a token over HTTP, or over the control socket.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '#test/support/client.js';
import type { Ran } from '#test/support/command-line.js';
import { type CommandStage, jsonOf, openCommandStage } from '#test/support/command-stage.js';
import { newPerson } from '#test/support/people.js';

let stage: CommandStage;
let admin: Client;
let token: readonly string[];

beforeAll(async () => {
  stage = await openCommandStage();
  admin = stage.admin;
  token = await stage.tokenFile('admin', admin);
});
afterAll(() => stage?.close());

/** Runs it on the server's own machine. */
const run = (...args: string[]): Promise<Ran> => stage.run(args);
/** Runs it elsewhere, with an administrator's token for everything. */
const remote = (...args: string[]): Promise<Ran> => stage.run([...token, ...args]);
const json = <T>(...args: string[]): Promise<T> => jsonOf<T>(remote(...args, '--json'));

const groupOf = async (name: string): Promise<string> =>
  (await admin.post('/api/groups', { name })).body.id;
const userOf = async (name: string): Promise<string> =>
  (await admin.post('/api/users', { name, role: 'user' })).body.user.id;
const disabled = async (name: string): Promise<string> => {
  const id = await userOf(name);
  expect((await admin.delete(`/api/users/${id}`)).status).toBe(204);
  return id;
};
const members = async (group: string): Promise<string[]> =>
  (await admin.get(`/api/groups/${group}`)).body.member_ids;

describe('groups', () => {
  it('are made, listed, renamed and removed', async () => {
    const { id } = await json<{ id: string }>('groups', 'create', 'Staff');
    const { stdout } = await remote('groups', 'list');
    expect(stdout).toMatch(/^ID +NAME +MEMBERS\n/);
    expect(stdout).toMatch(new RegExp(`^${id} +Staff +0$`, 'm'));
    const renamed = await remote('groups', 'rename', 'staff', 'Crew');
    expect([renamed.code, renamed.stdout]).toEqual([0, '"Staff" is "Crew" from now on.\n']);
    expect(await json('groups', 'rename', id, 'The crew')).toMatchObject({ id, name: 'The crew' });
    expect(await json('groups', 'remove', 'THE CREW', '--yes')).toEqual({ removed: id });
    expect((await admin.get(`/api/groups/${id}`)).status).toBe(404);
  });

  it('are not removed without a yes', async () => {
    const id = await groupOf('Stays');
    const dry = await remote('groups', 'remove', 'stays', '--dry-run');
    expect([dry.code, dry.stdout]).toEqual([
      0,
      `"Stays" (${id}) would go. Members who would lose what it lets them use: 0.\n`,
    ]);
    const unasked = await remote('groups', 'remove', 'stays');
    expect(unasked).toMatchObject({ code: 2, stdout: '' });
    expect(unasked.stderr).toMatch(/Say --yes/);
    expect((await admin.get(`/api/groups/${id}`)).status).toBe(200);
  });

  it('take people in, each named by name or id', async () => {
    const [group, una, ulf] = [await groupOf('Readers'), await userOf('Una'), await userOf('ulf')];
    const put = await remote('groups', 'members', 'add', 'readers', 'una');
    expect([put.code, put.stdout]).toEqual([0, 'Una is in "Readers".\n']);
    expect((await remote('groups', 'members', 'add', group, ulf)).code).toBe(0);
    const { stdout } = await remote('groups', 'members', 'list', 'Readers');
    expect(stdout).toMatch(new RegExp(`^${una} +Una +user +active$`, 'm'));
    expect(stdout.trim().split('\n')).toHaveLength(3);
  });

  it('let people out after a yes', async () => {
    const [group, wim] = [await groupOf('Writers'), await userOf('Wim')];
    await admin.put(`/api/groups/${group}/members/${wim}`, {});
    const out = ['groups', 'members', 'remove', 'Writers', wim] as const;
    expect((await remote(...out, '-n')).stdout).toMatch(/would be out of "Writers"/);
    expect((await remote(...out)).code).toBe(2);
    expect(await members(group)).toEqual([wim]);
    expect((await remote(...out, '-y')).code).toBe(0);
    expect(await members(group)).toEqual([]);
    const again = await remote(...out, '-y');
    expect([again.code, again.stderr]).toEqual([1, `Wim (${wim}) is not in "Writers".\n`]);
  });

  it('take nobody for another because of a name that is the other’s id', async () => {
    const [group, meant] = [await groupOf('Exact'), await userOf('meant')];
    await userOf(meant);
    expect((await remote('groups', 'members', 'add', 'Exact', meant)).code).toBe(0);
    expect(await members(group)).toEqual([meant]);
  });

  it('that are wrong or not there are told of in a sentence', async () => {
    await groupOf('Taken');
    for (const [args, said] of [
      [['create', 'taken'], /already/],
      [['create', 'two\nlines'], /^name: must be one line/],
      [['rename', 'nobody', 'x'], /There is no group "nobody"/],
      [['members', 'list', 'nobody'], /There is no group "nobody"/],
      [['members', 'add', 'Taken', 'no-such-user'], /There is no user "no-such-user"/],
    ] as const) {
      const { code, stdout, stderr } = await remote('groups', ...args);
      expect([code, stdout, stderr.trim().split('\n').length]).toEqual([1, '', 1]);
      expect(stderr).toMatch(said);
    }
  });

  it('are closed to a token that was not given them, and to who may not', async () => {
    const reader = await stage.tokenFile('reader', admin, ['users:read']);
    expect((await run(...reader, 'groups', 'list')).code).toBe(0);
    const { code, stderr } = await run(...reader, 'groups', 'create', 'Mine');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/users:write/)]);
    const { client } = await newPerson(stage.sortie.url, admin, { name: 'only-a-user' });
    const user = await stage.tokenFile('user', client);
    expect((await run(...user, 'groups', 'list')).code).toBe(1);
  });
});

describe('categories', () => {
  it('are looked after by whoever is appointed, until they are dismissed', async () => {
    const { client, id } = await newPerson(stage.sortie.url, admin, { name: 'librarian' });
    const librarian = await stage.tokenFile('librarian', client);
    const mine = async () => (await client.get('/api/categories')).body.categories;
    const appointed = await remote('categories', 'appoint', 'Books & more', 'Librarian');
    expect([appointed.code, appointed.stdout]).toEqual([
      0,
      'librarian looks after the apps of "Books & more".\n',
    ]);
    const all = await remote('categories', 'list');
    expect(all.stdout).toMatch(new RegExp(`^Books & more +${id}$`, 'm'));
    const own = await run(...librarian, 'categories', 'list', '--json');
    expect(JSON.parse(own.stdout)).toEqual([{ category: 'Books & more', administrator_ids: [id] }]);

    const dismiss = ['categories', 'dismiss', 'Books & more', id] as const;
    expect((await remote(...dismiss, '--dry-run')).code).toBe(0);
    expect((await remote(...dismiss)).code).toBe(2);
    expect(await mine()).toHaveLength(1);
    expect((await remote(...dismiss, '--yes')).code).toBe(0);
    expect(await mine()).toEqual([]);
  });
});

describe('the history of an app', () => {
  it('is listed, and the app goes back to a version of it', async () => {
    const app = { id: 'wiki', name: 'Wiki', url: 'https://wiki.example' };
    expect((await admin.post('/api/apps', app)).status).toBe(201);
    const shown = await admin.get('/api/apps/wiki');
    const icon = `data:image/png;base64,${'A'.repeat(200)}`;
    const change = { ...app, name: 'The wiki', icon };
    const header = { 'if-match': shown.headers.get('etag') ?? '', 'idempotency-key': 'change-1' };
    expect((await admin.put('/api/apps/wiki', { ...change, id: undefined }, header)).status).toBe(
      200,
    );

    const { stdout } = await remote('apps', 'history', 'wiki');
    expect(stdout).toMatch(/^VERSION +TIME +ACTION +BY +CHANGES\n/);
    const [, newest = '', oldest = ''] = stdout.split('\n');
    expect(newest).toMatch(/ revised +admin +.*name: "Wiki" -> "The wiki"/);
    // A picture in letters is cut off for the table, and whole for programs.
    expect(newest.length).toBeLessThan(250);
    expect(oldest).toMatch(/ registered +admin$/);
    const [latest] = await json<{ app: { icon: string } }[]>(
      ...['apps', 'history', 'wiki', '--limit', '1'],
    );
    expect(latest?.app.icon).toBe(icon);

    const version = oldest.split(' ')[0] ?? '';
    const back = await remote('apps', 'revert', 'wiki', version);
    expect([back.code, back.stdout]).toEqual([
      0,
      `"Wiki" (wiki) is again what it was from version ${version} on.\n`,
    ]);
    expect((await admin.get('/api/apps/wiki')).body).toMatchObject({ name: 'Wiki', icon: '' });
    const after = (await remote('apps', 'history', 'wiki')).stdout;
    expect(after.split('\n')[1]).toMatch(new RegExp(` reverted to ${version} +admin `));
  });

  it.each([
    [['history', 'nothing'], 1, /There is no app "nothing"/],
    [['revert', 'nothing', '1'], 1, /There is no app "nothing"/],
    [['revert', 'terminal', '999999'], 1, /no definition of version 999999/],
    [['revert', 'terminal', 'first'], 2, /whole number from 1 on/],
    [['revert', 'terminal'], 2, /missing required argument 'version'/],
    [['history', 'terminal', '--limit', '0'], 2, /whole number from 1 on/],
  ] as const)('as %j ends with %i', async (args, code, said) => {
    const ran = await remote('apps', ...args);
    expect([ran.code, ran.stdout]).toEqual([code, '']);
    expect(ran.stderr).toMatch(said);
  });
});

describe('erasing a user', () => {
  it('is told of beforehand, and takes somebody who is disabled', async () => {
    const [group, id] = [await groupOf('Leavers'), await userOf('Una.Leaves')];
    // The name of a group is nobody's: none of it is hers to be erased, or hers that stays.
    expect((await admin.put(`/api/groups/${group}/members/${id}`, {})).status).toBe(204);
    const { stdout } = await run('users', 'erase', 'una.leaves', '--dry-run', '--json');
    expect(JSON.parse(stdout).would_erase).toMatchObject({
      ...{ id, status: 'active', plain: {}, sealed: { user_name: 1 } },
    });
    const active = await run('users', 'erase', 'una.leaves', '--yes');
    expect([active.code, active.stderr]).toEqual([
      1,
      `Una.Leaves (${id}, user) is active. First: sortie users disable ${id}\n`,
    ]);
  });

  it('takes a yes, makes the name nobody’s, and can be said again', async () => {
    const id = await disabled('Ulla');
    const asked = await run('users', 'erase', 'ulla');
    expect([asked.code, asked.stdout]).toEqual([2, '']);
    expect(asked.stderr).toMatch(
      /nobody could read 2 × user_name any more\. There is no way back\. Say --yes/,
    );
    const erased = await run('users', 'erase', 'ulla', '--yes', '--json');
    expect([erased.code, erased.stdout]).toEqual([0, `{"erased":"${id}"}\n`]);
    const { body } = await admin.get(`/api/users/${id}`);
    expect(body).toMatchObject({ name: 'erased person', status: 'erased' });
    expect((await run('users', 'erase', 'ulla', '--yes')).stderr).toMatch(/There is no user/);
    expect((await run('users', 'erase', id, '--yes')).code).toBe(0);
  });

  it('takes the name, not only an id: who is erased must be known', async () => {
    const id = await disabled('other');
    const { code, stderr } = await run('users', 'erase', id, '--yes');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/not the name of this user/)]);
    expect((await admin.get(`/api/users/${id}`)).body).toMatchObject({ status: 'disabled' });
  });

  it('is closed to a token, whatever it may', async () => {
    await disabled('stays');
    const { code, stderr } = await remote('users', 'erase', 'stays', '--yes');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/closed to API tokens/)]);
  });
});

it('completes the words of commands within commands', async () => {
  const { stdout } = await run('complete', '--', 'groups', 'members', '');
  expect(stdout).toMatch(/^add\t/m);
  expect((await run('complete', '--', 'users', '')).stdout).toMatch(/^erase\t/m);
});
