import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import {
  asUid,
  chooseFreeUid,
  isOf,
  limited,
  type Isolation,
  type SessionPlace,
} from './process-isolation.js';
import { SESSION_FILES } from './process-folder.js';
import { SANDBOX_TMP_BYTES_MAX, type UidRange } from './process-limits.js';
import { getProgram } from './process-programs.js';
import {
  findPidNamespace,
  listProcesses,
  readArguments,
  signalProcess,
  type LiveProcess,
} from './process-table.js';

/** Linked into /usr on merged systems, folders of their own on others. */
const ROOT_FOLDERS = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

/** What programs need of /etc; the rest of it is the machine's own business. */
const ETC_ENTRIES = [
  ...['alternatives', 'fonts', 'ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'localtime'],
  ...[
    'ssl',
    'ca-certificates',
    'hosts',
    'resolv.conf',
    'nsswitch.conf',
    'X11',
    'xdg',
    'mime.types',
  ],
];

/** Root of the sandbox's own user namespace maps to this nobody in particular. */
const SANDBOX_ID = '1000';

/**
 * For a server that is not root: bubblewrap gives every session its own users, processes, /tmp and IPC, and
 * shows it the system's programs and its own folder, nothing else. The network is the machine's.
 *
 * A server that is root may choose it too; its sessions then have a uid of their own as well, without which the
 * kernel would not hold them to the number of processes (it exempts the machine's root, see fork(2)).
 * Not `--die-with-parent`: a session outlives a crashed server and is adopted by the next one.
 */
export function sandboxIsolation(uids: UidRange, path?: string): Isolation {
  const server = process.getuid?.() ?? 0;
  return {
    kind: 'sandbox',
    chooseUid: (taken) => (server === 0 ? chooseFreeUid(uids, taken) : server),
    wrap: async (place, limits, command) => [
      ...(server === 0 ? await asUid(place.uid, path) : []),
      await getProgram('bwrap', path),
      ...(await sandboxOptions(place.folder)),
      '--',
      ...(await limited(limits, command, path)),
    ],
    members: findMembers,
    // Killing the namespace's first process ends all in it (pid_namespaces(7)).
    kill: (place) => {
      for (const { pid } of findMembers(place)) signalProcess(pid, 'SIGKILL');
    },
  };
}

async function sandboxOptions(folder: string): Promise<string[]> {
  const { passwd, group } = SESSION_FILES;
  return [
    ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--disable-userns'],
    ...['--uid', SANDBOX_ID, '--gid', SANDBOX_ID, '--hostname', 'sortie', '--new-session'],
    ...['--cap-drop', 'ALL'],
    ...['--ro-bind', '/usr', '/usr', ...(await rootFolderOptions())],
    ...ETC_ENTRIES.flatMap((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
    ...['--ro-bind-try', '/var/cache/fontconfig', '/var/cache/fontconfig'],
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/run'],
    ...['--size', String(SANDBOX_TMP_BYTES_MAX), '--tmpfs', '/tmp'],
    ...['--perms', '1777', '--dir', '/tmp/.X11-unix'],
    ...['--bind', folder, folder, '--chdir', folder],
    ...['--ro-bind', join(folder, passwd), '/etc/passwd'],
    ...['--ro-bind', join(folder, group), '/etc/group'],
    ...['--remount-ro', '/'],
  ];
}

async function rootFolderOptions(): Promise<string[]> {
  const options: string[] = [];
  for (const folder of ROOT_FOLDERS) {
    const found = await lstat(folder).catch(() => undefined);
    if (found?.isSymbolicLink()) options.push('--symlink', await readlink(folder), folder);
    else if (found?.isDirectory()) options.push('--ro-bind', folder, folder);
  }
  return options;
}

/** bwrap's own processes carry the folder in their arguments; the rest share the namespace of its first. */
function findMembers({ folder, uid }: SessionPlace): LiveProcess[] {
  const mine = listProcesses().filter((one) => isOf(one, uid));
  const wrappers = mine.filter((one) => isWrapper(one) && readArguments(one.pid).includes(folder));
  const own = findPidNamespace('self');
  const namespaces = new Set(wrappers.map((one) => findPidNamespace(one.pid)));
  namespaces.delete(own);
  namespaces.delete(undefined);
  return mine.filter((one) => wrappers.includes(one) || namespaces.has(findPidNamespace(one.pid)));
}

function isWrapper({ program }: LiveProcess): boolean {
  return program === 'bwrap' || program === 'setpriv';
}
