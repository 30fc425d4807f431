import { request } from 'node:http';

/** The server's answer was a refusal, or there is no server; the message says what to do. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

/** A rebuild reads the whole log. */
const REQUEST_DEADLINE_MS = 10 * 60_000;

export type Asked = Readonly<{
  socketPath: string;
  method: 'GET' | 'POST';
  path: string;
  body?: object;
}>;

/** Asks the running server over its control socket; resolves with the body of a good answer. Errors: {@link ControlError}. */
export async function ask<T>(asked: Asked): Promise<T> {
  const { status, text } = await send(asked).catch((cause: Error) => {
    throw new ControlError(whyNot(asked.socketPath, cause), { cause });
  });
  const answer = parse(text);
  if (status < 300) return answer as T;
  throw new ControlError(
    (answer as { detail?: string } | null)?.detail ?? `The server answered ${status}.`,
  );
}

function send({ socketPath, method, path, body }: Asked) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const headers = { host: 'localhost', ...(body && { 'content-type': 'application/json' }) };
    const sent = request({ socketPath, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 500, text: Buffer.concat(chunks).toString() }),
      );
    });
    sent.setTimeout(REQUEST_DEADLINE_MS, () => sent.destroy(new Error('it took too long')));
    sent.on('error', reject);
    sent.end(body && JSON.stringify(body));
  });
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch (cause) {
    throw new ControlError('What answers on the control socket is not Sortie.', { cause });
  }
}

function whyNot(socketPath: string, cause: Error): string {
  const code = 'code' in cause ? String(cause.code) : '';
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return `Sortie is not running on this data folder (${socketPath}). Start it with npm start, or name the folder with --data.`;
  }
  if (code === 'EACCES') {
    return `The control socket ${socketPath} belongs to another user: run this as the one who started Sortie.`;
  }
  return `Sortie did not answer on ${socketPath}: ${cause.message}.`;
}
