import type { PasswordCredential, UserEvent, UserRole } from '#shared/contracts/identity.js';
import { accept, type Decider, type Message, reject } from '#shared/es/decider.js';
import { nameTaken } from './username.js';

export type User = Readonly<
  | { status: 'absent' }
  | { status: 'abandoned' }
  | {
      status: 'active' | 'disabled';
      name: string;
      role: UserRole;
      /** Of the password; null for a user who has none. */
      credentialId: string | null;
    }
>;

export type UserCommand =
  | Message<
      'RegisterUser',
      { userId: string; name: string; role: UserRole; password?: PasswordCredential }
    >
  | Message<'AbandonRegistration', { userId: string; name: string }>
  | Message<'DisableUser', { userId: string }>
  | Message<
      'ChangePassword',
      {
        userId: string;
        password: PasswordCredential;
        /** What the current password was checked against. */
        checkedCredentialId: string;
        keptSignInId: string | null;
      }
    >
  | Message<'ResetPassword', { userId: string; password: PasswordCredential }>;

export const userUnknown = (userId: string) =>
  reject('UserUnknown', `There is no user "${userId}".`);

type Registered = Extract<User, { name: string }>;

export const user: Decider<UserCommand, UserEvent, User> = {
  initialState: { status: 'absent' },

  evolve(state, event): User {
    switch (event.type) {
      case 'UserRegistered': {
        const { name, role, password } = event.data;
        return { status: 'active', name, role, credentialId: password?.credentialId ?? null };
      }
      case 'UserRegistrationAbandoned':
        return { status: 'abandoned' };
      case 'UserDisabled':
        return 'name' in state ? { ...state, status: 'disabled' } : state;
      case 'PasswordChanged': {
        const { credentialId } = event.data.password;
        return 'name' in state ? { ...state, credentialId } : state;
      }
    }
  },

  decide(command, state) {
    if (command.type === 'RegisterUser') {
      // An abandoned registration stays one, however late it comes: its name may be somebody else's by now.
      if (state.status !== 'absent') return nameTaken(command.data.name);
      return accept({ type: 'UserRegistered', data: command.data });
    }
    if (command.type === 'AbandonRegistration') {
      const { userId, name } = command.data;
      if (state.status === 'absent') {
        return accept({ type: 'UserRegistrationAbandoned', data: { userId } });
      }
      return state.status === 'abandoned' ? accept() : nameTaken(name);
    }
    return 'name' in state ? decideOn(command, state) : userUnknown(command.data.userId);
  },
};

function decideOn(
  command: Exclude<UserCommand, { type: 'RegisterUser' | 'AbandonRegistration' }>,
  state: Registered,
) {
  const { userId } = command.data;
  switch (command.type) {
    case 'DisableUser': {
      const { name, role } = state;
      if (state.status === 'disabled') return accept<UserEvent>();
      return accept<UserEvent>({ type: 'UserDisabled', data: { userId, name, role } });
    }
    case 'ChangePassword': {
      const { password, checkedCredentialId, keptSignInId } = command.data;
      if (state.status === 'disabled') return disabled(state);
      if (state.credentialId !== checkedCredentialId) {
        return reject('PasswordWrong', 'The password was changed elsewhere in the meantime.');
      }
      return accept<UserEvent>({
        type: 'PasswordChanged',
        data: { userId, password, reason: 'changed', keptSignInId },
      });
    }
    case 'ResetPassword': {
      const { password } = command.data;
      if (state.status === 'disabled') return disabled(state);
      return accept<UserEvent>({
        type: 'PasswordChanged',
        data: { userId, password, reason: 'reset', keptSignInId: null },
      });
    }
  }
}

const disabled = ({ name }: Registered) =>
  reject('UserUnknown', `The user "${name}" is disabled; choose an active one.`);
