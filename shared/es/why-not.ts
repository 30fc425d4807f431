import type { Operation, RequestContext } from './operation.js';

type Asking = Pick<RequestContext, 'actor' | 'scopes' | 'mustChangePassword'>;
type Asked = Pick<Operation, 'name' | 'allow' | 'scope' | 'person' | 'beforePasswordChange'>;

/** Why somebody may not do something: a problem code, and a sentence. */
export type WhyNot = Readonly<{
  code: 'Forbidden' | 'ScopeMissing' | 'PersonRequired' | 'PasswordChangeRequired';
  detail: string;
}>;

/**
 * Why an operation is closed to whoever asks; undefined where it is open. The one rule of who may do what, which the
 * gateway asks first and every service again: by role, then by what an API token is cut to, then by whether the
 * password is the person's own.
 */
export function whyNot(
  asked: Asked,
  { actor, scopes, mustChangePassword }: Asking,
): WhyNot | undefined {
  const { name, allow } = asked;
  if (!allow.includes(actor.role)) {
    const detail = `${name} is for ${allow.join(', ')}; you are signed in as ${actor.role}.`;
    return { code: 'Forbidden', detail };
  }
  // What strangers may, everybody may.
  if (allow.includes('anonymous')) return undefined;
  if (scopes) {
    const beyond = beyondToken(asked, scopes);
    if (beyond) return beyond;
  }
  if (mustChangePassword && !asked.beforePasswordChange) {
    const detail = 'Change your password first, on the page or with POST /api/me/password.';
    return { code: 'PasswordChangeRequired', detail };
  }
  return undefined;
}

function beyondToken(
  { name, scope, person }: Asked,
  scopes: readonly string[],
): WhyNot | undefined {
  if (person) {
    const detail = `${name} is closed to API tokens: sign in on the page for it.`;
    return { code: 'PersonRequired', detail };
  }
  if (scope === null || scopes.includes(scope)) return undefined;
  const detail = `${name} needs the scope ${scope}; this token has ${scopes.join(', ') || 'none'}.`;
  return { code: 'ScopeMissing', detail };
}
