// Goal: what is kept about a person can't be read by anybody once the person is erased, and everything else goes on.
// Method: the identity service on a real log and real databases, whose bytes are searched; restarts, lost keys, old logs.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ErasePerson,
  OpenPersonalTexts,
  SealOrigin,
  ShowErasure,
} from '#shared/contracts/erasure.js';
import { DisableUser, FindUser, ListUserNames, ListUsers } from '#shared/contracts/identity.js';
import { RegisterUser } from '#shared/contracts/identity.js';
import { ERASED_NAME, ERASED_TEXT, UNREADABLE_TEXT } from '#shared/es/personal.js';
import { asked } from '#test/support/catalog-host.js';
import { DATABASE_KINDS, useDatabases } from '#test/support/database-place.js';
import {
  answerOf,
  type IdentityHost,
  openIdentityHost,
  PASSWORD,
  resultOf,
} from '#test/support/identity-host.js';
import { tracesOf } from '#test/support/plain-traces.js';

const NAME = 'Wilhelmina.Quux';
const IP = '203.0.113.77';
const PROGRAM = 'Netscape Navigator 4.7 of Wilhelmina';

describe.each(DATABASE_KINDS)('a person with %s', (kind) => {
  let host: IdentityHost;
  beforeEach(async () => {
    useDatabases(kind);
    host = await openIdentityHost();
    await host.register('root', 'admin');
  });
  afterEach(async () => {
    await host.close();
    useDatabases('sqlite');
  });

  const isFile = kind === 'sqlite';
  const commits = async () => (await host.log.read({ after: 0 })).commits;
  const erase = (user_id: string, name_confirmation = NAME) =>
    host.ask(ErasePerson, { user_id, name_confirmation }, asked('admin'));
  const disable = (user_id: string) => host.ask(DisableUser, { user_id }, asked('admin'));
  const found = async (user_id: string) =>
    resultOf(await host.ask(FindUser, { user_id }, asked('admin')));
  const opened = async (texts: string[]) =>
    resultOf(await host.ask(OpenPersonalTexts, { texts }, asked('system'))).texts;
  const origin = async (user_id: string) => {
    const data = { user_id, ip: IP, user_agent: PROGRAM };
    return resultOf(await host.ask(SealOrigin, data, asked('system')));
  };
  /** Registers the person, who signs in rightly and wrongly, and is disabled. */
  const lived = async () => {
    const id = await host.register(NAME);
    const from = { ip: IP, userAgent: PROGRAM };
    await host.signIn(NAME, 'wrong one', from);
    resultOf(await host.signIn(NAME, PASSWORD, from));
    resultOf(await disable(id));
    return id;
  };

  it('is known by name, whatever the case, and nowhere is a name, an address or a program as it is', async () => {
    const id = await lived();
    expect(await found(id)).toMatchObject({ name: NAME, status: 'disabled' });
    const list = resultOf(await host.ask(ListUsers, { limit: 10, query: 'quux' }, asked('admin')));
    expect(list.users.map(({ name }) => name)).toEqual([NAME]);
    expect(
      answerOf(
        await host.ask(RegisterUser, { name: NAME.toUpperCase(), role: 'user' }, asked('admin')),
      ),
    ).toBe('UserNameTaken');
    for (const text of [NAME, NAME.toLowerCase(), IP, PROGRAM]) {
      expect(await tracesOf(host.folder, text)).toEqual([]);
    }
    const stored = JSON.stringify(await commits());
    expect(stored).toContain(`personal.${id}.ip.`);
    expect(stored).toContain(`personal.${id}.user_agent.`);
    for (const text of [NAME, NAME.toLowerCase()]) {
      expect(stored).not.toContain(createHash('sha256').update(text).digest('hex'));
    }
  });

  it('can be read until erased, and never again', async () => {
    const id = await lived();
    const { ip = '', user_agent: program = '' } = await origin(id);
    const [name = ''] =
      JSON.stringify(await commits()).match(/personal\.[\w-]+\.user_name\.[\w.-]+/g) ?? [];
    expect(await opened([ip, program, 'as it was'])).toEqual([IP, PROGRAM, 'as it was']);
    const before = await commits();
    expect(answerOf(await erase(id))).toBe('done');
    expect(await opened([ip, program])).toEqual([ERASED_TEXT, ERASED_TEXT]);
    expect(name).not.toBe('');
    expect(await found(id)).toMatchObject({ id, name: ERASED_NAME, status: 'erased' });
    const names = resultOf(await host.ask(ListUserNames, { ids: [id] }, asked('system')));
    expect(names.users).toEqual([{ id, name: ERASED_NAME }]);
    expect(await origin(id)).toEqual({});
    // Nothing in the log was touched; one event came.
    const after = await commits();
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.slice(before.length).flatMap(({ events }) => events.map((e) => e.data))).toEqual([
      { userId: id },
    ]);
  });

  it('is erased over a restart and a rebuild, with the same hashes', async () => {
    const id = await lived();
    resultOf(await erase(id));
    const names = (await host.service.projector.status()).map((model) => model.name);
    const hashes = async () =>
      Promise.all(names.map(async (n) => (await host.service.projector.stateHash(n))?.hash));
    const before = await hashes();
    for (const name of names) await host.service.projector.rebuild(name);
    expect(await hashes()).toEqual(before);
    await host.restart(() => host.place.forget('identity'));
    expect(await hashes()).toEqual(before);
    expect(await found(id)).toMatchObject({ name: ERASED_NAME, status: 'erased' });
  });

  it('leaves the name to whoever wants it next', async () => {
    const id = await lived();
    resultOf(await erase(id));
    const next = await host.register(NAME);
    expect(next).not.toBe(id);
    expect(answerOf(await host.signIn(NAME, PASSWORD))).toBe('done');
    expect(await found(id)).toMatchObject({ name: ERASED_NAME });
    await host.restart(() => host.place.forget('identity'));
    expect(answerOf(await host.signIn(NAME, PASSWORD))).toBe('done');
  });

  it('is not erased while active, by another name, or by who may not', async () => {
    const id = await host.register(NAME);
    expect(answerOf(await erase(id))).toBe('UserActive');
    resultOf(await disable(id));
    expect(answerOf(await erase(id, 'root'))).toBe('NameNotConfirmed');
    const data = { user_id: id, name_confirmation: NAME };
    for (const role of ['user', 'auditor', 'operator', 'anonymous'] as const) {
      expect(answerOf(await host.ask(ErasePerson, data, asked(role)))).toBe('Forbidden');
    }
    const token = asked('admin', { tokenId: 't1', scopes: ['users:write'] });
    expect(answerOf(await host.ask(ErasePerson, data, token))).toBe('PersonRequired');
    expect(answerOf(await erase('nobody'))).toBe('UserUnknown');
    expect(await found(id)).toMatchObject({ name: NAME });
    expect(JSON.stringify(await commits())).not.toContain(NAME);
    expect(answerOf(await erase(id, NAME.toLowerCase()))).toBe('done');
    expect(answerOf(await erase(id))).toBe('done');
  });

  it('is erased by the next start where a crash, or a backup of the keys, left the key', async () => {
    const id = await lived();
    const { ip = '' } = await origin(id);
    const keys = await host.place.sql('person', 'SELECT * FROM person_keys');
    const slots = await host.place.sql('person', 'SELECT * FROM slots');
    resultOf(await erase(id));
    const rows = (table: object[]) =>
      table
        .map(
          (row) =>
            `(${Object.values(row)
              .map((v) => `'${String(v)}'`)
              .join(', ')})`,
        )
        .join(', ');
    await host.restart(async () => {
      await host.place.sql(
        'person',
        `DELETE FROM person_keys; DELETE FROM slots;
        INSERT INTO person_keys VALUES ${rows(keys)}; INSERT INTO slots VALUES ${rows(slots)};`,
      );
    });
    expect(await opened([ip])).toEqual([ERASED_TEXT]);
    expect(
      await host.place.sql('person', `SELECT * FROM person_keys WHERE person = '${id}'`),
    ).toEqual([]);
    await host.register(NAME);
  });

  it('leaves no bytes of the key', async () => {
    const id = await lived();
    const [row] = await host.place.sql<{ sealed_key: string }>(
      'person',
      `SELECT sealed_key FROM person_keys WHERE person = '${id}'`,
    );
    const sealed = row?.sealed_key ?? '';
    // The search can find it, where the key is in a file of ours.
    expect((await tracesOf(host.folder, sealed)).length > 0).toBe(isFile);
    resultOf(await erase(id));
    expect(await tracesOf(host.folder, sealed)).toEqual([]);
    expect(
      JSON.stringify(await host.place.sql('person', 'SELECT * FROM person_keys')),
    ).not.toContain(sealed);
  });

  it('is told beforehand what erasing would do, and nothing is done', async () => {
    const id = await lived();
    const before = await host.log.head();
    const shown = resultOf(await host.ask(ShowErasure, { user_id: id }, asked('admin')));
    expect(shown).toEqual({
      user_id: id,
      status: 'disabled',
      // Registered and disabled; a wrong password, what a right one makes forgotten, a sign-in.
      sealed: { user_name: 2, ip: 3, user_agent: 3 },
      plain: {},
      commits: (await commits()).length,
    });
    expect(await host.log.head()).toBe(before);
    resultOf(await erase(id));
    const after = resultOf(await host.ask(ShowErasure, { user_id: id }, asked('admin')));
    expect(after).toMatchObject({ status: 'erased', sealed: shown.sealed });
  });

  it('that the keys were lost of is told apart from one who was erased', async () => {
    const id = await lived();
    const { ip = '' } = await origin(id);
    await host.restart(async () => {
      await host.place.sql('person', `DELETE FROM person_keys WHERE person = '${id}';`);
    });
    expect(await opened([ip])).toEqual([UNREADABLE_TEXT]);
    expect(await found(id)).toMatchObject({ name: UNREADABLE_TEXT, status: 'disabled' });
    expect(answerOf(await erase(id, UNREADABLE_TEXT))).toBe('done');
    expect(await opened([ip])).toEqual([ERASED_TEXT]);
  });

  it('keeps the start from going on without any keys', async () => {
    await lived();
    await expect(host.restart(() => host.place.forget('person'))).rejects.toThrow(
      /The keys of all 2 users are missing.*person\.keys/,
    );
  });
});
