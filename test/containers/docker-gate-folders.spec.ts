// Goal: no one who may write in the runtime folder has a container see more of the machine than its session's folder.
// Method: the gate in front of a real engine, and an attacker with the session service's own user who exchanges folders.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { lstat, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker } from '#test/support/compose-docker.js';
import { OWNER } from '#test/support/docker-gate.js';
import { GateStage } from '#test/support/docker-gate-stage.js';

let stage: GateStage;
beforeAll(async () => {
  stage = await GateStage.open();
});
afterAll(() => stage.close());

const AS_OWNER = { uid: OWNER.uid, gid: OWNER.gid };
/** Runs a script as the user that the session service has. */
const asOwner = (script: string) =>
  spawnSync('sh', ['-c', script], { ...AS_OWNER, encoding: 'utf8' });

describe('the folder of a session', () => {
  const swap = (path: string) => asOwner(`mv ${path} ${path}.old && ln -s / ${path}`);
  /** What a container of this session finds where its folder is mounted. */
  const seenIn = (session: string) =>
    docker('exec', `sortie-${session}-display`, 'ls', '-A', '/run/sortie').then((text) =>
      text.split('\n'),
    );

  it('is the session service’s before, shared while a container has it, and its own again after', async () => {
    const session = await stage.newSession();
    const path = join(stage.runtimeDir, session);
    await stage.makeDisplay(session);
    expect(await lstat(path)).toMatchObject({ uid: 0, gid: OWNER.gid, mode: 0o041770 });
    expect(asOwner(`touch ${path}/mine && rm ${path}/mine && touch ${path}/rfb`).status).toBe(0);
    await stage.ask('POST', `/containers/sortie-${session}-display/start`);
    expect(await seenIn(session)).toEqual(['rfb']);
    await stage.ask('DELETE', `/containers/sortie-${session}-display?force=true`);
    expect(await lstat(path)).toMatchObject({ uid: OWNER.uid });
    expect(asOwner(`rm -r ${path}`).status).toBe(0);
  });

  it('can’t be exchanged for a link between a container’s making and its start', async () => {
    const session = await stage.newSession();
    const path = join(stage.runtimeDir, session);
    await stage.makeDisplay(session);
    expect(swap(path)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('not permitted'),
    });
    expect(asOwner(`rmdir ${path}`).status).toBe(1);
    await stage.ask('POST', `/containers/sortie-${session}-display/start`);
    expect(await seenIn(session)).not.toContain('etc');
  });

  it('could be, without the gate: the engine looks again at a start', async () => {
    const session = await stage.newSession();
    const path = join(stage.runtimeDir, session);
    const name = `sortie-${session}-display`;
    await stage.engine('POST', `/containers/create?name=${name}`, stage.display(session));
    expect(swap(path).status).toBe(0);
    await stage.engine('POST', `/containers/${name}/start`);
    expect(await seenIn(session)).toContain('etc');
  });

  it.each(['/', '/etc', '.'])('is not one that is a link to %s', async (target) => {
    const session = await stage.newSession();
    const path = join(stage.runtimeDir, session);
    await rm(path, { recursive: true });
    await symlink(target, path);
    const { status, json } = await stage.makeDisplay(session);
    expect([status, json.message]).toEqual([403, expect.stringContaining('is no folder')]);
    expect((await lstat('/etc')).gid).toBe(0);
  });

  it('stays held while any container has it, also over a restart of the gate', async () => {
    const [one, other] = [await stage.newSession(), await stage.newSession()];
    await stage.makeDisplay(one);
    await stage.makeDisplay(other);
    await stage.ask('DELETE', `/containers/sortie-${other}-display`);
    await stage.stop();
    await stage.start();
    expect((await lstat(join(stage.runtimeDir, one))).uid).toBe(0);
    expect((await lstat(join(stage.runtimeDir, other))).uid).toBe(OWNER.uid);
  });

  it('is given back when no container came of it', async () => {
    const session = await stage.newSession();
    const body = { ...stage.display(session), Image: 'sortie-test-f/not-there' };
    expect((await stage.makeDisplay(session, body)).status).toBe(404);
    expect((await lstat(join(stage.runtimeDir, session))).uid).toBe(OWNER.uid);
  });

  it('is not exchanged by one who tries all the time', async () => {
    const seen: string[] = [];
    for (let round = 0; round < 6; round += 1) {
      const session = await stage.newSession();
      const path = join(stage.runtimeDir, session);
      const back = `rm -f ${path}; mv -T ${path}.old ${path}`;
      const trying = `while :; do mv -T ${path} ${path}.old && ln -s / ${path}; ${back}; done`;
      const attacker = spawn('sh', ['-c', trying], { ...AS_OWNER, stdio: 'ignore' });
      // Refused whenever the link is there at that moment; for good where it came between the gate's two looks.
      for (let tries = 0; tries < 20; tries += 1) {
        if ((await stage.makeDisplay(session)).status === 201) break;
      }
      await stage.ask('POST', `/containers/sortie-${session}-display/start`);
      seen.push(...(await seenIn(session).catch(() => [])));
      attacker.kill('SIGKILL');
      await once(attacker, 'exit');
    }
    expect(seen).not.toContain('etc');
  });
});
