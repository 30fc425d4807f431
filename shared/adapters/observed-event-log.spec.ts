import { describe, expect, it } from 'vitest';
import type { CloudEvent } from '#shared/es/commit.js';
import { COMMIT_BYTES_MAX } from '#shared/es/event-log.js';
import { MemoryEventLog } from './memory-event-log.js';
import { observedLog } from './observed-event-log.js';

const commit = (commandId: string, data: unknown = {}) => ({
  ...{ stream: 'sortie.event.catalog.app.gimp', commandId, expectedVersion: 0 },
  events: [{ type: 'sortie.catalog.AppListed.v1', data } as CloudEvent],
});

describe('a log whose appends are timed', () => {
  it('tells how each one ended, and is otherwise the same', async () => {
    const heard: unknown[] = [];
    const own = new MemoryEventLog();
    const log = observedLog(own, (outcome, seconds) => heard.push([outcome, seconds >= 0]));
    expect(await log.append(commit('c1'))).toEqual({ kind: 'appended', sequence: 1 });
    expect(await log.append(commit('c1'))).toEqual({ kind: 'duplicate', sequence: 1 });
    expect(await log.append(commit('c2'))).toEqual({ kind: 'conflict', version: 1 });
    const large = commit('c3', 'x'.repeat(COMMIT_BYTES_MAX));
    await expect(log.append(large)).rejects.toThrow(/\S/);
    expect([log.id, await log.head(), (await log.read({ after: 0 })).commits.length]).toEqual([
      ...[own.id, 1, 1],
    ]);
    expect((await log.last('sortie.event.catalog.app.gimp'))?.sequence).toBe(1);
    await log.close();
    await expect(log.append(commit('c4'))).rejects.toThrow(/\S/);
    expect(heard).toEqual(
      ['appended', 'duplicate', 'conflict', 'tooLarge', 'failed'].map((how) => [how, true]),
    );
  });
});
