import { describe, expect, it } from 'vitest';
import { Problem, asProblem, explainSignIn, readProblem } from './problem.js';

const refused = (status: number, body: string, headers: Record<string, string> = {}): Response =>
  new Response(body, { status, headers });

describe('reading a problem document', () => {
  it('keeps status, code, detail and the errors of each field', async () => {
    const body = {
      title: 'Bad',
      detail: 'Too short.',
      code: 'WeakPassword',
      errors: [{ field: 'name', message: 'no' }],
    };
    const problem = await readProblem(refused(422, JSON.stringify(body)));
    expect(problem).toMatchObject({
      status: 422,
      code: 'WeakPassword',
      message: 'Too short.',
      errors: body.errors,
    });
  });

  it('gives a sentence when the body is not a problem document', async () => {
    expect((await readProblem(refused(502, '<html>'))).message).toBe('The server answered 502.');
  });

  it('reads how long to wait', async () => {
    expect((await readProblem(refused(429, '{}', { 'retry-after': '30' }))).retryAfterSeconds).toBe(
      30,
    );
  });
});

describe('explaining a refused sign-in', () => {
  it('says the same for a wrong name and a wrong password', () => {
    expect(explainSignIn(new Problem({ status: 401, message: 'x' }))).toContain('do not match');
  });

  it('tells a wrong code from a wrong password', () => {
    const wrong = new Problem({ status: 401, code: 'SecondFactorWrong', message: 'x' });
    expect(explainSignIn(wrong)).toContain('code is not right');
  });

  it('says how long a locked account waits', () => {
    const locked = (retryAfterSeconds?: number): Problem =>
      new Problem({ status: 429, message: '', retryAfterSeconds });
    expect(explainSignIn(locked(30))).toContain('30 seconds');
    expect(explainSignIn(locked(900))).toContain('15 minutes');
    expect(explainSignIn(locked())).toContain('Wait a little');
  });
});

describe('anything thrown', () => {
  it('becomes a problem', () => {
    expect(asProblem(new TypeError('broken'))).toMatchObject({ status: 0, message: 'broken' });
  });
});
