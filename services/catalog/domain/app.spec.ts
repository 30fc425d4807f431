import { describe, it } from 'vitest';
import type { AppEvent, AppSpec } from '#shared/contracts/catalog.js';
import { given } from '#test/support/given.js';
import { app, type AppCommand } from './app.js';
import type { Editor } from './editor.js';

const appId = 'gimp';
const of = { appId, editor: 'all' } as const;
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
const groupGranted: AppEvent = { type: 'AppGroupAccessGranted', data: { appId, groupId: 'g1' } };
const retired: AppEvent = {
  type: 'AppRetired',
  data: { appId, name: 'Gimp', visibility: 'public', approvedUserIds: [] },
};

describe('registering an app', () => {
  it('records it', () => {
    given(app)()
      .when({ type: 'RegisterApp', data: { ...of, app: spec } })
      .records(registered);
  });

  it('is refused while the id is taken', () => {
    given(app)(registered)
      .when({ type: 'RegisterApp', data: { ...of, app: spec } })
      .rejects('AppIdTaken');
  });

  it('may take the id of a retired app', () => {
    given(app)(registered, retired)
      .when({ type: 'RegisterApp', data: { ...of, app: spec } })
      .records(registered);
  });
});

describe('revising an app', () => {
  it('records what changed from what to what', () => {
    const after = { ...spec, name: 'Krita' };
    given(app)(registered)
      .when({ type: 'ReviseApp', data: { ...of, app: after } })
      .records({
        type: 'AppRevised',
        data: { appId, app: after, changes: { name: { from: 'Gimp', to: 'Krita' } } },
      });
  });

  it('to what it is already changes nothing', () => {
    given(app)(registered)
      .when({ type: 'ReviseApp', data: { ...of, app: spec } })
      .records();
  });
});

describe('approving a user', () => {
  it('records it once', () => {
    const grant = { type: 'GrantAppAccess', data: { ...of, userId: 'u1' } } as const;
    given(app)(registered).when(grant).records(granted);
    given(app)(registered, granted).when(grant).records();
  });

  it('is taken back only if it was given', () => {
    const withdraw = { type: 'WithdrawAppAccess', data: { ...of, userId: 'u1' } } as const;
    given(app)(registered).when(withdraw).records();
    given(app)(registered, granted)
      .when(withdraw)
      .records({ type: 'AppAccessWithdrawn', data: { appId, userId: 'u1' } });
  });
});

describe('approving a group', () => {
  const grant = { type: 'GrantGroupAccess', data: { ...of, groupId: 'g1' } } as const;
  const withdraw = { type: 'WithdrawGroupAccess', data: { ...of, groupId: 'g1' } } as const;
  it('records it once, beside the users', () => {
    given(app)(registered, granted).when(grant).records(groupGranted);
    given(app)(registered, groupGranted).when(grant).records();
  });
  it('is taken back only if it was given', () => {
    given(app)(registered, granted).when(withdraw).records();
    given(app)(registered, groupGranted)
      .when(withdraw)
      .records({ type: 'AppGroupAccessWithdrawn', data: { appId, groupId: 'g1' } });
  });
  it('is refused past what an app takes', () => {
    const all = Array.from({ length: 100 }, (_, n): AppEvent => ({
      ...groupGranted,
      data: { appId, groupId: `other-${n}` },
    }));
    given(app)(registered, ...all)
      .when(grant)
      .rejects('InvalidRequest');
    given(app)(registered, ...all.slice(1))
      .when(grant)
      .records(groupGranted);
  });
});

describe('reverting an app', () => {
  const first = spec;
  const second = { ...spec, name: 'Krita', description: 'Paints' };
  const revised: AppEvent = {
    type: 'AppRevised',
    data: {
      ...{ appId, app: second },
      changes: { name: { from: 'Gimp', to: 'Krita' }, description: { from: '', to: 'Paints' } },
    },
  };
  const revertTo = (toVersion: number, to: AppSpec) =>
    ({ type: 'RevertApp', data: { ...of, app: to, toVersion } }) as const;
  const reverted: AppEvent = {
    type: 'AppRevised',
    data: {
      ...{ appId, app: first, revertedTo: 1 },
      changes: { name: { from: 'Krita', to: 'Gimp' }, description: { from: 'Paints', to: '' } },
    },
  };

  it('is a revision that says what it went back to', () => {
    given(app)(registered, revised).when(revertTo(1, first)).records(reverted);
  });
  it('of a revert brings back what was before it, exactly', () => {
    given(app)(registered, revised, reverted)
      .when(revertTo(2, second))
      .records({ type: 'AppRevised', data: { ...revised.data, revertedTo: 2 } });
  });
  it('to what it is already changes nothing', () => {
    given(app)(registered).when(revertTo(1, first)).records();
  });
});

describe('whoever administers a category', () => {
  const editor: Editor = { categories: ['Graphics', 'Office'] };
  const by = { appId, editor };
  const in_ = (category: string, over: Partial<AppSpec> = {}): AppSpec => ({
    ...{ ...spec, category },
    ...over,
  });
  const listed = (as: AppSpec): AppEvent => ({ type: 'AppRegistered', data: { appId, app: as } });
  const register = (as: AppSpec) => ({ type: 'RegisterApp', data: { ...by, app: as } }) as const;
  const revise = (as: AppSpec) => ({ type: 'ReviseApp', data: { ...by, app: as } }) as const;

  it('may make and change apps of it, and move them between their own', () => {
    given(app)()
      .when(register(in_('Office')))
      .records(listed(in_('Office')));
    given(app)(listed(in_('Office')))
      .when(revise(in_('Graphics')))
      .records({
        type: 'AppRevised',
        data: {
          ...{ appId, app: in_('Graphics') },
          changes: { category: { from: 'Office', to: 'Graphics' } },
        },
      });
  });

  it.each(['Games', ''])(
    'may not make an app of "%s", nor move one there or from there',
    (other) => {
      given(app)()
        .when(register(in_(other)))
        .rejects('Forbidden');
      given(app)(listed(in_('Office')))
        .when(revise(in_(other)))
        .rejects('Forbidden');
      given(app)(listed(in_(other)))
        .when(revise(in_('Office')))
        .rejects('Forbidden');
      given(app)(listed(in_('Office')))
        .when({ type: 'RevertApp', data: { ...by, app: in_(other), toVersion: 1 } })
        .rejects('Forbidden');
    },
  );

  it('may not make an app that they would not see, nor touch one', () => {
    const hidden = in_('Office', { visibility: 'admin_only' });
    given(app)().when(register(hidden)).rejects('Forbidden');
    given(app)(listed(in_('Office')))
      .when(revise(hidden))
      .rejects('Forbidden');
    given(app)(listed(hidden))
      .when(revise(in_('Office')))
      .rejects('AppUnknown');
    given(app)(listed(hidden)).when({ type: 'RetireApp', data: by }).rejects('AppUnknown');
  });

  it.each([
    { type: 'RetireApp', data: by },
    { type: 'GrantAppAccess', data: { ...by, userId: 'u1' } },
    { type: 'WithdrawAppAccess', data: { ...by, userId: 'u1' } },
    { type: 'GrantGroupAccess', data: { ...by, groupId: 'g1' } },
    { type: 'WithdrawGroupAccess', data: { ...by, groupId: 'g1' } },
  ] satisfies AppCommand[])('may not $type of an app of somebody else’s', (command) => {
    given(app)(listed(in_('Games')))
      .when(command)
      .rejects('Forbidden');
  });
});

describe('retiring an app', () => {
  it('names the users and groups whose approval goes with it, and where it was', () => {
    given(app)(registered, granted, groupGranted)
      .when({ type: 'RetireApp', data: of })
      .records({
        type: 'AppRetired',
        data: {
          ...{ appId, name: 'Gimp', visibility: 'public', category: 'Graphics' },
          ...{ approvedUserIds: ['u1'], approvedGroupIds: ['g1'] },
        },
      });
  });
});

describe.each([
  { type: 'ReviseApp', data: { ...of, app: spec } },
  { type: 'RevertApp', data: { ...of, app: spec, toVersion: 1 } },
  { type: 'RetireApp', data: of },
  { type: 'GrantAppAccess', data: { ...of, userId: 'u1' } },
  { type: 'WithdrawAppAccess', data: { ...of, userId: 'u1' } },
  { type: 'GrantGroupAccess', data: { ...of, groupId: 'g1' } },
  { type: 'WithdrawGroupAccess', data: { ...of, groupId: 'g1' } },
] satisfies AppCommand[])('$type', (command) => {
  it('is refused for an app that never was, or is no more', () => {
    given(app)().when(command).rejects('AppUnknown');
    given(app)(registered, retired).when(command).rejects('AppUnknown');
  });
});
