import type { DeviceSignInEvent, DeviceSignInStarted } from '#shared/contracts/ways-in-events.js';
import { accept, type Decider, type Message, reject } from '#shared/es/decider.js';

/** How long somebody has to say yes, and the program to come for its token. */
export const DEVICE_SIGN_IN_MS = 10 * 60_000;

type Wish = Pick<DeviceSignInStarted['data'], 'sealedName' | 'scopes' | 'days'>;

export type DeviceSignIn = Readonly<
  | { status: 'absent' }
  | (Wish & { status: 'waiting'; expiresAt: string })
  | (Wish & { status: 'approved' | 'collected'; expiresAt: string; userId: string })
  | { status: 'denied' }
>;

export type DeviceSignInCommand =
  | Message<'StartDeviceSignIn', Omit<DeviceSignInStarted['data'], 'expiresAt'>>
  | Message<
      'AnswerDeviceSignIn',
      { deviceId: string; userId: string; approve: boolean; at: string }
    >
  | Message<'CollectToken', { deviceId: string; at: string }>;

/** The refusal of a code that no program waits with. */
export const deviceCodeUnknown = () =>
  reject('DeviceCodeUnknown', 'No program waits with this code; have it show you a new one.');

const expired = () =>
  reject('DeviceCodeExpired', 'The code was used, or is too old; begin with a new one.');

/** One program that asks to act for somebody (RFC 8628): a person says yes or no to it, and it comes for its token once. */
export const deviceSignIn: Decider<DeviceSignInCommand, DeviceSignInEvent, DeviceSignIn> = {
  initialState: { status: 'absent' },

  evolve(state, event): DeviceSignIn {
    switch (event.type) {
      case 'DeviceSignInStarted': {
        const { sealedName, scopes, days, expiresAt } = event.data;
        return { status: 'waiting', sealedName, scopes, days, expiresAt };
      }
      case 'DeviceSignInApproved':
        return state.status === 'waiting'
          ? { ...state, status: 'approved', userId: event.data.userId }
          : state;
      case 'DeviceSignInDenied':
        return { status: 'denied' };
      case 'DeviceSignInCollected':
        return state.status === 'approved' ? { ...state, status: 'collected' } : state;
    }
  },

  decide(command, state) {
    switch (command.type) {
      case 'StartDeviceSignIn': {
        if (state.status !== 'absent') return expired();
        const endsMs = Date.parse(command.data.startedAt) + DEVICE_SIGN_IN_MS;
        const expiresAt = new Date(endsMs).toISOString();
        return accept({ type: 'DeviceSignInStarted', data: { ...command.data, expiresAt } });
      }
      case 'AnswerDeviceSignIn': {
        const { approve, at, ...who } = command.data;
        if (state.status !== 'waiting' || at >= state.expiresAt) return deviceCodeUnknown();
        return accept({
          type: approve ? 'DeviceSignInApproved' : 'DeviceSignInDenied',
          data: who,
        });
      }
      case 'CollectToken':
        return collect(command.data, state);
    }
  },
};

function collect({ deviceId, at }: { deviceId: string; at: string }, state: DeviceSignIn) {
  if (state.status === 'denied') {
    return reject('DeviceRefused', 'The person at the page said no.');
  }
  const isLate = 'expiresAt' in state && at >= state.expiresAt;
  if (isLate || state.status === 'absent' || state.status === 'collected') return expired();
  if (state.status === 'waiting') {
    return reject('AuthorizationPending', 'Nobody has said yes yet; ask again.');
  }
  const { userId } = state;
  return accept<DeviceSignInEvent>({ type: 'DeviceSignInCollected', data: { deviceId, userId } });
}
