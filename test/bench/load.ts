import { type Agent, request } from 'node:http';
import { percentileOf } from './bench-row.js';

/** What came of a load: how much was done in a second, and how long one piece took, in milliseconds. */
export type Load = Readonly<{ perSecond: number; p50: number; p99: number }>;

/** Keeps so many pieces of work under way for so long; each worker begins the next when its last is done. */
export async function keepBusy(
  { workers, ms }: Readonly<{ workers: number; ms: number }>,
  work: (worker: number) => Promise<unknown>,
): Promise<Load> {
  const took: number[] = [];
  const started = performance.now();
  const end = started + ms;
  const one = async (worker: number): Promise<void> => {
    for (let from = performance.now(); from < end; from = performance.now()) {
      await work(worker);
      took.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => one(worker)));
  const perSecond = (took.length / (performance.now() - started)) * 1_000;
  return { perSecond, p50: percentileOf(took, 0.5), p99: percentileOf(took, 0.99) };
}

type Asked = Readonly<{
  method: 'GET' | 'POST' | 'PUT';
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: unknown;
  agent: Agent;
}>;

/** One request by node:http, which costs a third of a fetch. Resolves with the status and the ETag. */
export function ask({ method, url, headers, body, agent }: Asked) {
  const text = body === undefined ? '' : JSON.stringify(body);
  const typed = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  const sent = { ...headers, ...(text !== '' && typed) };
  return new Promise<{ status: number; etag: string }>((resolve, reject) => {
    const asking = request(url, { method, headers: sent, agent }, (response) => {
      response.resume().once('error', reject);
      const { statusCode: status = 0, headers: got } = response;
      response.once('end', () => resolve({ status, etag: got.etag ?? '' }));
    });
    asking.once('error', reject).end(text);
  });
}
