import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RfbClient } from '#test/support/rfb-client.js';
import { script, XTERM, type RuntimeStage } from '#test/support/runtime-stage.js';
import { until } from '#test/support/waits.js';

/** The app is asked for two seconds, then killed; a busy machine is later. One that is only asked would never end. */
const STOP_MS_MAX = 30_000;
const CRASH_DELAYS_MS = [0, 15, 30, 45, 60, 80, 100, 130];

/** How sessions end: stopped, by themselves, or with their server. */
export function runtimeEndsContract(stage: RuntimeStage): void {
  describe('stopping', () => {
    it('ends the processes, those that left the process group too, and removes the workspace', async () => {
      const daemon = 'setsid sh -c "setsid sleep 300 & setsid sleep 300" & echo >done; exec cat';
      const runtime = await stage.start(stage.spec(script(daemon)));
      await until('the daemon', () => stage.harness.readWorkspace(runtime.sessionId, 'done'));
      const count = await stage.harness.trackProcesses(runtime.sessionId);
      expect(count()).toBeGreaterThan(3);
      expect(await stage.driver.stop(runtime.sessionId)).toBe('terminated');
      expect(count()).toBe(0);
      expect(await stage.harness.readWorkspace(runtime.sessionId, 'done')).toBeUndefined();
      expect(await stage.driver.inspect(runtime.sessionId)).toBeUndefined();
      await expect(RfbClient.connect(runtime.endpoint)).rejects.toThrow('ENOENT');
    });

    it('says that a session is gone the second time, and for one it never had', async () => {
      const { sessionId } = await stage.start(stage.spec());
      const both = await Promise.all([stage.driver.stop(sessionId), stage.driver.stop(sessionId)]);
      expect(both).toEqual(['terminated', 'terminated']);
      expect(await stage.driver.stop(sessionId)).toBe('gone');
      expect(await stage.driver.stop(randomUUID())).toBe('gone');
    });

    it('kills an app that ignores requests to end, within the deadline', async () => {
      const stubborn = "trap '' TERM HUP INT; xterm & while :; do sleep 1; done";
      const runtime = await stage.start(stage.spec(['sh', '-c', stubborn]));
      const count = await stage.harness.trackProcesses(runtime.sessionId);
      const before = Date.now();
      expect(await stage.driver.stop(runtime.sessionId)).toBe('killed');
      expect(Date.now() - before).toBeLessThan(STOP_MS_MAX);
      expect(count()).toBe(0);
    });
  });

  describe('an end that nobody asked for', () => {
    it('is told once, with the reason, and leaves a dead runtime to stop', async () => {
      const exits: string[] = [];
      stage.driver.onExit((sessionId, reason) => exits.push(`${sessionId} ${reason}`));
      const runtime = await stage.start(stage.spec([...XTERM, '-e', 'cat']));
      (await stage.view(runtime)).type('x\n');
      const viewer = await stage.view(runtime);
      await stage.untilPainted(viewer, 799, 599);
      viewer.control('d');
      await until('the exit', () => exits.length > 0);
      expect(exits).toEqual([`${runtime.sessionId} the app ended with status 0`]);
      expect(await stage.driver.list()).toEqual([{ ...runtime, state: 'dead' }]);
      await stage.driver.stop(runtime.sessionId);
      expect(await stage.driver.list()).toEqual([]);
    });

    it('is not told of a session that is stopped, nor to a listener that left', async () => {
      const exits: string[] = [];
      const leave = stage.driver.onExit((sessionId) => exits.push(sessionId));
      const stopped = await stage.start(stage.spec());
      await stage.driver.stop(stopped.sessionId);
      leave();
      const ended = await stage.start(stage.spec([...XTERM, '-e', 'sleep', '0.3']));
      await until(
        'the end',
        async () => (await stage.driver.inspect(ended.sessionId))?.state === 'dead',
      );
      await delay(1000);
      expect(exits).toEqual([]);
    });
  });

  describe('after a crash of the server', () => {
    it('adopts what runs: the same endpoint, no second app, its exit is told', async () => {
      const given = stage.spec([...XTERM, '-e', 'sh', '-c', 'echo one >>starts; read line']);
      await stage.harness.startInServerThatDies(given, 'running');
      const exits: string[] = [];
      stage.driver.onExit((sessionId, reason) => exits.push(`${sessionId} ${reason}`));
      const [found] = await stage.driver.list();
      expect(found).toMatchObject({ sessionId: given.sessionId, state: 'running' });
      expect(await stage.start(given)).toEqual(found);
      const starts = () => stage.harness.readWorkspace(given.sessionId, 'starts');
      expect(await until('the app', async () => (await starts()) || undefined)).toBe('one\n');
      const viewer = await stage.view(await stage.start(given));
      await stage.untilPainted(viewer, 799, 599);
      viewer.type('\n');
      await until('the exit', () => exits.length > 0);
      expect(exits).toEqual([`${given.sessionId} the app ended with status 0`]);
    });

    it('is opened by the next server on sessions that it watches from its start', async () => {
      const given = stage.spec([...XTERM, '-e', 'sh', '-c', 'read line']);
      await stage.harness.startInServerThatDies(given, 'running');
      const next = await stage.harness.open();
      const exits: string[] = [];
      next.onExit((sessionId) => exits.push(sessionId));
      const viewer = await stage.view(await stage.start(given));
      await stage.untilPainted(viewer, 799, 599);
      viewer.type('\n');
      await until('the exit', () => exits.length > 0);
      await next.close();
      expect(exits).toEqual([given.sessionId]);
    });

    it('finds and cleans a start cut off at whatever moment', async () => {
      for (const delayMs of CRASH_DELAYS_MS) {
        const given = stage.spec(XTERM);
        await stage.harness.startInServerThatDies(given, delayMs);
        const listed = await stage.driver.list();
        for (const { sessionId } of listed) expect(sessionId).toBe(given.sessionId);
        const left = await stage.harness.leftovers();
        expect(listed.length > 0 || left.length === 0).toBe(true);
        await stage.driver.stop(given.sessionId);
        expect(await stage.driver.list()).toEqual([]);
        expect(await stage.harness.leftovers()).toEqual([]);
      }
    });

    it('starts a session afresh whose start was cut off', async () => {
      const given = stage.spec(XTERM);
      await stage.harness.startInServerThatDies(given, 40);
      expect(await stage.start(given)).toMatchObject({ state: 'running' });
    });
  });
}
