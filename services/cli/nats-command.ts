import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { SERVICE_NAMES } from '#shared/contracts/permissions.js';
import {
  NatsConfigError,
  type Process,
  processIn,
  type Reader,
  readerIn,
  writeNatsConfig,
  type Written,
} from './nats-config.js';
import { table } from './table.js';

const EVERYTHING: Process = { name: 'sortie', services: SERVICE_NAMES };

type Options = Readonly<{
  process?: readonly Process[];
  reader?: readonly Reader[];
  out: string;
  listen: string;
  storeDir?: string;
  storeGib: number;
  tlsCert?: string;
  tlsKey?: string;
  tlsCa?: string;
}>;

/** Adds `sortie nats config`, which needs no server of Sortie's to be running. `print` tells what was done. */
export function addNatsCommand(
  program: Command,
  print: (data: unknown, text: string) => void,
): void {
  program
    .command('nats')
    .description('the NATS server that several processes of Sortie share')
    .command('config')
    .description('write the server’s configuration, and a key for each process')
    .option(
      '--process <name=services>',
      'a process and the services it hosts, as in web=gateway,identity; again for each process',
      (text, before: readonly Process[] | undefined) => [...(before ?? []), processIn(text)],
    )
    .option(
      '--reader <name=services>',
      'a program of your own and the services whose events it may read, as in billing=session; again for each program',
      (text, before: readonly Reader[] | undefined) => [...(before ?? []), readerIn(text)],
    )
    .option('--out <folder>', 'where to write', 'nats')
    .option('--listen <address>', 'where the server listens', '127.0.0.1:4222')
    .option('--store-dir <folder>', 'where the server keeps the log; <out>/store when absent')
    .option('--store-gib <number>', 'what the log may take of the disk, in GiB', gib, 10)
    .option('--tls-cert <file>', 'the server’s certificate, as PEM')
    .option('--tls-key <file>', 'its key')
    .option('--tls-ca <file>', 'the authority that signed it')
    .action((options: Options) => {
      const { out, listen, storeGib, process: processes = [EVERYTHING] } = options;
      const { reader: readers = [] } = options;
      const storeFolder = resolve(options.storeDir ?? `${out}/store`);
      const where = { out: resolve(out), listen, storeFolder, storeGib };
      const written = writeNatsConfig({ processes, readers, ...where, ...tlsOf(options) });
      print(written, told(written, listen, options.tlsCa));
    });
}

function gib(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('It is a whole number of GiB.');
}

function tlsOf({ tlsCert, tlsKey, tlsCa }: Options) {
  if (tlsCert && tlsKey && tlsCa) {
    const [certificateFile, keyFile] = [resolve(tlsCert), resolve(tlsKey)];
    return { tls: { certificateFile, keyFile, authorityFile: resolve(tlsCa) } };
  }
  if (!tlsCert && !tlsKey && !tlsCa) return {};
  throw new NatsConfigError('TLS takes all three of --tls-cert, --tls-key and --tls-ca.');
}

/** An address that means "all of them" is none to connect to. */
const EVERYWHERE = /^(0\.0\.0\.0|\[::\]):/;

function told(written: Written, listen: string, authority: string | undefined): string {
  const { configPath, processes, readers, missing } = written;
  const rows = processes.map(({ name, services, nkeyPath, isNew }) => [
    name,
    services.join(','),
    `${nkeyPath}${isNew ? ' (new)' : ''}`,
  ]);
  const url = `${authority ? 'tls' : 'nats'}://${listen.replace(EVERYWHERE, '<its host>:')}`;
  const ca = authority ? ` and SORTIE_NATS_CA_FILE=${resolve(authority)}` : '';
  const lacking = `No process hosts ${missing.join(', ')}: whoever needs it is told to try later.`;
  return [
    `Start the server with: nats-server -c ${configPath}`,
    'A server that runs takes a change with: nats-server --signal reload',
    '',
    `Set SORTIE_NATS_URL=${url}${ca} for every process, and for each its own:`,
    table(['PROCESS', 'SORTIE_SERVICES', 'SORTIE_NATS_NKEY_FILE'], rows),
    ...(readers.length > 0 ? ['', ...toldOf(readers)] : []),
    ...(missing.length > 0 ? ['', lacking] : []),
  ].join('\n');
}

function toldOf(readers: Written['readers']): string[] {
  const rows = readers.flatMap(({ name, nkeyPath, isNew, consumers }) =>
    consumers.map((consumer) => [name, `${nkeyPath}${isNew ? ' (new)' : ''}`, consumer]),
  );
  return [
    'Give each reader its key, and see shared/docs/events.md for what to do with it:',
    table(['READER', 'KEY', 'CONSUMER'], rows),
    // nats-server makes a new account at the first, and its ways into Sortie's at the second.
    ...(readers.some(({ isNew }) => isNew)
      ? ['A server that runs knows a new reader after reloading twice.']
      : []),
  ];
}
