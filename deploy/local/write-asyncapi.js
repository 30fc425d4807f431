// @ts-check
// Writes the AsyncAPI document of the built contracts to shared/docs: `npm run asyncapi`.
import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { asyncApiOf } from '#shared/contracts/asyncapi.js';

const root = new URL('../..', import.meta.url);
const path = new URL('shared/docs/asyncapi.json', root).pathname;
/** @type {{ version: string }} */
const { version } = JSON.parse(await readFile(new URL('package.json', root), 'utf8'));
const options = { ...(await resolveConfig(path)), filepath: path };
await writeFile(path, await format(JSON.stringify(asyncApiOf({ version })), options));
process.stdout.write(`${path} is up to date.\n`);
