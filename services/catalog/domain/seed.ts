import type { CatalogueSeeded, CatalogueSeedStarted } from '#shared/contracts/catalog.js';
import { accept, type Decider, type Message, reject } from '#shared/es/decider.js';

export type Seed =
  | Readonly<{ status: 'unseeded' }>
  | Readonly<{ status: 'started'; hash: string }>
  | Readonly<{ status: 'seeded' }>;

type SeedCommand =
  Message<'StartSeed', { hash: string }> | Message<'FinishSeed', { hash: string; apps: number }>;

/** The one loading of the example catalogue: it starts once, and one that a crash cut short goes on with the same file. */
export const seed: Decider<SeedCommand, CatalogueSeedStarted | CatalogueSeeded, Seed> = {
  initialState: { status: 'unseeded' },

  evolve(_, event): Seed {
    switch (event.type) {
      case 'CatalogueSeedStarted':
        return { status: 'started', hash: event.data.hash };
      case 'CatalogueSeeded':
        return { status: 'seeded' };
    }
  },

  decide(command, state) {
    switch (command.type) {
      case 'StartSeed':
        if (state.status === 'unseeded') {
          return accept({ type: 'CatalogueSeedStarted', data: command.data });
        }
        if (state.status === 'started' && state.hash === command.data.hash) return accept();
        return reject('AlreadySeeded', 'The catalogue has apps already, or had.');
      case 'FinishSeed':
        return state.status === 'seeded'
          ? accept()
          : accept({ type: 'CatalogueSeeded', data: command.data });
    }
  },
};
