import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { probe, script, XTERM, type RuntimeStage } from '#test/support/runtime-stage.js';
import { until } from '#test/support/waits.js';

const ABORT_DELAYS_MS = [0, 5, 20, 40, 60, 80, 100];

/** What a session gets: its app on a display, its desktop, and walls around it. */
export function runtimeSessionsContract(stage: RuntimeStage): void {
  describe('starting', () => {
    it('gives an endpoint that greets with RFB 3.8 and shows the app on the whole display', async () => {
      const runtime = await stage.start(stage.spec(XTERM));
      expect(runtime).toMatchObject({ state: 'running', name: `sortie-${runtime.sessionId}` });
      const viewer = await stage.view(runtime);
      expect(viewer.greeting).toBe('RFB 003.008\n');
      expect([viewer.width, viewer.height]).toEqual([800, 600]);
      await stage.untilPainted(viewer, 799, 599);
    });

    it('runs the command of the image when none is given', async () => {
      const runtime = await stage.start(stage.spec());
      const viewer = await stage.view(runtime);
      viewer.type('echo typed >said\n');
      const said = () => stage.harness.readWorkspace(runtime.sessionId, 'said');
      // The file is there a moment before its line is.
      expect(await until('the shell', async () => (await said()) || undefined)).toBe('typed\n');
    });

    it('adopts a session that runs or is being started under the same id', async () => {
      const given = stage.spec(script('echo one >>starts; cat'));
      const [first, second] = await Promise.all([stage.start(given), stage.start(given)]);
      const third = await stage.start(given);
      expect([second, third]).toEqual([first, first]);
      expect(await stage.driver.list()).toEqual([first]);
      expect(await stage.driver.inspect(given.sessionId)).toEqual(first);
      const starts = () => stage.harness.readWorkspace(given.sessionId, 'starts');
      // The file is there a moment before its line is.
      expect(await until('the app', async () => (await starts()) || undefined)).toBe('one\n');
    });

    it('fails with the reason when the app ends at once, and leaves nothing', async () => {
      const failed = stage.start(stage.spec(['sh', '-c', 'exit 3']));
      await expect(failed).rejects.toMatchObject({
        code: 'AppEnded',
        message: 'The session did not start: the app ended with status 3.',
      });
      expect(await stage.driver.list()).toEqual([]);
    });

    it('fails when the program does not exist, and names it', async () => {
      const failed = stage.start(stage.spec(['no-such-program']));
      await expect(failed).rejects.toThrow("the app's program no-such-program was not found");
    });

    it('fails in plain words when the app shows no window in time, and leaves nothing', async () => {
      const failed = stage.driver.start(stage.spec(['sleep', '300']), AbortSignal.timeout(500));
      await expect(failed).rejects.toMatchObject({ code: 'StartTimedOut' });
      expect(await stage.driver.list()).toEqual([]);
    });

    it('leaves nothing when it is aborted, at whatever moment', async () => {
      for (const delayMs of ABORT_DELAYS_MS) {
        const abort = new AbortController();
        const started = stage.driver.start(stage.spec(['sleep', '300']), abort.signal);
        const settled = started.catch((error: unknown) => String(error));
        await delay(delayMs);
        abort.abort(new Error('changed my mind'));
        expect(await settled).toBe('Error: changed my mind');
        expect(await stage.driver.list()).toEqual([]);
        expect(await stage.harness.leftovers()).toEqual([]);
      }
    });

    it('ends when the session is stopped meanwhile', async () => {
      const given = stage.spec(['sleep', '300']);
      const settled = stage.start(given).catch((error: unknown) => error);
      await stage.driver.stop(given.sessionId);
      expect(await settled).toMatchObject({ code: 'StartStopped' });
      expect(await stage.driver.list()).toEqual([]);
    });
  });

  describe('the desktop', () => {
    it('sends typing to the app wherever the pointer is', async () => {
      const runtime = await stage.start(stage.spec(script('read line; echo "$line" >said; cat')));
      const viewer = await stage.view(runtime);
      viewer.movePointer(799, 0);
      viewer.type('Hello there\n');
      const said = await until(
        'the line',
        async () => (await stage.harness.readWorkspace(runtime.sessionId, 'said')) || undefined,
      );
      expect(said).toBe('Hello there\n');
    });

    it('gives the app the whole display again after a viewer resizes it', async () => {
      const viewer = await stage.view(await stage.start(stage.spec(XTERM)));
      await stage.untilPainted(viewer, 799, 599);
      await viewer.resize(1100, 700);
      await stage.untilPainted(viewer, 1099, 699);
      await viewer.resize(640, 480);
      await stage.untilPainted(viewer, 639, 479);
      expect(viewer.resizeStatus).toBe(0);
    });

    it("hands the viewer's clipboard to the app", async () => {
      const command = script(
        'until text=$(xclip -o -selection clipboard) && [ -n "$text" ]; do sleep 0.05; done 2>/dev/null; echo "$text" >result; echo >done; cat',
      );
      const runtime = await stage.start(stage.spec(command));
      const viewer = await stage.view(runtime);
      viewer.sendClipboard('from the viewer');
      expect(await stage.result(runtime.sessionId)).toBe('from the viewer\n');
    });

    it("hands the app's clipboard to the viewer", async () => {
      const command = script('read go; echo -n from the app | xclip -selection clipboard; cat');
      const runtime = await stage.start(stage.spec(command));
      const viewer = await stage.view(runtime);
      viewer.type('\n');
      await until('the clipboard', () => viewer.clipboard === 'from the app');
      expect(viewer.clipboard).toBe('from the app');
    });
  });

  describe('isolation', () => {
    it('keeps a session from the files, the display and the viewer socket of others and of the server', async () => {
      const other = await stage.start(stage.spec(probe('echo "$DISPLAY"')));
      const display = (await stage.result(other.sessionId)).trim();
      const paths = await stage.harness.forbiddenPaths(other);
      expect(paths.filter((path) => !existsSync(path))).toEqual([]);
      const tries = paths.map(
        (path) =>
          `if ls '${path}'/. || cat '${path}' || [ -S '${path}' ]; then echo 'opened ${path}' >>opened; fi`,
      );
      const command = probe(
        `touch opened; ( ${tries.join('; ')} ) >/dev/null 2>&1
        [ "$DISPLAY" = '${display}' ] || ! xdpyinfo -display '${display}' || echo "another's display" >>opened
        ! XAUTHORITY=/dev/null xdpyinfo || echo 'its display without the cookie' >>opened
        mv opened seen`,
      );
      const runtime = await stage.start(stage.spec(command));
      await stage.result(runtime.sessionId);
      expect(await stage.harness.readWorkspace(runtime.sessionId, 'seen')).toBe('');
    });

    it('leaves a session its display when others start', async () => {
      const command = script(
        'read go; xdpyinfo >/dev/null && echo still mine >result; echo >done; cat',
      );
      const first = await stage.start(stage.spec(command));
      await Promise.all([stage.start(stage.spec(XTERM)), stage.start(stage.spec(XTERM))]);
      (await stage.view(first)).type('\n');
      expect(await stage.result(first.sessionId)).toBe('still mine\n');
    });

    it("gives the app none of the server's environment", async () => {
      const runtime = await stage.start(
        stage.spec(probe('env; tr "\\0" "\\n" </proc/$PPID/environ')),
      );
      const seen = await stage.result(runtime.sessionId);
      expect(seen).toContain('HOME=');
      expect(seen).not.toContain(stage.harness.serverVariable);
    });

    it('takes every privilege from the app', async () => {
      const runtime = await stage.start(
        stage.spec(probe('id -u; grep -E "^(Cap|NoNewPrivs)" /proc/self/status')),
      );
      const seen = await stage.result(runtime.sessionId);
      expect(seen).not.toMatch(/^0\n/);
      expect(seen).toContain('NoNewPrivs:\t1');
      expect(seen.match(/^CapEff:\t0+$/m)).not.toBeNull();
      expect(seen.match(/^CapBnd:\t0+$/m)).not.toBeNull();
    });

    it('bounds the number of processes', async () => {
      const bomb = 'n=0; while [ $n -lt 400 ]; do sleep 300 & n=$((n+1)); echo $n >forks; done';
      const command = script(`( ${bomb} ); echo >done; exec cat`);
      const runtime = await stage.start(stage.spec(command));
      const count = await stage.harness.trackProcesses(runtime.sessionId);
      await stage.result(runtime.sessionId);
      const forks = Number(await stage.harness.readWorkspace(runtime.sessionId, 'forks'));
      expect(forks).toBeGreaterThan(10);
      expect(forks).toBeLessThan(stage.harness.processesMax);
      expect(count()).toBeGreaterThan(forks);
      expect(['terminated', 'killed']).toContain(await stage.driver.stop(runtime.sessionId));
      expect(count()).toBe(0);
    });
  });
}
