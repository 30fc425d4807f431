import { it } from 'vitest';
import { BrowserStage } from '#test/support/browser-stage.js';
import { Desktop } from '#test/support/desktop.js';
const stage = new BrowserStage();
it('shots', { timeout: 300000 }, async () => {
  const one = await stage.person(); const two = await stage.person();
  const g = await stage.rest.post('/api/groups', { name: 'Painters' });
  const users = (await stage.rest.get('/api/users')).body.users;
  for (const u of users) if (u.name !== 'admin') await stage.rest.put(`/api/groups/${g.body.id}/members/${u.id}`, {});
  await stage.rest.put(`/api/categories/Tools/administrators/${users.find((u: any) => u.name === two.name).id}`, {});
  const app = { id: 'shot', name: 'Sketches', url: 'https://example.com', launch_type: 'url', category: 'Graphics', visibility: 'approved' };
  await stage.rest.post('/api/apps', app);
  for (const name of ['Sketch book', 'Drawing board']) {
    const etag = (await stage.rest.get('/api/apps/shot')).headers.get('etag') ?? '';
    await stage.rest.put('/api/apps/shot', { ...app, name, description: 'Draw ' + name }, { 'if-match': etag });
  }
  for (let n = 0; n < 3; n++) await stage.rest.post('/api/apps/shot/launch', {});
  const theirs = await (await stage.profile()).signIn(one);
  await Desktop.launch(theirs, 'Terminal', stage.sortie.runtimeDir);
  for (const [v, options] of [['desk', { viewport: { width: 1280, height: 900 } }], ['dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }], ['phone', { viewport: { width: 390, height: 844 } }]] as const) {
    const page = await (await stage.profile(stage.sortie.url, options)).signIn(stage.administrator);
    for (const path of ['audit', 'apps/shot', 'categories', 'users', 'groups', 'sessions', 'analytics', 'projections']) {
      await page.goto(`${stage.sortie.url}/admin/${path}`);
      await page.waitForTimeout(1200);
      await page.screenshot({ path: `/tmp/work/k-shots/${v}-${path.replace('/', '-')}.png`, fullPage: path !== 'audit' && path !== 'projections' });
      if (path === 'users') {
        await page.getByRole('button', { name: `Manage ${two.name}` }).click();
        await page.waitForTimeout(600);
        await page.screenshot({ path: `/tmp/work/k-shots/${v}-manage.png` });
      }
      if (path === 'sessions') {
        await page.getByRole('button', { name: /^Look/ }).click();
        await page.waitForTimeout(1500);
        await page.screenshot({ path: `/tmp/work/k-shots/${v}-look.png` });
      }
    }
  }
});
