import { describe, it } from 'vitest';
import type { SecondFactorEvent } from '#shared/contracts/ways-in-events.js';
import { given } from '#test/support/given.js';
import { secondFactor } from './second-factor.js';

const of = { userId: 'u1', factorId: 'f1' };
const begun: SecondFactorEvent = {
  type: 'SecondFactorBegun',
  data: { ...of, sealedSecret: 'sealed' },
};
const confirmed: SecondFactorEvent = {
  type: 'SecondFactorConfirmed',
  data: { ...of, step: 10, recoveryHashes: ['a', 'b'] },
};
const used = (step: number): SecondFactorEvent => ({
  type: 'SecondFactorUsed',
  data: { ...of, step },
});
const recovered: SecondFactorEvent = {
  type: 'RecoveryCodeUsed',
  data: { ...of, recoveryHash: 'a' },
};
const removed: SecondFactorEvent = { type: 'SecondFactorRemoved', data: of };

const begin = { type: 'BeginSecondFactor', data: { ...of, sealedSecret: 'sealed' } } as const;
const confirm = (factorId = 'f1') =>
  ({
    type: 'ConfirmSecondFactor',
    data: { userId: 'u1', factorId, step: 10, recoveryHashes: ['a', 'b'] },
  }) as const;
const useCode = (step: number, factorId = 'f1') =>
  ({ type: 'UseCode', data: { userId: 'u1', factorId, step } }) as const;
const recover = (recoveryHash: string) =>
  ({ type: 'UseRecoveryCode', data: { ...of, recoveryHash } }) as const;
const remove = { type: 'RemoveSecondFactor', data: { userId: 'u1' } } as const;

describe('a second factor', () => {
  it('can be begun again until it is confirmed', () => {
    given(secondFactor)().when(begin).records(begun);
    given(secondFactor)(begun).when(begin).records(begun);
    given(secondFactor)(begun, confirmed).when(begin).rejects('SecondFactorExists');
    given(secondFactor)(begun, confirmed, removed).when(begin).records(begun);
  });

  it('is confirmed once, by a code of its own secret', () => {
    given(secondFactor)(begun).when(confirm()).records(confirmed);
    given(secondFactor)(begun).when(confirm('f2')).rejects('SecondFactorMissing');
    given(secondFactor)().when(confirm()).rejects('SecondFactorMissing');
    given(secondFactor)(begun, confirmed).when(confirm()).rejects('SecondFactorMissing');
  });

  it('takes each code once, and none from before one that it took', () => {
    given(secondFactor)(begun, confirmed).when(useCode(10)).rejects('SecondFactorWrong');
    given(secondFactor)(begun, confirmed).when(useCode(11)).records(used(11));
    given(secondFactor)(begun, confirmed, used(12)).when(useCode(12)).rejects('SecondFactorWrong');
    given(secondFactor)(begun, confirmed, used(12)).when(useCode(11)).rejects('SecondFactorWrong');
    given(secondFactor)(begun, confirmed, used(12)).when(useCode(13)).records(used(13));
  });

  it('takes no code before it is confirmed, after it is removed, or of another secret', () => {
    given(secondFactor)(begun).when(useCode(11)).rejects('SecondFactorWrong');
    given(secondFactor)(begun, confirmed, removed).when(useCode(11)).rejects('SecondFactorWrong');
    given(secondFactor)(begun, confirmed).when(useCode(11, 'f0')).rejects('SecondFactorWrong');
  });

  it('takes each recovery code once', () => {
    given(secondFactor)(begun, confirmed).when(recover('a')).records(recovered);
    given(secondFactor)(begun, confirmed, recovered)
      .when(recover('a'))
      .rejects('SecondFactorWrong');
    given(secondFactor)(begun, confirmed).when(recover('c')).rejects('SecondFactorWrong');
    given(secondFactor)(begun).when(recover('a')).rejects('SecondFactorWrong');
  });

  it('is removed, confirmed or not', () => {
    given(secondFactor)(begun).when(remove).records(removed);
    given(secondFactor)(begun, confirmed).when(remove).records(removed);
    given(secondFactor)().when(remove).records();
  });
});
