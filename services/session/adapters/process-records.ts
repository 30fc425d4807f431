import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { UidRange } from './process-limits.js';
import { readBootId } from './process-table.js';
import { RuntimeFailure } from './runtime-driver.js';
import { RuntimeRecords, SESSION_ID } from './runtime-records.js';

const PROCESS_RECORD = z.object({
  sessionId: z.string().regex(SESSION_ID),
  isolation: z.enum(['uid', 'sandbox']),
  /** Whose the session's processes are: a uid of its own, or the server's when sandboxed. */
  uid: z.number().int().nonnegative(),
  startedAt: z.string(),
  bootId: z.string(),
  phase: z.enum(['starting', 'running']),
  claim: z.string().optional(),
  /** The session's first process; unknown when the server died between writing the record and spawning. */
  supervisor: z.object({ pid: z.number().int().positive(), startTime: z.string() }).optional(),
});

/** What the server must know of a session to find it again after a crash. */
export type ProcessRecord = z.infer<typeof PROCESS_RECORD>;

export type ProcessRecords = RuntimeRecords<ProcessRecord>;

/** Opens the records of a runtime folder whose sessions take their uids from a range. */
export function openProcessRecords(runtimeDir: string, uids: UidRange): Promise<ProcessRecords> {
  return RuntimeRecords.open(runtimeDir, {
    parse: (json) => PROCESS_RECORD.safeParse(json).data,
    /** A session whose record cannot be read, from the owner of its folder. */
    lost: (sessionId, uid) => {
      const own = uid >= uids.min && uid <= uids.max;
      const isolation = own ? 'uid' : 'sandbox';
      const startedAt = new Date(0).toISOString();
      return { sessionId, isolation, uid, startedAt, bootId: readBootId(), phase: 'starting' };
    },
  });
}

/** Throws when sessions with a uid of their own could not reach their folder from the root of the disk. */
export async function requirePassable(root: string): Promise<void> {
  for (let folder = dirname(root); folder !== '/'; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) !== 0) continue;
    throw new RuntimeFailure(
      'RuntimeDirUnsafe',
      `Sessions run as users of their own and can't pass ${folder} to the runtime folder ${root}: run \`chmod o+x ${folder}\` or choose another runtime folder, such as /run/sortie.`,
    );
  }
}
