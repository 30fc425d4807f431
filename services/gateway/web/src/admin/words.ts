import type { LaunchType, Role, Visibility } from '../api-types.js';

interface Words {
  short: string;
  long: string;
}

export const VISIBILITY: Readonly<Record<Visibility, Words>> = {
  public: { short: 'Everyone', long: 'Everyone who can sign in' },
  approved: { short: 'Approved people', long: 'Only people who are approved' },
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
  'SHARE_SESSION',
  'SEE_FRAME',
  'LAUNCH_APP',
  'CREATE_APP',
  'UPDATE_APP',
  'REVERT_APP',
  'DELETE_APP',
  'APPROVE_APP_USER',
  'WITHDRAW_APP_USER',
  'APPROVE_APP_GROUP',
  'WITHDRAW_APP_GROUP',
  'SIGN_IN',
  'SIGN_IN_FAILED',
  'SIGN_OUT',
  'CREATE_USER',
  'CHANGE_ROLE',
  'DISABLE_USER',
  'ERASE_USER',
  'CHANGE_PASSWORD',
  'RESET_PASSWORD',
  'CREATE_GROUP',
  'ADD_GROUP_MEMBER',
  'REMOVE_GROUP_MEMBER',
  'APPOINT_CATEGORY_ADMINISTRATOR',
  'DISMISS_CATEGORY_ADMINISTRATOR',
  'CREATE_API_TOKEN',
  'REVOKE_API_TOKEN',
  'REMOVE_SECOND_FACTOR',
  'EXPORT_AUDIT',
  'REBUILD_PROJECTION',
];

/** What actions are on; any other may be typed. */
export const AUDIT_RESOURCES = [
  ...['app', 'session', 'share', 'user', 'group'],
  ...['category', 'api_token', 'projection'],
];

/** How an action can have ended, and what the filter calls it. */
export const AUDIT_OUTCOMES = [
  ['', 'Any'],
  ['done', 'Done'],
  ['refused', 'Refused'],
] as const;

/** The roles of people, and what each is called. */
export const ROLES: Readonly<Record<Role, Words>> = {
  user: { short: 'User', long: 'Uses apps' },
  auditor: { short: 'Auditor', long: 'Reads the audit trail, analytics and everybody’s sessions' },
  operator: {
    short: 'Operator',
    long: 'Sees and stops everybody’s sessions, keeps Sortie running',
  },
  admin: { short: 'Administrator', long: 'Everything' },
};

/** Says a role as people call it. */
export const sayRole = (role: string): string => (role in ROLES ? ROLES[role as Role].short : role);
