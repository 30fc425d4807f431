import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { initStack } from './stack-keys.js';

type Options = Readonly<{ keys: string; nats: string; storeGib: number }>;

/** Adds `sortie stack init`, the first thing that runs of the compose stack. */
export function addStackCommand(
  program: Command,
  print: (data: unknown, text: string) => void,
): void {
  program
    .command('stack')
    .description('the whole of Sortie in containers: docker-compose.yml')
    .command('init')
    .description('make the keys that are missing, and nats-server’s configuration')
    .option('--keys <folder>', 'has, or gets, a folder of keys for each container', '/keys')
    .option('--nats <folder>', 'gets nats-server’s configuration', '/nats')
    .option('--store-gib <number>', 'what the log may take of the disk, in GiB', gib, 10)
    .action(({ keys, nats, storeGib }: Options) => {
      const made = initStack({ keys: resolve(keys), nats: resolve(nats), storeGib });
      const told = made.map((path) => `Made ${path}`).join('\n');
      print({ made }, told || 'All keys are there.');
    });
}

function gib(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('It is a whole number of GiB.');
}
