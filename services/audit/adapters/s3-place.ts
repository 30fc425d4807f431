import { createHash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import { headOf, headText, type TreeHead } from '#shared/contracts/tree-head.js';
import type { HeadPlace } from './head-place.js';

/** A part of a bucket. */
export type S3Address = Readonly<{ kind: 's3'; bucket: string; prefix: string }>;

/** A server that speaks S3, and who asks it. */
export type S3Access = Readonly<{
  /** Amazon's own in `region` when undefined. */
  endpoint: string | undefined;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | undefined;
}>;

const ANSWER_MS_MAX = 10_000;
const NUMBER_DIGITS = 12;
const KEY = /<Key>([^<]+)<\/Key>/g;
const NAME = /(?:^|\/)head-(\d{12})\.json$/;

/** What a request brought back. */
type Answer = Readonly<{ status: number; text: string; region: string | null }>;

/** The server has not done what it was asked; the message has its own words. */
class S3Error extends Error {
  override readonly name = 'S3Error';
}

/**
 * Keeps heads in a bucket, an object each, named by their numbers: an object is never written over, so the bucket may have
 * versions and object lock. Who writes needs GetObject, PutObject and ListBucket, and may not delete.
 */
export function s3HeadPlace(
  address: S3Address,
  access: S3Access,
  answerMs = ANSWER_MS_MAX,
): HeadPlace {
  const objects = new S3Objects(address, access, answerMs);
  return {
    name: `s3://${address.bucket}${address.prefix && `/${address.prefix}`}`,
    read: (from) => objects.heads(from),
    append: (head) => objects.put(head),
  };
}

class S3Objects {
  readonly #client: AwsClient;
  readonly #base: string;
  readonly #prefix: string;
  readonly #answerMs: number;

  constructor({ bucket, prefix }: S3Address, access: S3Access, answerMs: number) {
    const { accessKeyId, secretAccessKey, sessionToken, region } = access;
    this.#client = new AwsClient({
      ...{ accessKeyId, secretAccessKey, region, service: 's3' },
      ...(sessionToken !== undefined && { sessionToken }),
      // Whoever hands heads on tries again.
      retries: 0,
    });
    this.#base = baseOf(bucket, access);
    this.#prefix = prefix && `${prefix}/`;
    this.#answerMs = answerMs;
  }

  /** Puts a head beside the others. Throws {@link S3Error} where another stands in its place. */
  async put(head: TreeHead): Promise<void> {
    // A server that knows no If-None-Match would write over what is there.
    if (await this.#has(head)) return;
    const body = `${headText(head)}\n`;
    const answer = await this.#ask('PUT', this.#nameOf(head.number), {
      body,
      headers: {
        'content-type': 'application/json',
        // Object lock asks for it.
        'content-md5': createHash('md5').update(body).digest('base64'),
        'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
        'if-none-match': '*',
      },
    });
    if (answer.status === 200) return;
    const isTaken = answer.status === 412 || answer.status === 409;
    if (isTaken && (await this.#has(head))) return;
    throw failed(`writing tree head #${head.number}`, answer);
  }

  /** Heads from a number on, in order; where there are none, the last that there is. */
  async *heads(from: number): AsyncGenerator<TreeHead> {
    let found = false;
    for await (const number of this.#numbers(from - 1)) {
      found = true;
      yield await this.#get(number);
    }
    if (found || from <= 1) return;
    let last: number | undefined;
    for await (const number of this.#numbers(0)) last = number;
    if (last !== undefined) yield await this.#get(last);
  }

  async #has(head: TreeHead): Promise<boolean> {
    const answer = await this.#ask('GET', this.#nameOf(head.number));
    if (answer.status === 404) return false;
    if (answer.status !== 200) throw failed(`reading tree head #${head.number}`, answer);
    if (answer.text.trimEnd() === headText(head)) return true;
    throw new S3Error(`another tree head #${head.number} is there already, and is left as it is`);
  }

  async #get(number: number): Promise<TreeHead> {
    const answer = await this.#ask('GET', this.#nameOf(number));
    if (answer.status !== 200) throw failed(`reading tree head #${number}`, answer);
    const head = headOf(answer.text.trimEnd());
    if (head?.number === number) return head;
    throw new S3Error(`what is there as tree head #${number} is none`);
  }

  /** Numbers of the heads after one, in order. */
  async *#numbers(after: number): AsyncGenerator<number> {
    let reached = after;
    for (let last = this.#nameOf(after); ;) {
      const query = { 'list-type': '2', prefix: this.#prefix, 'start-after': last };
      const answer = await this.#ask('GET', '', { query });
      if (answer.status !== 200) throw failed('listing tree heads', answer);
      const keys = [...answer.text.matchAll(KEY)].map(([, key = '']) => key);
      for (const key of keys) {
        const number = Number(NAME.exec(key)?.[1]);
        // Some servers know no start-after, and begin anew.
        if (!(number > reached)) continue;
        reached = number;
        yield number;
      }
      const next = keys.at(-1);
      if (!/<IsTruncated>true</.test(answer.text) || next === undefined || next <= last) return;
      last = next;
    }
  }

  #nameOf = (number: number): string =>
    `${this.#prefix}head-${String(number).padStart(NUMBER_DIGITS, '0')}.json`;

  async #ask(
    method: string,
    key: string,
    { query, ...init }: { query?: Record<string, string> } & RequestInit = {},
  ): Promise<Answer> {
    const search = query ? `?${new URLSearchParams(query).toString()}` : '';
    const signal = AbortSignal.timeout(this.#answerMs);
    try {
      // A redirect would take the signature to another host, where it is good for nothing.
      const asked = { ...init, method, signal, redirect: 'manual' as const };
      const response = await this.#client.fetch(`${this.#base}/${key}${search}`, asked);
      const region = response.headers.get('x-amz-bucket-region');
      return { status: response.status, text: await response.text(), region };
    } catch (cause) {
      throw new S3Error(reasonOf(cause), { cause });
    }
  }
}

/** Amazon's buckets have hosts of their own, but for those whose names have dots, which no certificate is for. */
function baseOf(bucket: string, { endpoint, region }: S3Access): string {
  if (endpoint !== undefined) return `${endpoint.replace(/\/+$/, '')}/${bucket}`;
  const host = `s3.${region}.amazonaws.com`;
  return bucket.includes('.') ? `https://${host}/${bucket}` : `https://${bucket}.${host}`;
}

function failed(doing: string, { status, text, region }: Answer): S3Error {
  const code = /<Code>([^<]{1,100})</.exec(text)?.[1];
  const message = /<Message>([^<]{1,300})</.exec(text)?.[1];
  const words = [code, message].filter((word) => word !== undefined).join(', ');
  const elsewhere = region && status >= 300 && status < 500 ? `; the bucket is in ${region}` : '';
  return new S3Error(`${doing} was answered with ${status}${words && ` (${words})`}${elsewhere}`);
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause.name === 'TimeoutError') return 'no answer came in time';
  const inner = cause.cause instanceof Error ? cause.cause.message || cause.cause.name : '';
  return [cause.message, inner].filter((part) => part !== '').join(': ');
}
