import { v5 as uuidV5 } from 'uuid';
import type { CommandHandler } from '#shared/es/command-handler.js';
import type { RequestContext } from '#shared/es/operation.js';
import { systemContext } from '#shared/es/system-context.js';
import type { SeedFile } from '../adapters/seed-file.js';
import { app } from '../domain/app.js';
import { seed } from '../domain/seed.js';

const SEED_NAMESPACE = '0b8f5a46-6a0a-5b58-8f0e-6f3a5c1d9e77';

/**
 * Loads the example catalogue once (S-32, S-35). Every command's id is made from the file's content, so a run that
 * a crash cut short goes on where it stopped, and apps that exist are never touched. Returns how many apps it added.
 */
export async function seedCatalogue(
  commands: CommandHandler,
  { hash, apps }: SeedFile,
): Promise<number> {
  const started = await commands.handle(seed, {
    aggregate: 'seed',
    id: 'catalogue',
    command: { type: 'StartSeed', data: { hash } },
    context: contextOf(`${hash}/start`),
  });
  if (started.kind === 'rejected') return 0;
  let added = 0;
  for (const { id, ...spec } of apps) {
    const outcome = await commands.handle(app, {
      aggregate: 'app',
      id,
      command: { type: 'RegisterApp', data: { appId: id, editor: 'all', app: spec } },
      context: contextOf(`${hash}/${id}`),
    });
    if (outcome.kind === 'committed') added += 1;
  }
  await commands.handle(seed, {
    aggregate: 'seed',
    id: 'catalogue',
    command: { type: 'FinishSeed', data: { hash, apps: added } },
    context: contextOf(`${hash}/finish`),
  });
  return added;
}

const contextOf = (name: string): RequestContext => systemContext(uuidV5(name, SEED_NAMESPACE));
