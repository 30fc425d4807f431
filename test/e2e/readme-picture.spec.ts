// Goal: the README's picture is the real page with real desktops, and can be taken anew.
// Method: apps running on the built server, seen in headless Chromium; SCREENSHOT=<path> keeps the picture.
import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { BrowserStage } from '#test/support/browser-stage.js';
import { cardOf } from '#test/support/browser.js';
import { Desktop } from '#test/support/desktop.js';
import { until } from '#test/support/waits.js';

const BYTES_MAX = 300 * 1024;
const APPS = [
  {
    name: 'Clock',
    description: 'The time in large figures.',
    category: 'Tools',
    launch_type: 'container',
    container_image: 'sortie/clock',
  },
  {
    name: 'RFC 6143',
    description: 'The remote framebuffer protocol of every desktop.',
    category: 'Links',
    url: 'https://www.rfc-editor.org/rfc/rfc6143',
  },
  {
    name: 'OpenAPI',
    description: 'What the REST interface is described in.',
    category: 'Links',
    url: 'https://www.openapis.org',
  },
];

const stage = new BrowserStage();

describe('the picture of the README', () => {
  it('shows the apps, two of them running, in at most 300 KB', async () => {
    for (const app of APPS) await stage.rest.post('/api/apps', app);
    const page = await (await stage.profile()).signIn(stage.administrator);
    for (const name of ['Clock', 'Terminal']) {
      await Desktop.launch(page, name, stage.sortie.runtimeDir);
      await page.getByRole('link', { name: 'Back to the apps' }).click();
    }
    for (const name of ['Terminal', 'CloudEvents', 'OpenAPI'])
      await page.getByRole('button', { name: `Favourite ${name}` }).click();
    await until('the favourites are kept', async () => {
      const { body } = await stage.rest.get('/api/me/preferences');
      return body.favorites.length === 3;
    });
    await page.reload();
    await page.getByRole('region', { name: 'Favourites' }).getByText('OpenAPI').waitFor();
    const running = page.getByRole('region', { name: 'Running now' });
    await running.getByRole('link', { name: 'Return to Clock' }).waitFor();
    await cardOf(page, 'OpenAPI').waitFor();
    const picture = await page.screenshot();
    expect(await running.getByRole('link').count()).toBe(2);
    expect(picture.length).toBeLessThanOrEqual(BYTES_MAX);
    const path = process.env['SCREENSHOT'];
    if (path) await writeFile(path, picture);
  });
});
