import 'reflect-metadata';
import { join } from 'node:path';
import { config as loadDotenv } from 'dotenv';
import { readConfig } from './config.js';
import { startHost } from './host.js';
import { greeting } from './greeting.js';

const SAME_SIGNAL_MS = 1_000;

/** The package's own folder, seen from dist/services/ and from services/ alike. */
const isBuilt = import.meta.dirname.endsWith('/dist/services');
const packagePath = join(import.meta.dirname, isBuilt ? '../..' : '..');

try {
  loadDotenv({ quiet: true });
  const config = readConfig(process.argv.slice(2), process.env, packagePath);
  const host = await startHost(config, packagePath);
  // In a checkout npm has started it; in an image the command is on PATH.
  const cli = process.env['npm_execpath'] === undefined ? 'sortie' : 'npm run sortie --';
  process.stdout.write(greeting(host, cli));
  stopOnSignal(host.stop);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** The first signal drains and ends every session; a second one, from a person who won't wait, doesn't. */
function stopOnSignal(stop: () => Promise<void>): void {
  let stoppingSince: number | undefined;
  const onSignal = (): void => {
    if (stoppingSince !== undefined) {
      // One Ctrl-C comes twice under `npm start`: from the terminal, and handed on by npm.
      if (performance.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(130);
      return;
    }
    stoppingSince = performance.now();
    process.stdout.write('Stopping: ending sessions and connections. Ctrl-C again to not wait.\n');
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}
