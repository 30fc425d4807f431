import type { LaunchType, Visibility } from '../api-types.js';

interface Words {
  short: string;
  long: string;
}

export const VISIBILITY: Readonly<Record<Visibility, Words>> = {
  public: { short: 'Everyone', long: 'Everyone who can sign in' },
  approved: { short: 'Approved people', long: 'Only people whom you approve' },
  admin_only: { short: 'Administrators', long: 'Only administrators' },
};

export const LAUNCH_TYPE: Readonly<Record<LaunchType, Words>> = {
  container: { short: 'Desktop', long: 'A desktop of its own, shown in this browser' },
  url: { short: 'Web address', long: 'A web address, in a new tab' },
};

/** The actions that the audit trail can be filtered by, most asked first; any other may be typed. */
export const AUDIT_ACTIONS = [
  'CREATE_SESSION',
  'TERMINATE_SESSION',
  'START_SESSION',
  'EXPIRE_SESSION',
  'FAIL_SESSION',
  'OPEN_VIEWER',
  'LAUNCH_APP',
  'CREATE_APP',
  'UPDATE_APP',
  'DELETE_APP',
  'APPROVE_APP_USER',
  'WITHDRAW_APP_USER',
  'SIGN_IN',
  'SIGN_IN_FAILED',
  'SIGN_OUT',
  'CREATE_USER',
  'DISABLE_USER',
  'CHANGE_PASSWORD',
  'RESET_PASSWORD',
  'REBUILD_PROJECTION',
];
