import { request } from 'node:http';

/** The server's answer was a refusal, or there is no server; the message says what to do. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

const REQUEST_DEADLINE_MS = 10 * 60_000;

type Asked = Readonly<{ socketPath: string; method: 'GET' | 'POST'; path: string; body?: object }>;

/** Asks the running server over its control socket. Errors: {@link ControlError}. */
export function ask<T>({ socketPath, method, path, body }: Asked): Promise<T> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'localhost', ...(body && { 'content-type': 'application/json' }) };
    const options = { socketPath, method, path, headers, timeout: REQUEST_DEADLINE_MS };
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const answer = text === '' ? null : (JSON.parse(text) as { detail?: string });
        if ((response.statusCode ?? 500) < 300) resolve(answer as T);
        else
          reject(new ControlError(answer?.detail ?? `The server answered ${response.statusCode}.`));
      });
    });
    sent.on('error', (cause) => {
      const hint = `Sortie is not running on this data folder (${socketPath}). Start it with npm start, or name the folder with --data.`;
      reject(new ControlError(hint, { cause }));
    });
    sent.end(body && JSON.stringify(body));
  });
}
