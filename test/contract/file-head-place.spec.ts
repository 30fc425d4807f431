import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { fileHeadPlace } from '#services/audit/adapters/file-place.js';
import { headPlaceContract } from './head-place.contract.js';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

headPlaceContract('a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-heads-'));
  folders.push(folder);
  return () => fileHeadPlace(join(folder, 'heads.ndjson'));
});
