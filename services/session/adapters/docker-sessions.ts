import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { DockerEngine, LabelFilter, Labels, ListedContainer } from './docker-engine.js';
import {
  GONE_POLL_MS,
  LATE_MS_MAX,
  LATE_POLL_MS,
  REMOVE_MS_MAX,
  TERMINATE_MS_MAX,
} from './docker-limits.js';
import { CLAIM_LABEL, filterOf, PART_LABEL, SESSION_LABEL } from './docker-names.js';
import type { DockerRecord, DockerRecords } from './docker-records.js';
import { RuntimeFailure, type RuntimeEnd } from './runtime-driver.js';
import { removeFolder } from './runtime-folder.js';
import { SESSION_ID } from './runtime-records.js';

/** What the engine has of some sessions. */
interface Parts {
  readonly containers: readonly ListedContainer[];
  readonly volumes: readonly { id: string; labels: Labels }[];
  readonly networks: readonly { id: string; labels: Labels }[];
}

/** A session as far as anything of it is left, on disk or in the engine. */
export interface DockerSession {
  readonly record: DockerRecord;
  readonly containers: readonly ListedContainer[];
}

/** The sessions of one installation, from the claim of a session to the removal of the last of it. */
export class DockerSessions {
  constructor(
    readonly engine: DockerEngine,
    readonly records: DockerRecords,
    readonly installation: string,
  ) {}

  /** Writes the record, so that a crash from here on leaves something to find. */
  async claim(sessionId: string): Promise<DockerRecord> {
    const startedAt = new Date().toISOString();
    const record = { sessionId, startedAt, phase: 'starting', claim: randomUUID() } as const;
    await this.records.claim(record);
    return record;
  }

  async find(sessionId: string): Promise<DockerSession | undefined> {
    const record = await this.records.find(sessionId);
    const parts = await this.#parts(filterOf(this.installation, { sessionId }));
    if (record === undefined && isEmpty(parts)) return undefined;
    return { record: record ?? this.records.kind.lost(sessionId, 0), containers: parts.containers };
  }

  async list(): Promise<readonly DockerSession[]> {
    const parts = await this.#parts(filterOf(this.installation));
    const records = new Map((await this.records.list()).map((one) => [one.sessionId, one]));
    const all = [...parts.containers.map((one) => one.Labels), ...labelsIn(parts)];
    const labelled = all.map((labels) => labels[SESSION_LABEL] ?? '');
    const ids = new Set([...records.keys(), ...labelled.filter((id) => SESSION_ID.test(id))]);
    return [...ids].toSorted().map((id) => ({
      record: records.get(id) ?? this.records.kind.lost(id, 0),
      containers: parts.containers.filter((one) => one.Labels[SESSION_LABEL] === id),
    }));
  }

  /** True while the pair that its record is about runs: one without the other is no session. */
  isAlive({ record, containers }: DockerSession): boolean {
    const running = containers
      .filter((one) => isUp(one) && one.Labels[CLAIM_LABEL] === record.claim)
      .map((one) => one.Labels[PART_LABEL]);
    return running.includes('app') && running.includes('display');
  }

  /** Ends a session and removes all of it, the record last: a crash between leaves it findable. */
  async remove({ record, containers }: DockerSession): Promise<RuntimeEnd> {
    const { sessionId, phase } = record;
    const filter = filterOf(this.installation, { sessionId });
    const end = await this.#end(containers);
    await this.#clear(filter);
    if (phase === 'starting') await this.#clearLate(filter);
    await removeFolder(this.records.folder(sessionId));
    await this.records.remove(sessionId);
    return end;
  }

  /** Removes what one attempt to start a session has made; what another replica has made since is left alone. */
  async removeAttempt(record: DockerRecord): Promise<void> {
    const { sessionId, claim } = record;
    const isOurs = await this.records.holds(record);
    await this.#clear(filterOf(this.installation, { sessionId, claim }), isOurs);
    if (!isOurs) return this.records.giveUp(sessionId);
    await removeFolder(this.records.folder(sessionId));
    await this.records.remove(sessionId);
  }

  async #end(containers: readonly ListedContainer[]): Promise<RuntimeEnd> {
    const up = containers.filter(isUp);
    const app = up.find((one) => one.Labels[PART_LABEL] === 'app');
    if (!app) return up.length === 0 ? 'gone' : 'terminated';
    await this.engine.signalContainer(app.Id, 'TERM');
    // What does not end is killed with the removal; an engine that has gone is told by it.
    return this.engine.untilEnded(app.Id, AbortSignal.timeout(TERMINATE_MS_MAX)).then(
      () => 'terminated',
      () => 'killed',
    );
  }

  /** Removes containers, then what they used. `isAll` is false where others may use it by now. */
  async #clear(filter: LabelFilter, isAll = true): Promise<void> {
    const deadline = Date.now() + REMOVE_MS_MAX;
    for (;;) {
      const { containers, volumes, networks } = await this.#parts(filter);
      const removed = [
        ...(await all(containers, ({ Id }) => this.engine.removeContainer(Id))),
        ...(await all(volumes, ({ id }) => this.engine.removeVolume(id))),
        ...(await all(networks, ({ id }) => this.engine.removeNetwork(id))),
      ];
      if (!isAll || removed.every(Boolean)) return;
      if (Date.now() > deadline) throw stuck("The engine can't remove what is left of the session");
      await delay(GONE_POLL_MS);
    }
  }

  /** The engine finishes what a server asked for that died in the middle of a start. */
  async #clearLate(filter: LabelFilter): Promise<void> {
    for (const end = Date.now() + LATE_MS_MAX; Date.now() < end;) {
      await delay(LATE_POLL_MS);
      await this.#clear(filter);
    }
  }

  async #parts(filter: LabelFilter): Promise<Parts> {
    const [containers, volumes, networks] = await Promise.all([
      this.engine.listContainers(filter),
      this.engine.listVolumes(filter),
      this.engine.listNetworks(filter),
    ]);
    return { containers, volumes, networks };
  }
}

const isUp = ({ State }: ListedContainer): boolean => State === 'running' || State === 'paused';

const labelsIn = ({ volumes, networks }: Parts): Labels[] =>
  [...volumes, ...networks].map((one) => one.labels);

const isEmpty = ({ containers, volumes, networks }: Parts): boolean =>
  containers.length + volumes.length + networks.length === 0;

const all = <T>(
  things: readonly T[],
  remove: (thing: T) => Promise<boolean>,
): Promise<readonly boolean[]> => Promise.all(things.map(remove));

const stuck = (what: string): RuntimeFailure =>
  new RuntimeFailure('StopTimedOut', `${what}: look at it with docker ps -a and docker inspect.`);
