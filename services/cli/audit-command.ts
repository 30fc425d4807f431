import type { Command } from 'commander';
import { exportBundle, type ExportOptions, type Get } from './audit-export.js';
import { verifyBundle, type VerifyOptions } from './audit-verify.js';
import { TamperedError, type Verified } from './bundle-verifier.js';
import type { Cli } from './cli.js';
import { addTrailCommands } from './trail-command.js';
import { wholeNumber } from './whole-number.js';

const TAMPERED = 1;
const UNUSABLE = 2;

/** Adds `sortie audit`: what asks the running server, and `verify`, which needs none. */
export function addAuditCommand(program: Command, get: Get, cli: Cli): void {
  const { print } = cli;
  const audit = program.command('audit').description('the trail, and the proof that it is whole');
  addTrailCommands(audit, cli);
  audit
    .command('export')
    .description('write the log, its signed tree heads and proofs into a file that can be checked')
    .requiredOption('-o, --output <file>', 'where to write')
    .option('--from <sequence>', 'the first place of the log; 1 when absent', wholeNumber)
    .option('--to <sequence>', 'the last; that of the newest tree head when absent', wholeNumber)
    .option(
      '--after-head <number>',
      'leave out the heads up to this one, of a log that was given up',
      wholeNumber,
    )
    .action(async (options: ExportOptions) => {
      const { output, from, to, heads, key } = await exportBundle(get, options);
      print(
        { output, from, to, heads, key },
        `${output} has sequences ${from} to ${to} and ${heads} tree heads, the last signed with key ${key}.\nCheck it with: sortie audit verify ${output} --public-key <file>`,
      );
    });
  audit
    .command('verify <bundle>')
    .description(
      'check an export with nothing but the public key: 0 it is whole, 1 it is not, 2 it could not be checked',
    )
    .requiredOption(
      '--public-key <file>',
      'the key that heads were signed with, PEM; several may stand in it',
    )
    .option('--heads <file>', 'tree heads that were kept elsewhere')
    // What was said wrongly must not look like a trail that was tampered with.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : UNUSABLE))
    .action(async (bundle: string, options: VerifyOptions) => {
      try {
        const verified = await verifyBundle(bundle, options);
        print(verified, told(bundle, verified, options));
      } catch (error) {
        const where = error instanceof TamperedError && error.line ? `, line ${error.line}` : '';
        const message = error instanceof Error ? error.message : String(error);
        const isTampered = error instanceof TamperedError;
        process.stderr.write(
          isTampered ? `NOT WHOLE: ${bundle}${where}: ${message}.\n` : `${message}\n`,
        );
        process.exitCode = isTampered ? TAMPERED : UNUSABLE;
      }
    });
}

function told(
  bundle: string,
  { from, to, firstHead, lastHead, log }: Verified,
  options: VerifyOptions,
): string {
  const { number, size, time, key } = lastHead;
  return [
    `${bundle} is whole: sequences ${from} to ${to} of log ${log} are as they were signed.`,
    `Tree heads #${firstHead} to #${number}; the last was signed at ${time} with key ${key}, over 1 to ${size}.`,
    options.heads === undefined
      ? 'Nothing was compared with heads kept elsewhere (--heads): whoever has the key could have signed another history.'
      : `They are the ones that were kept in ${options.heads}.`,
  ].join('\n');
}
