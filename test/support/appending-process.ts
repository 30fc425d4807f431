// Appends to the log given as an argument until it is killed, and prints the command id and sequence of each
// acknowledged append. Run as a process of its own by test/crash/sqlite-event-log.spec.ts.
import { writeSync } from 'node:fs';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { newCommit, streamNamed } from './commits.js';

const STDOUT = 1;
const [path = '', round = '', writers = ''] = process.argv.slice(2);
const log = SqliteEventLog.open(path);

async function write(writer: number): Promise<void> {
  const stream = streamNamed(`writer-${writer}`);
  let version = (await log.last(stream))?.sequence ?? 0;
  for (let n = 0; ; n += 1) {
    const commandId = `${round}-${writer}-${n}`;
    const commit = newCommit({ stream, commandId, expectedVersion: version, count: 1 + (n % 3) });
    const result = await log.append(commit);
    if (result.kind !== 'appended') throw new Error(`${commandId}: ${result.kind}`);
    version = result.sequence;
    // Synchronous, so that what was acknowledged has left the process before it can be killed.
    writeSync(STDOUT, `${commandId} ${version}\n`);
  }
}

await Promise.all(Array.from({ length: Number(writers) }, (_, writer) => write(writer)));
