import { describe, it } from 'vitest';
import { given } from '#test/support/given.js';
import { seed } from './seed.js';

const started = { type: 'CatalogueSeedStarted', data: { hash: 'a' } } as const;
const finished = { type: 'CatalogueSeeded', data: { hash: 'a', apps: 2 } } as const;

describe('seeding the catalogue', () => {
  it('starts once', () => {
    given(seed)()
      .when({ type: 'StartSeed', data: { hash: 'a' } })
      .records(started);
    given(seed)(started, finished)
      .when({ type: 'StartSeed', data: { hash: 'a' } })
      .rejects('AlreadySeeded');
  });

  it('goes on after a crash, but only with the same file', () => {
    given(seed)(started)
      .when({ type: 'StartSeed', data: { hash: 'a' } })
      .records();
    given(seed)(started)
      .when({ type: 'StartSeed', data: { hash: 'b' } })
      .rejects('AlreadySeeded');
  });

  it('is finished once', () => {
    const finish = { type: 'FinishSeed', data: { hash: 'a', apps: 2 } } as const;
    given(seed)(started).when(finish).records(finished);
    given(seed)(started, finished).when(finish).records();
  });
});
