// @ts-check
// Runs in the container `compiler` of develop.yml: builds everything once, and then what changes, again and again.
// TypeScript's own --watch hears of nothing there.
import { spawn } from 'node:child_process';
import { watch, writeFileSync } from 'node:fs';

/** A change of many files comes one by one. */
const SETTLED_MS = 150;
const FOLDERS = ['services', 'shared'];
const OF_THE_PAGE = /^gateway\/web\//;

let isDue = false;
let isCompiling = false;

/**
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<boolean>} whether it went well; what is wrong it has said itself
 */
function ran(program, args) {
  const child = spawn(program, args, { stdio: 'inherit' });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}

async function compile() {
  if (isCompiling) return;
  isCompiling = true;
  while (isDue) {
    isDue = false;
    const started = Date.now();
    const isWell =
      (await ran('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'])) &&
      (await ran('node', ['deploy/local/copy-sql.js']));
    console.log(`Compiled in ${Date.now() - started} ms${isWell ? '' : ', with mistakes'}.`);
  }
  isCompiling = false;
}

// Watched from before the build on, so that nothing that comes meanwhile is missed.
for (const folder of FOLDERS) {
  watch(folder, { recursive: true }, (_, name) => {
    if (name === null || OF_THE_PAGE.test(name) || !/\.(ts|sql)$/.test(name)) return;
    isDue = true;
    setTimeout(() => void compile(), SETTLED_MS);
  });
}
isCompiling = true;
if (!(await ran('npm', ['run', 'build']))) process.exit(1);
writeFileSync('/tmp/built', '');
isCompiling = false;
void compile();
void ran('node_modules/.bin/vite', [
  ...['build', '--watch', '--config', 'services/gateway/web/vite.config.ts'],
]);
