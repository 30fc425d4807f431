import { type IncomingMessage, request } from 'node:http';
import { EngineAwayError } from './refusal.js';

/** A request that the gate makes itself, of nothing that came from outside but what was read and found harmless. */
export type Call = Readonly<{
  method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
}>;

const LOOK_MS_MAX = 10_000;
const LOOK_BYTES_MAX = 8 * 1_024 ** 2;

/** The real engine, at its socket. */
export class Engine {
  constructor(readonly socketPath: string) {}

  /** What the engine has at a path, or undefined where it has nothing. Throws {@link EngineAwayError}. */
  async find(path: string, query: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const signal = AbortSignal.timeout(LOOK_MS_MAX);
    const answer = await this.send({ method: 'GET', path, query }, signal);
    const text = await textOf(answer).catch((cause: Error) => {
      throw this.#away(cause);
    });
    if (answer.statusCode === 404) return undefined;
    if (answer.statusCode === 200) return JSON.parse(text);
    throw new EngineAwayError(`The Docker engine answered ${answer.statusCode}: ${text}`, false);
  }

  /** Sends a call and resolves with the head of its answer. Throws {@link EngineAwayError}. */
  send({ method, path, query = {}, body }: Call, signal: AbortSignal): Promise<IncomingMessage> {
    const search = new URLSearchParams(query).toString();
    const json = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      host: 'docker',
      ...(json !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(json),
      }),
    };
    const target = search === '' ? path : `${path}?${search}`;
    return new Promise((resolve, reject) => {
      const { socketPath } = this;
      const sent = request({ socketPath, method, path: target, headers, signal, agent: false });
      sent.on('response', resolve);
      sent.on('error', (cause) => reject(this.#away(cause)));
      sent.end(json);
    });
  }

  #away(cause: Error): EngineAwayError {
    const why = `The Docker engine does not answer at ${this.socketPath}: ${cause.message}.`;
    const wasConnected = !('syscall' in cause && cause.syscall === 'connect');
    return new EngineAwayError(why, wasConnected, { cause });
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LOOK_BYTES_MAX) throw new Error('its answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
