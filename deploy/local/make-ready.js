// @ts-check
// Installs and builds when needed, and starts nothing.
import { requireNode } from './node-version.js';

requireNode();
// Only now may newer syntax be loaded.
const { prepare } = await import('./prepare.js');
const { runSteps } = await import('./setup-failed.js');

await runSteps(prepare);
