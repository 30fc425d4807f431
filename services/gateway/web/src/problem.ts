/** What is wrong with one field of what was sent. */
export interface FieldError {
  field: string;
  message: string;
}

/** An answer that says no: an RFC 9457 problem document, or a request that never arrived (status 0). */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldError[];
  readonly retryAfterSeconds: number | undefined;

  constructor(parts: {
    status: number;
    code?: string;
    message: string;
    errors?: readonly FieldError[];
    retryAfterSeconds?: number | undefined;
  }) {
    super(parts.message);
    this.status = parts.status;
    this.code = parts.code ?? '';
    this.errors = parts.errors ?? [];
    this.retryAfterSeconds = parts.retryAfterSeconds;
  }
}

/** Reads the problem document of a refused response; a body that is none still gives a sentence. */
export async function readProblem(response: Response): Promise<Problem> {
  const body = asRecord(await response.json().catch(() => undefined));
  return new Problem({
    status: response.status,
    code: text(body['code']),
    message:
      text(body['detail']) || text(body['title']) || `The server answered ${response.status}.`,
    errors: Array.isArray(body['errors']) ? body['errors'].map(asFieldError) : [],
    retryAfterSeconds: seconds(response.headers.get('retry-after')),
  });
}

/** Turns whatever was thrown into a Problem, so that screens have one thing to show. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  return new Problem({
    status: 0,
    message: thrown instanceof Error ? thrown.message : String(thrown),
  });
}

/** Says in one sentence why somebody could not sign in. */
export function explainSignIn(problem: Problem): string {
  if (problem.code === 'SecondFactorWrong')
    return 'This code is not right, or was used already. Wait for the next one and try again.';
  if (problem.status === 401)
    return 'That name and password do not match. Check both and try again.';
  if (problem.status !== 429) return problem.message;
  const wait = problem.retryAfterSeconds;
  return wait === undefined
    ? 'Too many attempts. Wait a little, then try again.'
    : `Too many attempts. Try again in ${wait < 90 ? `${wait} seconds` : `${Math.ceil(wait / 60)} minutes`}.`;
}

function asFieldError(value: unknown): FieldError {
  const record = asRecord(value);
  return { field: text(record['field']), message: text(record['message']) };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function seconds(header: string | null): number | undefined {
  const value = Number(header);
  return header !== null && Number.isFinite(value) ? Math.max(1, Math.round(value)) : undefined;
}
