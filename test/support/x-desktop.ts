import { type ChildProcess, spawn } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './waits.js';

const START_MS_MAX = 30_000;

/** A bare Xtigervnc of its own, with an xterm whose cat echoes what is typed, and has begun to. */
export async function startXDesktop({ width, height }: { width: number; height: number }) {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-x-'));
  const path = join(folder, 'rfb.sock');
  const where = `-displayfd 3 -geometry ${width}x${height} -depth 24 -rfbport -1 -rfbunixpath ${path}`;
  const how = '-rfbunixmode 0600 -SecurityTypes None -AlwaysShared -nolisten tcp -nolisten local';
  const server = spawn('Xtigervnc', `${where} ${how} -noreset`.split(' '), {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const display = await new Promise<string>((resolve, reject) => {
    server.once('error', reject);
    server.stdio[3]?.once('data', (text) => resolve(`:${String(text).trim()}`));
  });
  // A still cursor keeps the picture the same while nobody types.
  const ready = join(folder, 'ready');
  const script = `touch ${ready}; exec cat`;
  const terminal: ChildProcess = spawn(
    'xterm',
    ['-bc', '-bcf', '0', '-geometry', '40x10+0+0', '-e', 'sh', '-c', script],
    { stdio: 'ignore', env: { ...process.env, DISPLAY: display } },
  );
  const isReady = (): Promise<boolean> =>
    access(ready).then(
      () => true,
      () => false,
    );
  const close = async (): Promise<void> => {
    terminal.kill('SIGKILL');
    server.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  };
  await until('xterm has started', isReady, START_MS_MAX).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { folder, path, close };
}
