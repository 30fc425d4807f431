// @ts-check
// `npm start`: makes a bare machine ready, then becomes the server.
import { pathToFileURL } from 'node:url';
import { requireNode } from './node-version.js';

requireNode();
// Only now may newer syntax be loaded.
const { ROOT, prepare } = await import('./prepare.js');
const { SERVER } = await import('./build.js');
const { startPrograms, startSentence } = await import('./programs.js');
const { provision } = await import('./provision.js');
const { runSteps } = await import('./setup-failed.js');

await runSteps(async () => {
  await prepare();
  const missing = await provision(startPrograms(process.getuid?.() === 0));
  if (missing.length > 0) console.error(startSentence(missing));
});

// From here on signals, arguments and the exit code are the server's.
if (process.exitCode === undefined) await import(pathToFileURL(ROOT + SERVER).href);
