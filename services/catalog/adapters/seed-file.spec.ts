import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSeedFile, SeedFileError } from './seed-file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sortie-seed-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(text: string) {
  const path = join(folder, 'apps.json');
  await writeFile(path, text);
  return readSeedFile(path);
}

const url = 'https://a.example';
const seedOf = (...applications: object[]): string => JSON.stringify({ applications }, null, 2);

describe('reading a seed file', () => {
  it('gives its apps with what they leave out filled in', async () => {
    const { apps } = await read(seedOf({ id: 'a', name: 'A', url }));
    expect(apps).toMatchObject([{ id: 'a', visibility: 'public', launch_type: 'url', icon: '' }]);
  });

  it('gives the same hash for the same content only', async () => {
    const first = await read(seedOf({ id: 'a', name: 'A', url }));
    const same = await read(seedOf({ id: 'a', name: 'A', url }));
    const other = await read(seedOf({ id: 'b', name: 'A', url }));
    expect(same.hash).toBe(first.hash);
    expect(other.hash).not.toBe(first.hash);
  });

  it.each([
    [
      'a value that is not allowed',
      { id: 'a', name: 'A', url, visibility: 'secret' },
      /line 7: .*visibility/,
    ],
    ['an unknown field', { id: 'a', name: 'A', url, colour: 'red' }, /line 7: .*colour/],
    ['a missing name', { id: 'a', url }, /line 3: .*name/],
    ['a missing id', { name: 'A', url }, /line 3: .*id/],
    [
      'a container app without image',
      { id: 'a', name: 'A', launch_type: 'container' },
      /container_image/,
    ],
    ['a script for a URL', { id: 'a', name: 'A', url: 'javascript:alert(1)' }, /line 6: .*url/],
  ])('tells the line and the field of %s', async (_, app, message) => {
    const reading = read(seedOf(app));
    await expect(reading).rejects.toThrow(SeedFileError);
    await expect(reading).rejects.toThrow(message);
  });

  it('tells the line of an id that is there twice', async () => {
    const twice = read(seedOf({ id: 'a', name: 'A', url }, { id: 'a', name: 'B', url }));
    await expect(twice).rejects.toThrow(/line 9: the id "a" is there twice/);
  });

  it('tells the line where it stops being JSON', async () => {
    await expect(read('{\n  "applications": [\n    {,}\n  ]\n}')).rejects.toThrow(/line 3: .*JSON/);
    await expect(read('')).rejects.toThrow(/line 1/);
  });

  it('says when there is no such file', async () => {
    await expect(readSeedFile(join(folder, 'none.json'))).rejects.toThrow(/none\.json/);
  });
});
