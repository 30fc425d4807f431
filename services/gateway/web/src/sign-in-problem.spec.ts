import { describe, expect, it } from 'vitest';
import { saySignInProblem } from './sign-in-problem.js';

describe('a failed sign-in at another site', () => {
  it('is said by its code, and nothing of the address is shown', () => {
    expect(saySignInProblem('?sign_in_problem=UserDisabled')).toContain('disabled');
    expect(saySignInProblem('?sign_in_problem=<b>you won</b>')).toBe(
      'Signing in at the other site did not work. Try again.',
    );
    expect(saySignInProblem('?to=/x')).toBe('');
  });
});
