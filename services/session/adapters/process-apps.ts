import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { RuntimeFailure } from './runtime-driver.js';

const PROCESS_APP = z.strictObject({
  /** The program and its arguments; it must stay in the foreground. */
  command: z.array(z.string().min(1)).min(1),
  /** Offers OpenGL (GLX) on the session's display; it makes each start some 30 ms slower. */
  gl: z.boolean().optional(),
});
const PROCESS_APPS = z.record(z.string().min(1), PROCESS_APP);

/** How the process driver runs an image: as a command of this machine. */
export type ProcessApp = z.infer<typeof PROCESS_APP>;

/** Image name, without tag or digest, to what runs in its place. */
export type ProcessAppTable = Readonly<Record<string, ProcessApp>>;

// CLIPBOARD is what a browser's viewer exchanges; xterm alone would only fill PRIMARY.
const XTERM = [
  ...['xterm', '-u8', '-fa', 'DejaVu Sans Mono', '-xrm', 'XTerm*selectToClipboard: true'],
  ...['-bg', '#11151c', '-fg', '#e6e9ef', '-bw', '0'],
];
const CLOCK = 'while :; do printf "\\033[H\\033[2J\\n  %s" "$(date +%T)"; sleep 1; done';

/** The images that every installation knows. */
export const PROCESS_APP_DEFAULTS: ProcessAppTable = {
  'sortie/terminal': {
    command: [...XTERM, '-fs', '11', '+sb', '-sl', '5000', '-e', 'bash', '--norc'],
  },
  'sortie/clock': { command: [...XTERM, '-fs', '64', '-e', 'sh', '-c', CLOCK] },
};

/** Reads an operator's table, a JSON object `{"<image>": {"command": ["program", "argument"]}}`, over the defaults. */
export async function loadProcessApps(file?: string): Promise<ProcessAppTable> {
  if (file === undefined) return PROCESS_APP_DEFAULTS;
  const table = PROCESS_APPS.safeParse(await readJson(file));
  if (table.success) return { ...PROCESS_APP_DEFAULTS, ...table.data };
  throw new Error(
    `${file} isn't a table of apps: ${z.prettifyError(table.error)}\nWrite {"<image>": {"command": ["program", "argument"]}}.`,
  );
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${file} can't be read as JSON: ${String(cause)}`, { cause });
  }
}

/** Gets what runs in place of an image; a tag or digest is left aside. Throws `UnknownImage` with the remedy. */
export function getProcessApp(table: ProcessAppTable, image: string): ProcessApp {
  const name = image.replace(/@sha256:[0-9a-f]+$/, '').replace(/:[\w.-]+$/, '');
  const app = Object.hasOwn(table, image)
    ? table[image]
    : Object.hasOwn(table, name)
      ? table[name]
      : undefined;
  if (app !== undefined) return app;
  throw new RuntimeFailure(
    'UnknownImage',
    `The process runtime can't run the image "${image}": it runs commands of this machine and knows ${Object.keys(table).join(', ')}. Add the image to the table of process apps, or use the docker runtime.`,
  );
}
