// Goal: desktops in containers are what desktops are on the page: launched, used, resized, lost and regained, stopped.
// Method: the built server with SORTIE_RUNTIME=docker, real containers, the real page in headless Chromium; files of the
//         workspace and processes are looked at on the engine's machine.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BrowserStage } from '#test/support/browser-stage.js';
import { PATIENCE_MS } from '#test/support/browser.js';
import { Desktop } from '#test/support/desktop.js';
import { buildDesktopImages, DESKTOP_IMAGES } from '#test/support/docker-images.js';
import { DockerMachine } from '#test/support/docker-machine.js';
import { until } from '#test/support/waits.js';
import { browserDesktopContract, launchTerminal } from '../contract/browser-desktop.contract.js';

const SEED = join(tmpdir(), `sortie-docker-apps-${process.pid}.json`);
/** What the desktops looked like, for people. */
const PICTURES = resolve('data/pictures');
const app = (name: string, image: string) => ({
  ...{ id: name.toLowerCase(), name, description: `${name} in a container`, category: 'Tools' },
  ...{ visibility: 'public', launch_type: 'container', container_image: image },
});

beforeAll(async () => {
  await buildDesktopImages();
  await mkdir(PICTURES, { recursive: true });
  const applications = [
    app('Terminal', DESKTOP_IMAGES.terminal),
    app('Editor', DESKTOP_IMAGES.editor),
  ];
  await writeFile(SEED, JSON.stringify({ applications }));
}, 600_000);

afterAll(() => rm(SEED, { force: true }));

const stage = new BrowserStage({
  env: {
    SORTIE_RUNTIME: 'docker',
    SORTIE_DISPLAY_IMAGE: DESKTOP_IMAGES.display,
    SORTIE_SEED: SEED,
  },
  home: (runtimeDir) => (sessionId, file) =>
    new DockerMachine(runtimeDir).readWorkspace(sessionId, file),
  trackSession: (runtimeDir, sessionId) => new DockerMachine(runtimeDir).trackProcesses(sessionId),
});

browserDesktopContract(stage);

describe('the apps that come with Sortie', () => {
  it('fill the desktop: the terminal', async () => {
    const desktop = await launchTerminal(stage);
    await desktop.agreesOnSize();
    expect(await desktop.ask('pwd; id -u')).toBe('/home/user/workspace\n1000');
    await desktop.page.screenshot({ path: `${PICTURES}/docker-terminal.png` });
  });

  it('fill the desktop: the editor, which keeps what is written', async () => {
    const page = await (await stage.profile()).signIn(stage.administrator);
    const desktop = await Desktop.launch(page, 'Editor', stage.home);
    await desktop.type('Written in a container, kept in the workspace.');
    const plain = await desktop.colors();
    await page.keyboard.press('Control+s');
    // The dialog's icons are in colours; keys before it shows would go into the letter.
    await until('the dialog', async () => (await desktop.colors()) > plain + 20, PATIENCE_MS);
    await page.screenshot({ path: `${PICTURES}/docker-editor-dialog.png` });
    await page.keyboard.type('letter.txt');
    const save = async (): Promise<string | undefined> => {
      // The first one may only put the names away that GTK proposes.
      await page.keyboard.press('Enter');
      // GTK makes an empty one first.
      return (await desktop.readHome('letter.txt')) || undefined;
    };
    const letter = await until('the file', save, PATIENCE_MS);
    expect(letter).toContain('Written in a container');
    await page.screenshot({ path: `${PICTURES}/docker-editor.png` });
  });
});
