// Goal: people look after their own ways in on the page: tokens, a second factor, sign-ins, programs that ask.
// Method: the built server and its page in headless Chromium; a token is used over REST, codes come from otpauth as
// from a phone.
import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { BrowserStage } from '#test/support/browser-stage.js';
import { expectSeen, fillSignIn } from '#test/support/browser.js';
import { Client } from '#test/support/client.js';
import { until } from '#test/support/waits.js';

const STEP_MS = 30_000;
const stage = new BrowserStage();

type Account = Awaited<ReturnType<typeof stage.person>>;

async function openAccount(person: Account, tab: string): Promise<Page> {
  const page = await (await stage.profile()).signIn(person);
  await page.getByRole('button', { name: ': account' }).click();
  await page.getByRole('link', { name: 'Account' }).click();
  await page.getByRole('navigation', { name: 'Account' }).getByRole('link', { name: tab }).click();
  await page.getByRole('heading', { name: tab, level: 1 }).waitFor();
  return page;
}
const bearer = (token: string, path: string) =>
  new Client(stage.sortie.url).get(path, { headers: { authorization: `Bearer ${token}` } });
const codeOf = (secret: string, ms = Date.now()): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: ms });

describe('an API token', () => {
  it('is made with what it may do, shown once, works, and is refused once it is revoked', async () => {
    const page = await openAccount(await stage.person(), 'API tokens');
    await page.getByText('No tokens').waitFor();
    await page.getByRole('button', { name: 'New token' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Nightly <b>report</b>');
    await dialog.getByLabel('Sessions').selectOption({ index: 1 });
    await dialog.getByRole('button', { name: 'Make the token' }).click();
    const token = await dialog.getByLabel('Token', { exact: true }).inputValue();
    expect(token).toMatch(/^srt_/);
    await dialog.getByRole('button', { name: 'Done' }).click();

    const row = page.getByRole('listitem').filter({ hasText: 'Nightly <b>report</b>' });
    await row.getByText('Sessions (read only)').waitFor();
    expect(await page.content()).not.toContain(token);
    expect((await bearer(token, '/api/sessions')).status).toBe(200);
    expect((await bearer(token, '/api/apps')).status).toBe(403);
    await row.getByText('Last used').waitFor();

    await row.getByRole('button', { name: 'Revoke Nightly <b>report</b>' }).click();
    await page.getByRole('button', { name: 'Yes, revoke it' }).click();
    await row.waitFor({ state: 'detached' });
    expect((await bearer(token, '/api/sessions')).status).toBe(401);
  });

  it('that may do nothing is not made', async () => {
    const page = await openAccount(await stage.person(), 'API tokens');
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByLabel('Name').fill('idle');
    await page.getByRole('button', { name: 'Make the token' }).click();
    await expectSeen(page.getByRole('alert').getByText('Allow it something'));
  });
});

describe('a second factor', () => {
  it('is set up, asked for at the next sign-in, got round by a recovery code once, and removed', async () => {
    stage.expectComplaint(/status of 4(01|22) .*\/(sign-in|second-factor\/(confirm|remove))\)$/);
    const person = await stage.person();
    const page = await openAccount(person, 'Security');
    await page.getByRole('button', { name: 'Set up a second factor' }).click();
    await page.getByRole('img', { name: 'QR code' }).waitFor();
    const secret = await page.getByLabel('Or type this secret').inputValue();
    await page.getByLabel('Code', { exact: true }).fill('000000');
    await page.getByRole('button', { name: 'Turn it on' }).click();
    await page.locator('.field-error').waitFor();
    await page.getByLabel('Code', { exact: true }).fill(codeOf(secret));
    await page.getByRole('button', { name: 'Turn it on' }).click();
    const shownOnce = page.getByRole('list', { name: 'Recovery codes' });
    await shownOnce.waitFor();
    const codes = await shownOnce.locator('li').allTextContents();
    expect(new Set(codes).size).toBe(10);
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('10 recovery codes left').waitFor();

    const again = await (await stage.profile()).visit();
    await fillSignIn(again, person);
    await again.getByRole('heading', { name: 'Second factor' }).waitFor();
    await again.getByLabel('Code').fill('123456');
    await again.getByRole('button', { name: 'Continue' }).click();
    await again.getByRole('alert').getByText('code is not right').waitFor();
    // The one of now was used up by the set-up; a phone would show the next one by then.
    await again.getByLabel('Code').fill(codeOf(secret, Date.now() + STEP_MS));
    await again.getByRole('button', { name: 'Continue' }).click();
    await again.getByRole('button', { name: ': account' }).waitFor();

    const [recovery = ''] = codes;
    for (const outcome of [': account', 'Continue']) {
      const third = await (await stage.profile()).visit();
      await fillSignIn(third, person);
      await third.getByLabel('Code').fill(recovery);
      await third.getByRole('button', { name: 'Continue' }).click();
      if (outcome === 'Continue') await third.getByText('code is not right').waitFor();
      await third.getByRole('button', { name: outcome }).waitFor();
    }

    await page.getByText('9 recovery codes left').waitFor();
    await page.getByRole('button', { name: 'Remove it' }).click();
    const password = page.getByLabel('Your password, to remove it');
    await password.fill('not this one');
    await page.getByRole('button', { name: 'Remove the second factor' }).click();
    await page.getByText('The password is wrong.').waitFor();
    await password.fill(person.password);
    await page.getByRole('button', { name: 'Remove the second factor' }).click();
    await expectSeen(page.getByText('Your password alone lets you in'));
  });
});

describe('sign-ins', () => {
  it('are listed with what they come from, and ending one shows its browser the sign-in page', async () => {
    stage.expectComplaint(/status of 401/);
    const person = await stage.person();
    const elsewhere = await (await stage.profile()).signIn(person);
    const page = await openAccount(person, 'Sign-ins');
    const own = page.getByRole('listitem').filter({ hasText: 'This one' });
    await own.getByText('Chrome on Linux').waitFor();
    const others = page.getByRole('button', { name: /^Sign out (Chrome|node)/ });
    const ends = await until('both others', async () => (await others.count()) === 2 && others);
    for (let left = await ends.count(); left > 0; left -= 1) {
      await others.first().click();
      await until('the list is shorter', async () => (await others.count()) === left - 1);
    }
    await elsewhere.getByRole('heading', { name: 'Sign in' }).waitFor();
    await expectSeen(own);
  });

  it('can all be ended at once, this one too', async () => {
    stage.expectComplaint(/status of 401/);
    const person = await stage.person();
    const elsewhere = await (await stage.profile()).signIn(person);
    const page = await openAccount(person, 'Sign-ins');
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByRole('button', { name: 'Yes, sign out everywhere' }).click();
    for (const each of [page, elsewhere])
      await expectSeen(each.getByRole('heading', { name: 'Sign in' }));
  });
});

describe('the activity', () => {
  it('has what one did, and what an administrator did to one', async () => {
    const person = await stage.person();
    const page = await openAccount(person, 'Activity');
    const trail = page.getByRole('list').filter({ hasText: 'Change password' });
    await trail.getByText('Sign in', { exact: true }).first().waitFor();
    const byAdmin = trail.getByRole('listitem').filter({ hasText: 'Create user' });
    expect(await byAdmin.textContent()).toContain('admin');
  });
});

describe('a program that asks to act for a person', () => {
  const ask = async (name: string) =>
    (await new Client(stage.sortie.url).post('/api/device-codes', { name, scopes: ['apps:read'] }))
      .body as { device_code: string; user_code: string };
  const fetchToken = (code: string) =>
    new Client(stage.sortie.url).post('/api/device-codes/token', { device_code: code });

  it('gets a token after its person has seen its code and said yes', async () => {
    const page = await (await stage.profile()).signIn(await stage.person());
    const { device_code, user_code } = await ask('laptop');
    await page.goto(`${stage.sortie.url}/device#${user_code}`);
    await page.getByText(user_code).waitFor();
    await page.getByText('Apps (read only)').waitFor();
    await page.getByRole('button', { name: 'Allow it' }).click();
    await page.getByText('The program is signed in').waitFor();
    const { body } = await fetchToken(device_code);
    expect((await bearer(body.token, '/api/apps')).status).toBe(200);
  });

  it('gets none when its person says no', async () => {
    const page = await (await stage.profile()).signIn(await stage.person());
    const { device_code, user_code } = await ask('stranger');
    await page.goto(`${stage.sortie.url}/device`);
    await page.getByLabel('Code').fill(user_code.toLowerCase());
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Refuse' }).click();
    await page.getByText('The program was refused').waitFor();
    expect((await fetchToken(device_code)).status).toBe(403);
  });
});
