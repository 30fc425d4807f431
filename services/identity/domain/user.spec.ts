import { describe, it } from 'vitest';
import type { UserEvent } from '#shared/contracts/identity.js';
import { given } from '#test/support/given.js';
import { user } from './user.js';

const userId = 'u1';
const password = (credentialId: string) => ({
  credentialId,
  sealedHash: `v1.sealed.${credentialId}`,
  mustChange: false,
});
const name = 'personal.u1.user_name.v1.00.ada';
const ada = { userId, name, role: 'admin', password: password('first') } as const;
const registered: UserEvent = { type: 'UserRegistered', data: ada };
const disabled: UserEvent = { type: 'UserDisabled', data: { userId, name, role: 'admin' } };
const abandoned: UserEvent = { type: 'UserRegistrationAbandoned', data: { userId } };
const changed = (credentialId: string): UserEvent => ({
  type: 'PasswordChanged',
  data: { userId, password: password(credentialId), reason: 'changed', keptSignInId: 's1' },
});

const register = { type: 'RegisterUser', data: ada } as const;
const abandon = { type: 'AbandonRegistration', data: { userId } } as const;
const disable = { type: 'DisableUser', data: { userId, name } } as const;
const reset = { type: 'ResetPassword', data: { userId, password: password('reset') } } as const;
const change = (checkedCredentialId: string) =>
  ({
    type: 'ChangePassword',
    data: { userId, password: password('second'), checkedCredentialId, keptSignInId: 's1' },
  }) as const;

describe('registering a user', () => {
  it('records the user with the password', () => {
    given(user)().when(register).records(registered);
  });
  it('is refused when there is one', () => {
    given(user)(registered).when(register).rejects('UserNameTaken');
  });
  it('is refused for good once it was abandoned', () => {
    given(user)(abandoned).when(register).rejects('UserNameTaken');
  });
});

describe('abandoning a registration', () => {
  it('is recorded while nobody was registered', () => {
    given(user)().when(abandon).records(abandoned);
  });
  it('records nothing a second time', () => {
    given(user)(abandoned).when(abandon).records();
  });
  it('is refused when the user was registered', () => {
    given(user)(registered).when(abandon).rejects('UserNameTaken');
  });
});

describe('disabling a user', () => {
  it('records who it was', () => {
    given(user)(registered).when(disable).records(disabled);
  });
  it('does not write a name once more that nobody sealed', () => {
    const plain: UserEvent = { type: 'UserRegistered', data: { ...ada, name: 'ada' } };
    const nameless: UserEvent = { type: 'UserDisabled', data: { userId, role: 'admin' } };
    const unsealed = { type: 'DisableUser', data: { userId } } as const;
    given(user)(plain).when(unsealed).records(nameless);
  });
  it('records nothing a second time', () => {
    given(user)(registered, disabled).when(disable).records();
  });
  it('is refused for nobody', () => {
    given(user)().when(disable).rejects('UserUnknown');
    given(user)(abandoned).when(disable).rejects('UserUnknown');
  });
});

describe('changing a role', () => {
  const changeTo = (role: 'auditor' | 'admin') =>
    ({ type: 'ChangeRole', data: { userId, role } }) as const;
  it('records it from what to what, once', () => {
    given(user)(registered)
      .when(changeTo('auditor'))
      .records({ type: 'UserRoleChanged', data: { userId, from: 'admin', to: 'auditor' } });
    given(user)(registered).when(changeTo('admin')).records();
  });
  it('is refused for a disabled user and for nobody', () => {
    given(user)(registered, disabled).when(changeTo('auditor')).rejects('UserUnknown');
    given(user)().when(changeTo('auditor')).rejects('UserUnknown');
  });
});

describe('changing a password', () => {
  it('records the new one and the sign-in that goes on', () => {
    given(user)(registered).when(change('first')).records(changed('second'));
  });
  it('is refused when the current one was checked against an older one', () => {
    given(user)(registered, changed('other')).when(change('first')).rejects('PasswordWrong');
  });
  it('is refused for a disabled user', () => {
    given(user)(registered, disabled).when(change('first')).rejects('UserUnknown');
  });
});

describe('resetting a password', () => {
  it('lets no sign-in go on', () => {
    given(user)(registered)
      .when(reset)
      .records({
        type: 'PasswordChanged',
        data: { userId, password: password('reset'), reason: 'reset', keptSignInId: null },
      });
  });
  it('is refused for a disabled user and for nobody', () => {
    given(user)(registered, disabled).when(reset).rejects('UserUnknown');
    given(user)().when(reset).rejects('UserUnknown');
  });
});

describe('erasing a person', () => {
  const erase = { type: 'ErasePerson', data: { userId } } as const;
  const erased: UserEvent = { type: 'PersonErased', data: { userId } };

  it('is recorded of a disabled user', () => {
    given(user)(registered, disabled).when(erase).records(erased);
  });
  it('records nothing a second time', () => {
    given(user)(registered, disabled, erased).when(erase).records();
  });
  it('is refused while the user is active, and for nobody', () => {
    given(user)(registered).when(erase).rejects('UserActive');
    given(user)().when(erase).rejects('UserUnknown');
    given(user)(abandoned).when(erase).rejects('UserUnknown');
  });
  it('leaves nobody to do anything with', () => {
    given(user)(registered, disabled, erased).when(disable).rejects('UserUnknown');
    given(user)(registered, disabled, erased).when(reset).rejects('UserUnknown');
    given(user)(registered, disabled, erased).when(register).rejects('UserNameTaken');
  });
});
