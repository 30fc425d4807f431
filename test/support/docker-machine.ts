import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installationOf } from '#services/session/adapters/docker-names.js';
import { docker } from './docker-images.js';

/** What Docker and the kernel know of an installation's sessions, asked without the driver. */
export class DockerMachine {
  constructor(readonly runtimeDir: string) {}

  /** Reads a file of a session's workspace, on the engine's machine. */
  async readWorkspace(sessionId: string, file: string): Promise<string | undefined> {
    const folder = await this.workspace(sessionId).catch(() => undefined);
    if (folder === undefined) return undefined;
    return readFile(join(folder, file), 'utf8').catch(() => undefined);
  }

  workspace(sessionId: string): Promise<string> {
    const volume = `sortie-${sessionId}-workspace`;
    return docker('volume', 'inspect', '--format', '{{.Mountpoint}}', volume);
  }

  /** Counts the processes in a session's control groups, also after its end. */
  async trackProcesses(sessionId: string): Promise<() => number> {
    const names = [`sortie-${sessionId}`, `sortie-${sessionId}-display`];
    const pids = await docker('inspect', '--format', '{{.State.Pid}}', ...names);
    const groups = pids.split('\n').map((pid) => processGroup(Number(pid), 'pids'));
    return () => groups.reduce((sum, group) => sum + countIn(group), 0);
  }

  /** Everything of this installation in the engine, and every file in its folder. */
  async leftovers(): Promise<string[]> {
    const label = ['--filter', `label=sortie.installation=${installationOf(this.runtimeDir)}`];
    const asked = [
      docker('ps', '--all', '--quiet', ...label),
      docker('volume', 'ls', '--quiet', ...label),
      docker('network', 'ls', '--quiet', ...label),
    ];
    const found = (await Promise.all(asked)).flatMap((text) => text.split('\n'));
    const own = (await readdir(this.runtimeDir)).filter((name) => name !== '.server');
    const server = await readdir(join(this.runtimeDir, '.server'));
    return [...found.filter((line) => line !== ''), ...own, ...server];
  }
}

/** The control group that a process is bounded by: of the kind's own hierarchy in version 1, the one there is in 2. */
export function processGroup(pid: number, kind: 'pids' | 'memory'): string {
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'latin1').trim().split('\n');
  const fields = lines.map((line) => line.split(':'));
  const [, , path = ''] =
    fields.find(([, kinds]) => kinds === kind) ?? fields.find(([, kinds]) => kinds === '') ?? [];
  const old = join('/sys/fs/cgroup', kind, path);
  return existsSync(old) ? old : join('/sys/fs/cgroup', path);
}

function countIn(group: string): number {
  try {
    return readFileSync(join(group, 'cgroup.procs'), 'latin1').trim().split('\n').filter(Boolean)
      .length;
  } catch {
    return 0;
  }
}
