// Goal: a log in which names and addresses are in plain text goes on as it is, and nothing more gets into it in plain text.
// Method: the identity service on a log with commits as Sortie wrote them before there were keys.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { v7 as uuidV7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSealingKey } from '#shared/adapters/sealing-key.js';
import { ErasePerson, OpenPersonalTexts, ShowErasure } from '#shared/contracts/erasure.js';
import { Authenticate, DisableUser, FindUser } from '#shared/contracts/identity.js';
import { ListUsers, RegisterUser } from '#shared/contracts/identity.js';
import { streamOf } from '#shared/es/commit.js';
import { ERASED_NAME } from '#shared/es/personal.js';
import { Passwords } from '#services/identity/adapters/passwords.js';
import { asked } from '#test/support/catalog-host.js';
import {
  answerOf,
  type IdentityHost,
  openIdentityHost,
  PASSWORD,
  resultOf,
} from '#test/support/identity-host.js';

describe('a log from before there were keys', () => {
  let host: IdentityHost;
  beforeEach(async () => {
    host = await openIdentityHost();
    await host.register('root', 'admin');
  });
  afterEach(() => host.close());

  const userId = '0d9f9a52-52a9-4c5c-9d8e-1b6b6f1f0a01';
  /** What Sortie wrote when a user was registered and did something, before names and addresses were sealed. */
  const writeFormer = async () => {
    const nameHash = createHash('sha256').update('greta').digest('hex');
    const claimed = { name: 'Greta', userId, claimedAt: '2026-11-20T09:00:00.000Z' };
    await append('username', nameHash, 'UsernameClaimed', claimed);
    const sealingKey = openSealingKey({ path: join(host.folder, 'sealing.key') });
    const passwords = await Passwords.open(sealingKey);
    const password = await passwords.seal(userId, PASSWORD, false);
    await append('user', userId, 'UserRegistered', {
      userId,
      name: 'Greta',
      role: 'user',
      password,
    });
  };
  const append = async (aggregate: string, id: string, type: string, data: object) => {
    const commandId = uuidV7();
    await host.log.append({
      stream: streamOf('identity', aggregate, id),
      commandId,
      expectedVersion: 'any',
      events: [
        {
          ...{ specversion: '1.0', id: commandId, source: '/sortie/identity', subject: id },
          ...{ type: `sortie.identity.${type}.v1`, time: '2026-11-20T09:00:00.000Z' },
          ...{ datacontenttype: 'application/json', actor: userId, actorip: '198.51.100.9' },
          ...{ correlationid: commandId, commandid: commandId, data },
        },
      ],
    });
    await host.service.caughtUp();
  };
  const erase = (user_id: string) =>
    host.ask(ErasePerson, { user_id, name_confirmation: 'greta' }, asked('admin'));

  it('goes on: people sign in, are listed, keep their names, and get keys', async () => {
    await writeFormer();
    await host.restart();
    expect(answerOf(await host.signIn('GRETA', PASSWORD, { ip: '203.0.113.5' }))).toBe('done');
    const taken = { name: 'greta', role: 'user' } as const;
    expect(answerOf(await host.ask(RegisterUser, taken, asked('admin')))).toBe('UserNameTaken');
    const { users } = resultOf(await host.ask(ListUsers, { limit: 10 }, asked('admin')));
    expect(users.map(({ name }) => name)).toEqual(['Greta', 'root']);
    expect(JSON.stringify(await host.log.read({ after: 0 }))).not.toContain('203.0.113.5');
  });

  it('says what stays readable, and frees the name all the same', async () => {
    await writeFormer();
    await host.restart();
    resultOf(await host.ask(DisableUser, { user_id: userId }, asked('admin')));
    const shown = resultOf(await host.ask(ShowErasure, { user_id: userId }, asked('admin')));
    expect(shown).toMatchObject({ plain: { user_name: 2, ip: 2 }, sealed: {} });
    resultOf(await erase(userId));
    const user = resultOf(await host.ask(FindUser, { user_id: userId }, asked('admin')));
    expect(user).toMatchObject({ name: ERASED_NAME, status: 'erased' });
    expect(await host.register('greta')).not.toBe(userId);
    expect(answerOf(await host.signIn('greta', PASSWORD))).toBe('done');
  });

  it('answers who a request is from with the address sealed', async () => {
    const token = await host.tokenOf('root');
    const data = { token, ip: '203.0.113.5', user_agent: 'curl/8' };
    const { origin, user } = resultOf(await host.ask(Authenticate, data, asked('anonymous')));
    expect(origin.ip).toMatch(new RegExp(`^personal\\.${user.id}\\.ip\\.`));
    const texts = [origin.ip ?? '', origin.user_agent ?? ''];
    const opened = await host.ask(OpenPersonalTexts, { texts }, asked('system'));
    expect(resultOf(opened).texts).toEqual(['203.0.113.5', 'curl/8']);
    expect(answerOf(await host.ask(OpenPersonalTexts, { texts }, asked('admin')))).toBe(
      'Forbidden',
    );
  });
});
