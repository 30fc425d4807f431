import createClient, { type Client, type Middleware } from 'openapi-fetch';
import type { paths, Problem } from './paths.js';

/** The server said no; `problem` is what it answered (RFC 9457), and the message what to do about it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

export type ClientOptions = Readonly<{
  /** Where Sortie is, as `https://sortie.example`. */
  url: string;
  /** An API token, `srt_…`; without one the server knows nobody. */
  token?: string;
  /** Sends the requests; the platform's own when absent. */
  fetch?: (request: Request) => Promise<Response>;
}>;

/**
 * A client of the REST API whose paths, fields and answers are checked by the compiler.
 * Its calls resolve with `data`; a refusal rejects with {@link ApiError}.
 */
export function sortieClient({ url, token, fetch }: ClientOptions): Client<paths> {
  const client = createClient<paths>({
    baseUrl: url,
    ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
    ...(fetch && { fetch }),
  });
  client.use(refusals);
  return client;
}

const refusals: Middleware = {
  async onResponse({ response }) {
    if (response.ok || response.status === 304) return;
    throw await refusalIn(response);
  },
};

/** What an answer that is no good one says. */
export const refusalIn = async (response: Response): Promise<ApiError> =>
  new ApiError(await problemOf(response));

/** What stands between may answer too, and not in Sortie's words. */
async function problemOf(response: Response): Promise<Problem> {
  const { status } = response;
  const told: unknown = await response.json().catch(() => undefined);
  if (isProblem(told)) return told;
  const detail = `${response.url} answered ${status} ${response.statusText}, and not as Sortie would.`;
  return {
    type: 'about:blank',
    title: response.statusText,
    status,
    detail,
    instance: '',
    code: 'Internal',
  };
}

const isProblem = (told: unknown): told is Problem =>
  typeof told === 'object' && told !== null && 'code' in told && 'detail' in told;
