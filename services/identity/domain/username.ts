import type { UsernameClaimed } from '#shared/contracts/identity.js';
import { accept, type Decider, type Message, reject } from '#shared/es/decider.js';

/** How long a claimed name waits for its user, whose registration a crash may have cut short. */
export const CLAIM_ABANDONED_AFTER_MS = 60_000;

export type Username = Readonly<
  { status: 'free' } | { status: 'claimed'; userId: string; claimedAt: string }
>;

type Claim = Readonly<{ userId: string; at: string }>;

export type UsernameCommand =
  | Message<'ClaimUsername', Claim>
  /** `from` is the user whose registration has been abandoned for good. */
  | Message<'TakeOverUsername', Claim & { from: string }>;

/** Without the name: what was refused stays in the log, and no key would make it unreadable there. */
export const nameTaken = () =>
  reject('UserNameTaken', 'There is a user of this name already; choose another one.');

/**
 * The reservation of one name. It is never given back: the name of a disabled user stays that user's, and that of one who
 * was erased gets another stream.
 */
export const username: Decider<UsernameCommand, UsernameClaimed, Username> = {
  initialState: { status: 'free' },

  evolve(_, { data }) {
    return { status: 'claimed', userId: data.userId, claimedAt: data.claimedAt };
  },

  decide(command, state) {
    const { userId, at } = command.data;
    const claimed = accept<UsernameClaimed>({
      type: 'UsernameClaimed',
      data: { userId, claimedAt: at },
    });
    if (state.status === 'free') return claimed;
    if (state.userId === userId) return accept();
    switch (command.type) {
      case 'ClaimUsername': {
        const ageMs = Date.parse(at) - Date.parse(state.claimedAt);
        if (ageMs < CLAIM_ABANDONED_AFTER_MS) return nameTaken();
        return reject('ClaimIsOld', 'Whoever claimed this name may never have been registered.');
      }
      case 'TakeOverUsername':
        return state.userId === command.data.from ? claimed : nameTaken();
    }
  },
};
