import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeFailure } from './runtime-driver.js';

/** Where programs are looked for, and the PATH of every session: never the server's own. */
export const SESSION_PATH = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';

/**
 * The Debian and Ubuntu packages that the process driver needs; `bubblewrap` only when the server is
 * not root. The rest (util-linux, coreutils, dash) is essential there and always installed.
 */
export const PROCESS_RUNTIME_PACKAGES = {
  always: [
    'tigervnc-standalone-server',
    'matchbox-window-manager',
    'x11-utils',
    'xterm',
    'fonts-dejavu-core',
  ],
  whenNotRoot: ['bubblewrap'],
} as const;

const PACKAGE_OF_PROGRAM = {
  Xtigervnc: 'tigervnc-standalone-server',
  'matchbox-window-manager': 'matchbox-window-manager',
  xprop: 'x11-utils',
  setpriv: 'util-linux',
  prlimit: 'util-linux',
  bwrap: 'bubblewrap',
} as const;

export type SessionProgram = keyof typeof PACKAGE_OF_PROGRAM;

/** What every session runs, whichever way it is isolated. */
export const DISPLAY_PROGRAMS: readonly SessionProgram[] = [
  'Xtigervnc',
  'matchbox-window-manager',
  'xprop',
  'prlimit',
];

/** Finds a program on a PATH, or throws a sentence that names the package to install. */
export async function getProgram(program: SessionProgram, path = SESSION_PATH): Promise<string> {
  for (const folder of path.split(':')) {
    const file = join(folder, program);
    if (await isExecutable(file)) return file;
  }
  throw new RuntimeFailure(
    'ProgramMissing',
    `${program} isn't installed, and container apps need it: run \`apt-get install ${PACKAGE_OF_PROGRAM[program]}\`.`,
  );
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
