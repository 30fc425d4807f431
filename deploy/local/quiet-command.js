// @ts-check
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const OUTPUT_CHARS_MAX = 200_000;
const PROGRESS_MS = 30_000;
const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * @typedef {object} QuietOptions
 * @property {string} doing what is told while it lasts, as in `installing dependencies`
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] variables set beside this process's own
 * @property {(pid: number) => void} [onStart]
 */

/**
 * Runs a command without showing its output, which is kept for whoever must explain a failure.
 * A signal is passed on to the command and ends this process once the command has ended.
 * @param {string} command
 * @param {string[]} args
 * @param {QuietOptions} options
 * @returns {Promise<{ code: number, output: string }>} code 127 when the command is not there
 */
export async function runQuietly(command, args, options) {
  const started = Date.now();
  const child = spawn(command, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) options.onStart?.(child.pid);
  const progress = setInterval(() => {
    console.error(`  still ${options.doing} (${Math.round((Date.now() - started) / 1000)} s)`);
  }, PROGRESS_MS);
  const endSignals = passSignals(child);
  try {
    return await outcome(child);
  } finally {
    clearInterval(progress);
    endSignals();
  }
}

/**
 * @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, import('node:stream').Readable>} child
 * @returns {Promise<{ code: number, output: string }>}
 */
function outcome(child) {
  let output = '';
  const keep = (/** @type {string} */ text) => {
    output = (output + text).slice(-OUTPUT_CHARS_MAX);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 127, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * Passes signals on to a child until the returned function is called, which ends this process if
 * one has come.
 * @param {import('node:child_process').ChildProcess} child
 */
export function passSignals(child) {
  /** @type {NodeJS.Signals | undefined} */
  let received;
  const pass = (/** @type {NodeJS.Signals} */ signal) => {
    received = signal;
    child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, pass);
  return () => {
    for (const signal of SIGNALS) process.off(signal, pass);
    if (received !== undefined) process.exit(128 + constants.signals[received]);
  };
}

/**
 * Ends a long output where a person will read it: the last lines, indented.
 * @param {string} output
 * @param {number} [linesMax]
 */
export function lastLines(output, linesMax = 20) {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines
    .slice(-linesMax)
    .map((line) => `  ${line}`)
    .join('\n');
}
