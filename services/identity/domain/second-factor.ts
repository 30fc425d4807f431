import type { SecondFactorEvent } from '#shared/contracts/ways-in-events.js';
import { accept, type Decider, type Message, reject } from '#shared/es/decider.js';

export type SecondFactor = Readonly<
  | { status: 'none' }
  | { status: 'begun'; factorId: string }
  | {
      status: 'confirmed';
      factorId: string;
      /** The last time step whose code was used. */
      step: number;
      /** Of the recovery codes that are left. */
      recoveryHashes: readonly string[];
    }
>;

type Of = { userId: string; factorId: string };

export type SecondFactorCommand =
  | Message<'BeginSecondFactor', Of & { sealedSecret: string }>
  | Message<'ConfirmSecondFactor', Of & { step: number; recoveryHashes: readonly string[] }>
  /** A code came out right for the secret of that factor, at that time step. */
  | Message<'UseCode', Of & { step: number }>
  | Message<'UseRecoveryCode', Of & { recoveryHash: string }>
  | Message<'RemoveSecondFactor', { userId: string }>;

/** The refusal of a code; which of the reasons it was is nobody's business. */
export const codeWrong = () =>
  reject('SecondFactorWrong', 'The code is wrong, or was used before; wait for the next one.');

/** The refusal where there is nothing to confirm. */
export const notBegun = () =>
  reject('SecondFactorMissing', 'There is no second factor to confirm; begin with a new secret.');

/** What a user shows beside the password: codes by time (RFC 6238), each of them once, and recovery codes, each of them once. */
export const secondFactor: Decider<SecondFactorCommand, SecondFactorEvent, SecondFactor> = {
  initialState: { status: 'none' },

  evolve(state, event): SecondFactor {
    const { factorId } = event.data;
    switch (event.type) {
      case 'SecondFactorBegun':
        return { status: 'begun', factorId };
      case 'SecondFactorConfirmed': {
        const { step, recoveryHashes } = event.data;
        return { status: 'confirmed', factorId, step, recoveryHashes };
      }
      case 'SecondFactorUsed':
        return state.status === 'confirmed' ? { ...state, step: event.data.step } : state;
      case 'RecoveryCodeUsed': {
        if (state.status !== 'confirmed') return state;
        const { recoveryHash } = event.data;
        const left = state.recoveryHashes.filter((hash) => hash !== recoveryHash);
        return { ...state, recoveryHashes: left };
      }
      case 'SecondFactorRemoved':
        return { status: 'none' };
    }
  },

  decide(command, state) {
    if (command.type === 'RemoveSecondFactor') {
      if (state.status === 'none') return accept();
      const { factorId } = state;
      return accept({ type: 'SecondFactorRemoved', data: { ...command.data, factorId } });
    }
    if (command.type === 'BeginSecondFactor') {
      if (state.status === 'confirmed') return exists();
      return accept({ type: 'SecondFactorBegun', data: command.data });
    }
    return decideOnCode(command, state);
  },
};

function decideOnCode(
  command: Exclude<SecondFactorCommand, { type: 'BeginSecondFactor' | 'RemoveSecondFactor' }>,
  state: SecondFactor,
) {
  if (command.type === 'ConfirmSecondFactor') {
    const { factorId } = command.data;
    if (state.status !== 'begun' || state.factorId !== factorId) return notBegun();
    return accept<SecondFactorEvent>({ type: 'SecondFactorConfirmed', data: command.data });
  }
  if (state.status !== 'confirmed' || state.factorId !== command.data.factorId) return codeWrong();
  if (command.type === 'UseCode') {
    if (command.data.step <= state.step) return codeWrong();
    return accept<SecondFactorEvent>({ type: 'SecondFactorUsed', data: command.data });
  }
  if (!state.recoveryHashes.includes(command.data.recoveryHash)) return codeWrong();
  return accept<SecondFactorEvent>({ type: 'RecoveryCodeUsed', data: command.data });
}

const exists = () =>
  reject('SecondFactorExists', 'You have a second factor; remove it to have another.');
