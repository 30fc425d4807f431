import { createInterface } from 'node:readline/promises';
import { usageError } from './exit-codes.js';
import { table } from './table.js';

/** Where a command's output goes: data to stdout, as JSON where that was asked for, words to stderr. */
export type Terminal = Readonly<{
  /** Prints a result: the data for programs, the text for people. */
  print: (data: unknown, text: string) => void;
  /** Prints rows under headings, or says that there are none. */
  printRows: (data: unknown, headings: readonly string[], rows: readonly Cells[]) => void;
  /** Tells a person something that is no result. */
  tell: (text: string) => void;
  /** Resolves when the person agrees; `isSure` is that they said so beforehand. Errors: CliError. */
  confirm: (question: string, isSure: boolean | undefined) => Promise<void>;
}>;
type Cells = readonly (string | number | null | undefined)[];

/** A terminal that prints JSON when `asJson` says so. */
export function terminalOf(asJson: () => boolean): Terminal {
  const print = (data: unknown, text: string): void => {
    process.stdout.write(`${asJson() ? JSON.stringify(data) : harmless(text)}\n`);
  };
  const tell = (text: string): void => void process.stderr.write(`${harmless(text)}\n`);
  return {
    print,
    tell,
    printRows: (data, headings, rows) => {
      const cells = rows.map((row) => row.map((cell) => oneLine(String(cell ?? ''))));
      if (rows.length === 0 && !asJson()) return tell('There are none.');
      print(data, table(headings, cells));
    },
    confirm,
  };
}

/** What a person typed elsewhere must not steer this terminal. */
export const harmless = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '\u{fffd}');

const oneLine = (text: string): string => harmless(text).replaceAll('\n', '\u{fffd}');

async function confirm(question: string, isSure: boolean | undefined): Promise<void> {
  if (isSure) return;
  if (!process.stdin.isTTY) {
    throw usageError(`${question} Say --yes to go on without being asked.`);
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question(`${harmless(question)} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw usageError('Nothing was changed.');
  } finally {
    lines.close();
  }
}
