import type { PasswordCredential, UserEvent, UserRole } from '#shared/contracts/identity.js';
import { accept, type Decider, type Message, reject } from '#shared/es/decider.js';
import { nameTaken } from './username.js';

export type User = Readonly<
  | { status: 'absent' }
  | { status: 'abandoned' }
  | { status: 'erased' }
  | {
      status: 'active' | 'disabled';
      /** A personal text, or the name itself in a log from before there were keys. */
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
  | Message<'AbandonRegistration', { userId: string }>
  /** The name as a personal text, where it could be sealed. */
  | Message<'DisableUser', { userId: string; name?: string }>
  | Message<'ChangeRole', { userId: string; role: UserRole }>
  | Message<'ErasePerson', { userId: string }>
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
      case 'PersonErased':
        return { status: 'erased' };
      case 'UserDisabled':
      case 'UserRoleChanged':
      case 'PasswordChanged':
        return 'name' in state ? changed(state, event) : state;
    }
  },

  decide(command, state) {
    if (command.type === 'RegisterUser') {
      // An abandoned registration stays one, however late it comes: its name may be somebody else's by now.
      if (state.status !== 'absent') return nameTaken();
      return accept({ type: 'UserRegistered', data: command.data });
    }
    if (command.type === 'AbandonRegistration') {
      const { userId } = command.data;
      if (state.status === 'absent') {
        return accept({ type: 'UserRegistrationAbandoned', data: { userId } });
      }
      return state.status === 'abandoned' ? accept() : nameTaken();
    }
    if (command.type === 'ErasePerson' && state.status === 'erased') return accept();
    return 'name' in state ? decideOn(command, state) : userUnknown(command.data.userId);
  },
};

type Changes = Extract<UserEvent['type'], 'UserDisabled' | 'UserRoleChanged' | 'PasswordChanged'>;

function changed(state: Registered, event: Extract<UserEvent, { type: Changes }>): User {
  switch (event.type) {
    case 'UserDisabled':
      return { ...state, status: 'disabled' };
    case 'UserRoleChanged':
      return { ...state, role: event.data.to };
    case 'PasswordChanged':
      return { ...state, credentialId: event.data.password.credentialId };
  }
}

type OfRegistered = Exclude<UserCommand, { type: 'RegisterUser' | 'AbandonRegistration' }>;

function decideOn(command: OfRegistered, state: Registered) {
  return state.status === 'active' ? decideOnActive(command, state) : decideOnDisabled(command);
}

function decideOnDisabled({ type, data: { userId } }: OfRegistered) {
  if (type === 'ErasePerson') return accept<UserEvent>({ type: 'PersonErased', data: { userId } });
  return type === 'DisableUser' ? accept<UserEvent>() : disabled(userId);
}

function decideOnActive(command: OfRegistered, state: Registered) {
  const { userId } = command.data;
  switch (command.type) {
    case 'DisableUser': {
      const { role } = state;
      return accept<UserEvent>({ type: 'UserDisabled', data: { ...command.data, role } });
    }
    case 'ErasePerson':
      return stillActive();
    case 'ChangeRole': {
      const { role: to } = command.data;
      if (state.role === to) return accept<UserEvent>();
      return accept<UserEvent>({ type: 'UserRoleChanged', data: { userId, from: state.role, to } });
    }
    case 'ChangePassword': {
      const { password, checkedCredentialId, keptSignInId } = command.data;
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
      return accept<UserEvent>({
        type: 'PasswordChanged',
        data: { userId, password, reason: 'reset', keptSignInId: null },
      });
    }
  }
}

const disabled = (userId: string) =>
  reject('UserUnknown', `The user "${userId}" is disabled; choose an active one.`);
const stillActive = () =>
  reject('UserActive', 'Only who is disabled can be erased; disable the user first.');
