import { RuntimeFailure } from './runtime-driver.js';

/** The engine, or the gate before it, said no; the message is its own. */
export class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal';

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** True when what was asked about is not there, or not any more. */
export const isMissing = (error: unknown): boolean =>
  error instanceof EngineRefusal && error.status === 404;

/** True when something else is in the way: a name that is taken, a removal that is under way. */
export const isConflict = (error: unknown): boolean =>
  error instanceof EngineRefusal && error.status === 409;

/** Makes an error of the HTTP client into a refusal, or into a sentence about the engine. */
export function asEngineFailure(cause: unknown, socketPath: string, doing: string): Error {
  const { statusCode, json, code, name } = (cause ?? {}) as Record<string, unknown>;
  if (typeof statusCode === 'number') return new EngineRefusal(statusCode, messageOf(json, cause));
  const late = name === 'AbortError' || code === 'ABORT_ERR';
  const said = late ? `it took too long over ${doing}` : sayWhy(code, socketPath, cause);
  return new RuntimeFailure(
    'EngineUnavailable',
    `The Docker engine can't be used: ${said}.`,
    undefined,
    {
      cause,
    },
  );
}

function messageOf(json: unknown, cause: unknown): string {
  const message = (json as { message?: unknown } | null)?.message;
  // The body of a refused stream is not read; then the HTTP client has it in a message of its own.
  const said = typeof message === 'string' ? message : String(cause);
  return said
    .replace(/^Error: \(HTTP code \d+\) [\w ]+ - /, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function sayWhy(code: unknown, socketPath: string, cause: unknown): string {
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return `nothing answers at ${socketPath}. Start it (systemctl start docker), or have SORTIE_DOCKER_HOST name its socket`;
    case 'EACCES':
    case 'EPERM':
      return `this user may not open ${socketPath}. Add the user to the socket's group (usermod -aG docker), or put sortie's Docker gate before it`;
    case 'ECONNRESET':
    case 'EPIPE':
      return 'it closed the connection, as when it is restarted. Try again';
    default:
      return cause instanceof Error ? cause.message.replace(/\.$/, '') : String(cause);
  }
}

/** Says what a refused start means, in words for who launched the app. Anything else is given back as it is. */
export function asLaunchFailure(error: unknown): unknown {
  if (!(error instanceof EngineRefusal)) return error;
  const { message } = error;
  const program = /exec: \\?"?([^":\\]+)/.exec(message)?.[1] ?? 'its program';
  if (/executable file not found|no such file or directory/i.test(message))
    return notStarted(`the app's program ${program} was not found`, error);
  if (/exec.*permission denied/i.test(message))
    return notStarted(`the app's program ${program} may not be run by the user 1000`, error);
  if (/cannot join (PID|IPC).*(non running|not running)|is not running/i.test(message))
    return notStarted('the display server ended', error);
  return new RuntimeFailure('EngineRefused', `The Docker engine refused: ${message}`, undefined, {
    cause: error,
  });
}

const notStarted = (why: string, cause: unknown): RuntimeFailure =>
  new RuntimeFailure('AppEnded', `The session did not start: ${why}.`, undefined, { cause });
