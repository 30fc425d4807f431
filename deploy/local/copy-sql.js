// @ts-check
// Part of `npm run build`: brings the services' SQL to dist/, where the compiler brings only their code.
import { cpSync } from 'node:fs';
import { listSources } from './stamp.js';

const files = listSources('.', ['services'], (path) => path.endsWith('.sql'));
if (files.length === 0) throw new Error('No SQL migrations are in services/.');
for (const file of files) cpSync(file, `dist/${file}`);
