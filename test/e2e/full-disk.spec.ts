// Goal: on a full disk writes are refused whole, reads go on, the server stays up, and works again once there is room.
// Method: the built server on a data folder that is a small tmpfs; needs root to mount it.
import { execFileSync } from 'node:child_process';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '#test/support/client.js';
import { administrator, newPerson } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { until } from '#test/support/waits.js';

const isRoot = process.getuid?.() === 0;
const WRITES_MAX = 2_000;

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let admin: Client;

describe.runIf(isRoot)('on a full disk', () => {
  beforeAll(async () => {
    folders = await sortieFolders();
    await mkdir(folders.dataPath, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folders.dataPath]);
    sortie = await startSortie(folders);
    admin = await administrator(sortie);
  });
  afterAll(async () => {
    await sortie?.end();
    execFileSync('umount', ['-l', folders.dataPath]);
    await folders?.remove();
  });

  const ballast = () => join(folders.dataPath, 'ballast');
  const write = (id: string) =>
    admin.post('/api/apps', {
      id,
      name: id,
      url: 'https://a.example',
      description: 'x'.repeat(2_000),
    });

  it('a write is refused with the reason, and reads go on', async () => {
    const user = await newPerson(sortie.url, admin, { name: 'una' });
    const { bavail, bsize } = await statfs(folders.dataPath);
    await writeFile(ballast(), Buffer.alloc(bavail * bsize - 512 * 1_024));
    let refused;
    let written = 0;
    while (!refused && written < WRITES_MAX) {
      const answer = await write(`app-${written}`);
      if (answer.status === 201) written += 1;
      else refused = answer;
    }
    expect(refused?.status).toBe(503);
    expect(refused?.body).toMatchObject({ code: 'Unavailable' });
    expect(refused?.body.detail).toMatch(/disk is full/);
    expect(refused?.headers.get('retry-after')).toBe('1');
    expect((await write('one-more')).status).toBe(503);
    for (const path of ['/livez', '/api/me', '/api/apps', '/api/sessions', '/api/projections']) {
      expect([path, (await admin.get(path)).status]).toEqual([path, 200]);
    }
    expect((await user.client.get('/api/apps/novnc')).status).toBe(200);
    expect((await admin.get(`/api/apps/app-${written}`)).status).toBe(404);
  });

  it('writes work again once there is room, and nothing was half done', async () => {
    await rm(ballast());
    await until('writes work', async () => (await write('after')).status === 201);
    expect((await admin.get('/api/apps/after')).status).toBe(200);
    await until('the read models follow', async () => {
      const { body } = await admin.get('/api/projections');
      return body.projections.every(
        ({ lag, status }: { lag: number; status: string }) => lag === 0 && status === 'live',
      );
    });
    await until('it is ready', async () => (await admin.get('/readyz')).status === 200);
    const { body } = await admin.get('/api/projections');
    for (const { name } of body.projections) {
      const report = (await admin.post(`/api/projections/${name}/rebuild`)).body;
      expect(report.hashAfter, name).toBe(report.hashBefore);
    }
    const { body: list } = await admin.get('/api/apps?limit=1000');
    const ids = new Set(list.apps.map((app: { id: string }) => app.id));
    expect(ids.has('one-more')).toBe(false);
  });
});
