/** The actions that refused attempts at commands are filed under: those of the events they would have led to. */
export const OPERATION_ACTIONS: Readonly<Record<string, string>> = {
  RegisterApp: 'CREATE_APP',
  ReviseApp: 'UPDATE_APP',
  RetireApp: 'DELETE_APP',
  GrantAppAccess: 'APPROVE_APP_USER',
  WithdrawAppAccess: 'WITHDRAW_APP_USER',
  LaunchApp: 'LAUNCH_APP',
  SignIn: 'SIGN_IN',
  RotateSignIn: 'ROTATE_SIGN_IN',
  SignOut: 'SIGN_OUT',
  ChangePassword: 'CHANGE_PASSWORD',
  ResetPassword: 'RESET_PASSWORD',
  RegisterUser: 'CREATE_USER',
  DisableUser: 'DISABLE_USER',
  EnsureFirstAdministrator: 'CREATE_USER',
  RequestSession: 'CREATE_SESSION',
  StopSession: 'TERMINATE_SESSION',
  RecordActivity: 'RECORD_ACTIVITY',
  RecordPreparation: 'RECORD_PREPARATION',
  IssueViewerTicket: 'ISSUE_VIEWER_TICKET',
  RedeemViewerTicket: 'OPEN_VIEWER',
  RebuildProjection: 'REBUILD_PROJECTION',
};

/** The action of an attempt at an operation; a query, or a command from a newer version, is told by its own name. */
export function actionOf(operation: string): string {
  const known = Object.hasOwn(OPERATION_ACTIONS, operation) && OPERATION_ACTIONS[operation];
  return known || operation.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}
