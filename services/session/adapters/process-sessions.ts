import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { endProcesses } from './process-end.js';
import { readSessionFile, removeSessionFolder, SESSION_FILES } from './process-folder.js';
import type { Isolation, SessionPlace } from './process-isolation.js';
import { END_POLL_MS } from './process-limits.js';
import type { ProcessRecord, ProcessRecords } from './process-records.js';
import { isAlive, readBootId } from './process-table.js';
import type { RuntimeEnd } from './runtime-driver.js';

export type Isolations = Readonly<Record<Isolation['kind'], Isolation>>;

/** The sessions of one runtime folder, from the claim of a uid to the removal of the last file. */
export class ProcessSessions {
  /** Claims whose record another claim may not have seen yet. */
  readonly #uidsChosen = new Set<number>();
  readonly #bootId = readBootId();

  constructor(
    readonly records: ProcessRecords,
    readonly isolations: Isolations,
  ) {}

  /** Picks a uid and writes the record, so that a crash from here on leaves something to find. */
  async claim(sessionId: string, kind: Isolation['kind']): Promise<ProcessRecord> {
    const known = await this.records.list();
    const taken = [...known.map((one) => one.uid), ...this.#uidsChosen];
    const uid = this.isolations[kind].chooseUid(taken);
    this.#uidsChosen.add(uid);
    const startedAt = new Date().toISOString();
    const bootId = this.#bootId;
    const record = {
      sessionId,
      isolation: kind,
      uid,
      startedAt,
      bootId,
      phase: 'starting',
      claim: randomUUID(),
    } as const;
    await this.records.claim(record);
    return record;
  }

  /** True while the session's first process lives; a pid that now names another process does not count. */
  isAlive({ bootId, supervisor }: ProcessRecord): boolean {
    return bootId === this.#bootId && supervisor !== undefined && isAlive(supervisor);
  }

  /** Why a session ended by itself, in the words of its own first process. */
  async readEndReason({ sessionId, uid }: ProcessRecord): Promise<string> {
    const file = join(this.records.folder(sessionId), SESSION_FILES.end);
    return (await readSessionFile(file, uid)) || 'its first process was killed';
  }

  /** Ends the processes, then removes the files, then the record: a crash between leaves it findable. What another replica has started since is left alone. */
  async remove(record: ProcessRecord): Promise<RuntimeEnd> {
    const { sessionId, uid, isolation, bootId, phase } = record;
    if (!(await this.records.holds(record))) {
      this.#uidsChosen.delete(uid);
      await this.records.giveUp(sessionId);
      return 'gone';
    }
    const folder = this.records.folder(sessionId);
    // After a reboot nothing of it runs, and its uid may be somebody else's by now.
    const rebooted = bootId !== this.#bootId;
    const end = rebooted ? 'gone' : await this.#end({ folder, uid }, isolation, phase);
    await removeSessionFolder(folder, isolation === 'uid' && !rebooted ? uid : undefined);
    await this.records.remove(sessionId);
    this.#uidsChosen.delete(uid);
    return end;
  }

  async #end(
    place: SessionPlace,
    kind: Isolation['kind'],
    phase: ProcessRecord['phase'],
  ): Promise<RuntimeEnd> {
    const end = await endProcesses(this.isolations[kind], place);
    if (phase === 'running') return end;
    // A process caught in the middle of an exec shows no arguments for a moment: look twice at a cut-off start.
    await delay(END_POLL_MS);
    const late = await endProcesses(this.isolations[kind], place);
    return late === 'gone' ? end : late;
  }
}
