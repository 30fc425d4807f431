/**
 * Every reason why a request can be refused, with the HTTP status that tells it (RFC 9110) and a short title.
 * The code is part of the API: it never changes, and new ones are only added.
 */
export const PROBLEMS = {
  InvalidRequest: [400, 'The request is not valid'],
  MalformedRequest: [400, 'The request could not be read'],
  SignInRequired: [401, 'Sign in first'],
  SignInFailed: [401, 'Name or password is wrong'],
  SignInLocked: [429, 'Too many failed attempts'],
  Forbidden: [403, 'You may not do this'],
  CrossSite: [403, 'The request came from another site'],
  NotFound: [404, 'There is no such thing here'],
  MethodNotAllowed: [405, 'This path does not take that method'],
  AppUnknown: [404, 'There is no such app'],
  AppIdTaken: [409, 'An app with this id exists'],
  NotAUrlApp: [409, 'This app has no URL to open'],
  NotAContainerApp: [409, 'This app has no desktop to launch'],
  SessionUnknown: [404, 'There is no such session'],
  SessionNotRunning: [409, 'The session is not running'],
  SessionEnded: [409, 'The session has ended'],
  TransitionForbidden: [409, 'The session can not go from its state to that one'],
  RuntimeUnavailable: [503, 'Desktops can not be started here'],
  TicketRefused: [401, 'The viewer ticket is not valid'],
  UserUnknown: [404, 'There is no such user'],
  UserNameTaken: [409, 'A user with this name exists'],
  LastAdministrator: [409, 'One administrator must remain'],
  PasswordWrong: [422, 'The current password is wrong'],
  PasswordTooWeak: [422, 'The new password is too weak'],
  ProjectionUnknown: [404, 'There is no such projection'],
  VersionMissing: [428, 'If-Match is needed'],
  VersionStale: [412, 'It has changed since you read it'],
  IdempotencyKeyReused: [422, 'The Idempotency-Key was used for something else'],
  HeadersTooLarge: [431, 'The request headers are too large'],
  RequestTimedOut: [408, 'The request took too long'],
  BodyTooLarge: [413, 'The request body is too large'],
  UnsupportedMediaType: [415, 'The body must be JSON'],
  TooManyRequests: [429, 'Too many requests'],
  TooManyConnections: [429, 'Too many connections'],
  Unavailable: [503, 'Sortie can not do this right now'],
  Internal: [500, 'Something broke inside Sortie'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof PROBLEMS;
