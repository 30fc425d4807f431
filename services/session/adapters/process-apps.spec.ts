import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getProcessApp, loadProcessApps, PROCESS_APP_DEFAULTS } from './process-apps.js';

describe('the table of process apps', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sortie-apps-'));
    file = join(folder, 'apps.json');
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('knows a terminal without any file', async () => {
    const table = await loadProcessApps();
    expect(getProcessApp(table, 'sortie/terminal').command[0]).toBe('xterm');
  });

  it("lays an operator's file over the defaults", async () => {
    await writeFile(file, '{"acme/cad": {"command": ["cad", "--full"], "gl": true}}');
    const table = await loadProcessApps(file);
    expect(getProcessApp(table, 'acme/cad')).toEqual({ command: ['cad', '--full'], gl: true });
    expect(Object.keys(table)).toEqual([...Object.keys(PROCESS_APP_DEFAULTS), 'acme/cad']);
  });

  it.each(['sortie/terminal:1.2', 'sortie/terminal@sha256:0a1b'])(
    'leaves the tag of %s aside',
    (image) => {
      expect(getProcessApp(PROCESS_APP_DEFAULTS, image).command[0]).toBe('xterm');
    },
  );

  it('does not take the port of a registry for a tag', () => {
    const table = { 'localhost:5000/app': { command: ['app'] } };
    expect(getProcessApp(table, 'localhost:5000/app').command).toEqual(['app']);
  });

  it.each(['acme/unknown', 'constructor', '__proto__'])(
    'refuses the image %s with the remedy',
    (image) => {
      expect(() => getProcessApp(PROCESS_APP_DEFAULTS, image)).toThrow(
        `can't run the image "${image}": it runs commands of this machine and knows sortie/terminal, sortie/clock. Add the image`,
      );
    },
  );

  it.each([
    '{"a": {"command": []}}',
    '{"a": {"run": ["x"]}}',
    '[]',
    '{',
    '{"a": {"command": "xterm"}}',
  ])('refuses the file %s and names it', async (text) => {
    await writeFile(file, text);
    await expect(loadProcessApps(file)).rejects.toThrow(file);
  });
});
