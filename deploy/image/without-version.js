// @ts-check
// Part of the image's build: takes Sortie's own version out of the files that npm reads, in place.
import { readFileSync, writeFileSync } from 'node:fs';

const NO_VERSION = '0.0.0';

for (const path of process.argv.slice(2)) {
  const read = JSON.parse(readFileSync(path, 'utf8'));
  read.version = NO_VERSION;
  // A lockfile says it twice.
  if (read.packages !== undefined) read.packages[''].version = NO_VERSION;
  writeFileSync(path, `${JSON.stringify(read, null, 2)}\n`);
}
