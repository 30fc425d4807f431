import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { headOf, type TreeHead } from '#shared/contracts/tree-head.js';
import { administrator } from './people.js';
import { type Sortie, sortieFolders, startSortie } from './sortie.js';
import { until } from './waits.js';

const entry = resolve('dist/services/cli/main.js');

export type Ran = Readonly<{ code: number; stdout: string; stderr: string }>;

/** Runs the built `sortie` command. */
export function runSortie(args: readonly string[], data = '/nowhere'): Promise<Ran> {
  const options = { cwd: tmpdir(), env: { PATH: process.env['PATH'], SORTIE_DATA: data } };
  return new Promise((done) => {
    execFile(process.execPath, [entry, ...args], options, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

/** The built server in folders of its own, which signs its trail every second, and what to look at it with. */
export async function openTrailStage() {
  const folders = await sortieFolders();
  const { dataPath } = folders;
  const inFolder = (name: string): string => join(dataPath, name);
  let sortie: Sortie | undefined;

  async function start(env: Record<string, string> = {}): Promise<Sortie> {
    sortie = await startSortie(
      { ...folders, env: { SORTIE_AUDIT_HEAD_SECONDS: '1', ...env } },
      sortie?.password,
    );
    return sortie;
  }
  const heads = (): TreeHead[] =>
    readFileSync(inFolder('tree-heads.ndjson'), { encoding: 'utf8', flag: 'a+' })
      .split('\n')
      .flatMap((line) => headOf(line) ?? []);
  /** Makes some apps, and resolves once a head is over everything that there is. */
  async function work(prefix: string, count: number): Promise<void> {
    if (!sortie) throw new Error('Start it first.');
    const admin = await administrator(sortie);
    for (let n = 0; n < count; n += 1) {
      const app = { id: `${prefix}${n}`, name: `App ${n}`, url: 'https://a.example' };
      await admin.post('/api/apps', app);
    }
    await signed();
  }
  async function signed(): Promise<TreeHead> {
    const admin = await administrator(sortie as Sortie);
    return until('a head over everything', async () => {
      const { head } = (await admin.get('/api/projections')).body;
      return heads().find(({ size }) => size === head);
    });
  }
  /** Keeps the public key as somebody would who is to check exports later. */
  async function keepKey(path: string): Promise<string> {
    const { body } = await (await administrator(sortie as Sortie)).get('/api/audit/public-key');
    await writeFile(path, body.public_key);
    return path;
  }
  const run = (...args: string[]): Promise<Ran> => runSortie(args, dataPath);
  const close = async (): Promise<void> => {
    await sortie?.end();
    await folders.remove();
  };
  return { ...folders, start, work, signed, heads, keepKey, run, inFolder, close };
}

/** Three exports of a server that has signed a few times, in a folder off the host, with what an auditor has kept there. */
export async function openAuditor() {
  const stage = await openTrailStage();
  const folder = await mkdtemp(join(tmpdir(), 'sortie-auditor-'));
  const inFolder = (name: string): string => join(folder, name);
  const [key, kept] = [inFolder('key.pem'), inFolder('heads.ndjson')];
  const [whole, part, late] = [inFolder('whole'), inFolder('part'), inFolder('late')];
  const close = async (): Promise<void> => {
    await stage.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const sortie = await stage.start({ SORTIE_AUDIT_HEADS_TO: `file:${kept}` });
    for (const prefix of ['a', 'b', 'c']) await stage.work(prefix, 6);
    await stage.keepKey(key);
    const { size } = await stage.signed();
    const between = String(Number(stage.heads()[0]?.size) + 3);
    const ranges = [[whole], [part, '--from', between, '--to', String(size - 2)]];
    for (const [path = '', ...range] of [...ranges, [late, '--from', String(size)]]) {
      const { code, stderr } = await stage.run('audit', 'export', '-o', path, ...range);
      if (code !== 0) throw new Error(`The export failed: ${stderr}`);
    }
    return { stage, sortie, folder, inFolder, key, kept, whole, part, late, close };
  } catch (cause) {
    await close();
    throw cause;
  }
}
