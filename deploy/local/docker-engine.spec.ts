import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findEngine, missingSentence } from './docker-engine.js';

const folder = mkdtempSync(join(tmpdir(), 'sortie-engine-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is found behind a socket that answers with this text. */
async function foundBehind(body: string) {
  const path = join(folder, `${body.length}.sock`);
  const server = createServer((_, response) => response.end(body)).listen(path);
  await new Promise((resolve) => server.once('listening', resolve));
  const found = await findEngine(path);
  server.close();
  return found;
}

describe('the Docker engine of the tests', () => {
  it('is known by its version', async () => {
    expect(await foundBehind('{"Version":"28.5.2","Os":"linux"}')).toEqual({ version: '28.5.2' });
  });

  it('is not taken for what is no engine', async () => {
    expect(await foundBehind('<html>')).toBeUndefined();
    expect(await foundBehind('{"Version":2}')).toBeUndefined();
    expect(await findEngine(join(folder, 'nobody.sock'))).toBeUndefined();
  });

  it('is asked for in a sentence that says how to get it', () => {
    expect(missingSentence('none answers')).toMatch(
      /need a Docker engine at \/var\/run\/docker\.sock, and none answers: .*apt-get install/,
    );
  });
});
