// Goal: an API token lets a program in for as long as it should, with no more rights than its user has, and nothing that
// could be used in its place is ever kept. Method: the real service on SQLite files and the SQLite log, asked over the
// in-process bus, at a time the test sets.
import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChangeRole, DisableUser } from '#shared/contracts/identity.js';
import {
  AuthenticateApiToken,
  CheckApiToken,
  IssueApiToken,
  ListApiTokens,
  ListUserApiTokens,
  NoteApiTokenUse,
  RevokeApiToken,
  RevokeUserApiToken,
} from '#shared/contracts/ways-in.js';
import type { RequestContext, Scope } from '#shared/es/operation.js';
import { asked } from '#test/support/catalog-host.js';
import {
  answerOf,
  type IdentityHost,
  openIdentityHost,
  resultOf,
} from '#test/support/identity-host.js';

let host: IdentityHost;
let ada: RequestContext;
let otto: RequestContext;
beforeEach(async () => {
  host = await openIdentityHost();
  for (const name of ['ada', 'otto']) await host.register(name);
  ada = await host.as(await host.tokenOf('ada'));
  otto = await host.as(await host.tokenOf('otto'));
});
afterEach(() => host.close());

const MINUTE = 60_000;
const DAY = 86_400_000;
const again = ({ actor, signInId }: RequestContext): RequestContext =>
  asked(actor.role, { actor, ...(signInId && { signInId }) });
const wish = (over: object = {}) => ({
  ...{ name: 'ci', scopes: ['apps:read'] as Scope[], expires_in_days: 1 },
  ...over,
});
const issue = async (context = again(ada), over: object = {}) => {
  const { token, api_token } = resultOf(await host.ask(IssueApiToken, wish(over), context));
  return { token: token ?? '', id: api_token.id };
};
const authenticate = (token: string) =>
  host.ask(AuthenticateApiToken, { token }, asked('anonymous'));
const check = (token_id: string) => host.ask(CheckApiToken, { token_id }, asked('system'));
const listed = async (context = again(ada)) =>
  resultOf(await host.ask(ListApiTokens, {}, context)).tokens;
const events = async () => (await host.log.read({ after: 0 })).commits.flatMap((c) => c.events);

describe('an API token', () => {
  it('tells who uses it and what it is for', async () => {
    const { token, id } = await issue();
    expect(token).toMatch(/^srt_[A-Za-z0-9_-]{43}$/);
    expect(resultOf(await authenticate(token))).toEqual({
      user: expect.objectContaining({ id: ada.actor.id, name: 'ada', role: 'user' }),
      ...{ token_id: id, scopes: ['apps:read'], note_use: true, origin: {} },
      expires_at: new Date(host.clock.ms + DAY).toISOString(),
    });
  });

  it('is shown once: a repeat of the request, and the list, have none', async () => {
    const context = again(ada);
    const first = resultOf(await host.ask(IssueApiToken, wish(), context));
    const repeated = resultOf(await host.ask(IssueApiToken, wish(), context));
    expect(repeated).toEqual({ ...first, token: null });
    expect(JSON.stringify(await listed())).not.toContain(first.token);
  });

  it('is nowhere in the files, nor is anything of it but a hash', async () => {
    const { token } = await issue();
    const bytes = await host.bytes();
    expect(bytes.includes(token)).toBe(false);
    expect(bytes.includes(token.slice(4))).toBe(false);
  });

  it('ends when its time is over', async () => {
    const { token, id } = await issue();
    host.clock.ms += DAY - 1;
    expect([answerOf(await authenticate(token)), answerOf(await check(id))]).toEqual([
      'done',
      'done',
    ]);
    host.clock.ms += 1;
    expect(answerOf(await authenticate(token))).toBe('SignInRequired');
    expect(answerOf(await check(id))).toBe('SignInRequired');
    expect(await listed()).toMatchObject([{ id, active: false }]);
  });

  it('ends when its owner revokes it, and only then', async () => {
    const { token, id } = await issue();
    const others = await host.ask(RevokeApiToken, { token_id: id }, again(otto));
    expect(answerOf(others)).toBe('ApiTokenUnknown');
    expect(answerOf(await authenticate(token))).toBe('done');
    expect(answerOf(await host.ask(RevokeApiToken, { token_id: id }, again(ada)))).toBe('done');
    expect(answerOf(await authenticate(token))).toBe('SignInRequired');
    expect(answerOf(await check(id))).toBe('SignInRequired');
    expect(await listed()).toEqual([]);
  });

  it('is listed and revoked by an administrator, of the user who has it', async () => {
    const { token, id } = await issue();
    const { id: user_id } = ada.actor;
    const list = await host.ask(ListUserApiTokens, { user_id }, asked('admin'));
    expect(resultOf(list).tokens).toMatchObject([{ id, name: 'ci' }]);
    const wrong = { user_id: otto.actor.id, token_id: id };
    expect(answerOf(await host.ask(RevokeUserApiToken, wrong, asked('admin')))).toBe(
      'ApiTokenUnknown',
    );
    const right = { user_id, token_id: id };
    expect(answerOf(await host.ask(RevokeUserApiToken, right, asked('user')))).toBe('Forbidden');
    expect(answerOf(await host.ask(RevokeUserApiToken, right, asked('admin')))).toBe('done');
    expect(answerOf(await authenticate(token))).toBe('SignInRequired');
  });

  it('ends with its user', async () => {
    const { token } = await issue();
    await host.ask(DisableUser, { user_id: ada.actor.id }, asked('console'));
    expect(answerOf(await authenticate(token))).toBe('SignInRequired');
  });

  it('ends with the role that its user had, and what the user gets instead is not the token’s', async () => {
    const { token, id } = await issue();
    const data = { user_id: ada.actor.id, role: 'admin' } as const;
    expect(answerOf(await host.ask(ChangeRole, data, asked('console')))).toBe('done');
    expect(answerOf(await authenticate(token))).toBe('SignInRequired');
    expect(answerOf(await check(id))).toBe('SignInRequired');
    const admin = { ...again(ada), actor: { id: ada.actor.id, role: 'admin' } } as const;
    expect(await listed(admin)).toMatchObject([{ id, active: false }]);
  });

  it('is no sign-in, and a sign-in’s token is no API token', async () => {
    const { token } = await issue();
    expect(answerOf(await host.authenticate(token))).toBe('SignInRequired');
    expect(answerOf(await authenticate(await host.tokenOf('ada')))).toBe('SignInRequired');
  });

  it('can not make, list or revoke another, whatever its scopes', async () => {
    const { id } = await issue();
    const program: RequestContext = {
      ...again(ada),
      tokenId: id,
      scopes: ['users:read', 'users:write'],
    };
    const replies = await Promise.all([
      host.ask(IssueApiToken, wish(), { ...program, commandId: 'a' }),
      host.ask(ListApiTokens, {}, { ...program, commandId: 'b' }),
      host.ask(RevokeApiToken, { token_id: id }, { ...program, commandId: 'c' }),
    ]);
    expect(replies.map(answerOf)).toEqual(['PersonRequired', 'PersonRequired', 'PersonRequired']);
  });

  it.each([
    ['more than a year', { expires_in_days: 366 }],
    ['no time', { expires_in_days: 0 }],
    ['no scope', { scopes: [] }],
    ['a scope that there is not', { scopes: ['me:read'] }],
    ['a scope twice', { scopes: ['apps:read', 'apps:read'] }],
    ['no name', { name: '' }],
    ['a blank name', { name: '  ' }],
    ['a name with a line break', { name: 'a\nb' }],
    ['a name that turns around what follows', { name: 'a\u202eb' }],
    ['more than there is', { role: 'admin' }],
  ])('with %s is refused', async (_, over) => {
    expect(answerOf(await host.ask(IssueApiToken, wish(over) as never, again(ada)))).toBe(
      'InvalidRequest',
    );
  });
});

describe('the use of an API token', () => {
  const note = (token_id: string) => host.ask(NoteApiTokenUse, { token_id }, asked('system'));
  const notes = async () =>
    (await events()).filter(({ type }) => type === 'sortie.identity.ApiTokenUsed.v1').length;

  it('is noted once a minute, however often it is used', async () => {
    const { token, id } = await issue();
    const at = new Date(host.clock.ms).toISOString();
    await Promise.all(Array.from({ length: 20 }, () => note(id)));
    expect(await notes()).toBe(1);
    expect(await listed()).toMatchObject([{ last_used_at: at }]);
    host.clock.ms += MINUTE - 1;
    expect(resultOf(await authenticate(token)).note_use).toBe(false);
    await note(id);
    host.clock.ms += 1;
    expect(resultOf(await authenticate(token)).note_use).toBe(true);
    await note(id);
    expect(await notes()).toBe(2);
  });

  it('that has been revoked is not noted', async () => {
    const { id } = await issue();
    await host.ask(RevokeApiToken, { token_id: id }, again(ada));
    expect(answerOf(await note(id))).toBe('ApiTokenUnknown');
  });
});
