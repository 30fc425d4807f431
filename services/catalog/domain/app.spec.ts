import { describe, it } from 'vitest';
import type { AppEvent, AppSpec } from '#shared/contracts/catalog.js';
import { given } from '#test/support/given.js';
import { app } from './app.js';

const appId = 'gimp';
const spec: AppSpec = {
  name: 'Gimp',
  description: '',
  url: 'https://gimp.example',
  icon: '',
  category: 'Graphics',
  visibility: 'public',
  launch_type: 'url',
  container_image: '',
};
const registered: AppEvent = { type: 'AppRegistered', data: { appId, app: spec } };
const granted: AppEvent = { type: 'AppAccessGranted', data: { appId, userId: 'u1' } };
const retired: AppEvent = {
  type: 'AppRetired',
  data: { appId, name: 'Gimp', visibility: 'public', approvedUserIds: [] },
};

describe('registering an app', () => {
  it('records it', () => {
    given(app)()
      .when({ type: 'RegisterApp', data: { appId, app: spec } })
      .records(registered);
  });

  it('is refused while the id is taken', () => {
    given(app)(registered)
      .when({ type: 'RegisterApp', data: { appId, app: spec } })
      .rejects('AppIdTaken');
  });

  it('may take the id of a retired app', () => {
    given(app)(registered, retired)
      .when({ type: 'RegisterApp', data: { appId, app: spec } })
      .records(registered);
  });
});

describe('revising an app', () => {
  it('records what changed from what to what', () => {
    const after = { ...spec, name: 'Krita' };
    given(app)(registered)
      .when({ type: 'ReviseApp', data: { appId, app: after } })
      .records({
        type: 'AppRevised',
        data: { appId, app: after, changes: { name: { from: 'Gimp', to: 'Krita' } } },
      });
  });

  it('to what it is already changes nothing', () => {
    given(app)(registered)
      .when({ type: 'ReviseApp', data: { appId, app: spec } })
      .records();
  });
});

describe('approving a user', () => {
  it('records it once', () => {
    const grant = { type: 'GrantAppAccess', data: { appId, userId: 'u1' } } as const;
    given(app)(registered).when(grant).records(granted);
    given(app)(registered, granted).when(grant).records();
  });

  it('is taken back only if it was given', () => {
    const withdraw = { type: 'WithdrawAppAccess', data: { appId, userId: 'u1' } } as const;
    given(app)(registered).when(withdraw).records();
    given(app)(registered, granted)
      .when(withdraw)
      .records({ type: 'AppAccessWithdrawn', data: { appId, userId: 'u1' } });
  });
});

describe('retiring an app', () => {
  it('names the users whose approval goes with it', () => {
    given(app)(registered, granted)
      .when({ type: 'RetireApp', data: { appId } })
      .records({
        type: 'AppRetired',
        data: { appId, name: 'Gimp', visibility: 'public', approvedUserIds: ['u1'] },
      });
  });
});

describe.each([
  { type: 'ReviseApp', data: { appId, app: spec } },
  { type: 'RetireApp', data: { appId } },
  { type: 'GrantAppAccess', data: { appId, userId: 'u1' } },
  { type: 'WithdrawAppAccess', data: { appId, userId: 'u1' } },
] as const)('$type', (command) => {
  it('is refused for an app that never was, or is no more', () => {
    given(app)().when(command).rejects('AppUnknown');
    given(app)(registered, retired).when(command).rejects('AppUnknown');
  });
});
