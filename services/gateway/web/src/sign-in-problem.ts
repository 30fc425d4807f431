const SENTENCES: Readonly<Record<string, string>> = {
  OidcRefused: 'The other site did not let you in, or you cancelled. Try again, or use a password.',
  OidcUnavailable: 'The other site cannot be reached now. Try again later, or use a password.',
  OidcUnknownPerson: 'Nobody here belongs to that account. Ask an administrator to add you.',
  UserDisabled: 'This account is disabled. Ask an administrator.',
};
const PARAMETER = 'sign_in_problem';

/** Says why signing in at another site failed, by the code that the server sent the browser back with; '' for none. */
export function saySignInProblem(search: string): string {
  const code = new URLSearchParams(search).get(PARAMETER);
  if (code === null) return '';
  return SENTENCES[code] ?? 'Signing in at the other site did not work. Try again.';
}

/** The same for this page's own address, which forgets it: a reload is no new failure. */
export function takeSignInProblem(): string {
  const problem = saySignInProblem(location.search);
  if (problem !== '') history.replaceState(null, '', location.pathname + location.hash);
  return problem;
}
