import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';

/** The bundled test server, as plain JavaScript that any user may run. */
export interface RuntimeServerProgram {
  /** Starts it, as another user when `uid` is given; resolves with the process once it has printed `word`. */
  run(word: 'opened' | 'running', args: readonly string[], uid?: number): Promise<ChildProcess>;
  remove(): Promise<void>;
}

/** Builds the test server into one file: Node 20 does not run TypeScript, and dist/ may be older than the sources. */
export async function buildRuntimeServer(): Promise<RuntimeServerProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-server-'));
  await chmod(folder, 0o755);
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['source'] },
    ssr: { noExternal: true, resolve: { conditions: ['source'] } },
    build: {
      ssr: new URL('./runtime-server.ts', import.meta.url).pathname,
      outDir: folder,
      rollupOptions: {
        // Compiled parts of dockerode's ssh client, which does without them.
        external: ['cpu-features', /\.node$/],
        output: {
          entryFileNames: 'server.mjs',
          banner: 'const __dirname = import.meta.dirname;',
        },
      },
    },
  });
  return {
    run: async (word, args, uid) => {
      const user = uid === undefined ? {} : { uid, gid: uid };
      const child = spawn(process.execPath, [join(folder, 'server.mjs'), ...args], {
        ...user,
        cwd: folder,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let printed = '';
      for await (const chunk of child.stdout) {
        printed += String(chunk);
        if (printed.includes(word)) return child;
      }
      throw new Error(`The test server ended before it was ${word}: ${printed}`);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Ends a process the way a power cut would, and waits until it is gone. */
export async function killNow(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
