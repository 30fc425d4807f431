// Goal: what goes to a bucket is asked so that no server that follows the rules writes over anything, and no answer, however
// strange, holds anything up or gives a secret away.
// Method: a server of this test's own that answers what it is told to, and the settings as the program reads them.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { headText } from '#shared/contracts/tree-head.js';
import { type S3Access, s3HeadPlace } from '#services/audit/adapters/s3-place.js';
import { readConfig } from '#services/config.js';
import { headNumbered, headsIn } from '../contract/head-place.contract.js';

type Asked = Readonly<{
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}>;
type Answer = Readonly<{ status: number; body?: string; headers?: Record<string, string> }>;

const SECRET = 'wJalrXUtnFEMI/K7MDENG';
const head = headNumbered(7);
let server: Server;
let asked: Asked[];
/** Nothing: no answer at all. */
let answer: (asked: Asked) => Answer | undefined;

beforeEach(async () => {
  [asked, answer] = [[], () => ({ status: 200 })];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      asked.push({ method, url, headers, body });
      const given = answer(asked.at(-1) as Asked);
      if (given) response.writeHead(given.status, given.headers).end(given.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const open = (over: Partial<S3Access> = {}, answerMs = 30_000) => {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const key = { accessKeyId: 'AKIA', secretAccessKey: SECRET, sessionToken: undefined };
  const access = { endpoint, region: 'eu-north-1', ...key, ...over };
  return s3HeadPlace({ kind: 's3', bucket: 'worm', prefix: 'a/b' }, access, answerMs);
};
const nameOf = (number: number): string => `a/b/head-${String(number).padStart(12, '0')}.json`;
const absent = ({ method }: Asked): Answer => ({ status: method === 'GET' ? 404 : 200 });

describe('a head', () => {
  it('is put so that nothing is written over, and object lock takes it', async () => {
    answer = absent;
    await open({ sessionToken: 'passing' }).append(head);
    expect(asked.map(({ method, url }) => [method, url])).toEqual([
      ['GET', '/worm/a/b/head-000000000007.json'],
      ['PUT', '/worm/a/b/head-000000000007.json'],
    ]);
    const { headers, body } = asked[1] as Asked;
    expect(body).toBe(`${headText(head)}\n`);
    expect(headers).toMatchObject({
      'if-none-match': '*',
      'content-md5': createHash('md5').update(body).digest('base64'),
      'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
      'x-amz-security-token': 'passing',
    });
    expect(headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIA\/\d{8}\/eu-north-1\/s3\/aws4_request, SignedHeaders=[a-z0-9;-]*content-md5;host;if-none-match[a-z0-9;-]*, Signature=[0-9a-f]{64}$/,
    );
    expect(JSON.stringify(asked)).not.toContain(SECRET);
  });

  it('that is there already is left alone, and so is another with its number', async () => {
    answer = () => ({ status: 200, body: `${headText(head)}\n` });
    await open().append(head);
    expect(asked).toHaveLength(1);
    answer = () => ({ status: 200, body: headText(headNumbered(7, { size: 1 })) });
    await expect(open().append(head)).rejects.toThrow('another tree head #7');
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  it.each([412, 409])('that somebody else put meanwhile (%i) is looked at', async (status) => {
    const racing =
      (body: string) =>
      ({ method }: Asked): Answer => {
        if (method === 'PUT') return { status };
        return asked.length === 1 ? { status: 404 } : { status: 200, body };
      };
    answer = racing(headText(head));
    await open().append(head);
    asked.length = 0;
    answer = racing(headText(headNumbered(7, { root: 'e'.repeat(64) })));
    await expect(open().append(head)).rejects.toThrow('another tree head #7');
  });

  it.each([
    [
      { status: 500, body: '<Error><Code>InternalError</Code><Message>Sorry</Message></Error>' },
      '500 (InternalError, Sorry)',
    ],
    [
      {
        status: 301,
        headers: { 'x-amz-bucket-region': 'eu-west-9', location: 'http://elsewhere.invalid/' },
      },
      'the bucket is in eu-west-9',
    ],
    [{ status: 200, body: 'x'.repeat(100_000) }, 'another tree head'],
    [{ status: 403, body: '\0\ud800<Code>' }, '403'],
  ] as const)('is told what came instead: %j', async (given, why) => {
    answer = () => given;
    const refused = open().append(head);
    await expect(refused).rejects.toThrow(why);
    await expect(refused).rejects.not.toThrow(SECRET);
  });

  it('does not wait for ever', async () => {
    answer = () => undefined;
    await expect(open({}, 200).append(head)).rejects.toThrow('no answer came in time');
  });
});

describe('reading', () => {
  it.each([
    ['<Key>a/b/head-000000000007.json</Key>', 'nonsense', 'what is there as tree head #7 is none'],
    ['<Key>a/b/head-000000000007.json</Key>', headText(headNumbered(8)), 'tree head #7 is none'],
  ])('refuses what is no head: %s %s', async (keys, object, why) => {
    answer = ({ url }) => ({ status: 200, body: url.includes('list-type') ? keys : object });
    await expect(headsIn(open())).rejects.toThrow(why);
  });

  it('goes on page by page', async () => {
    const keys = Array.from({ length: 2_500 }, (_, i) => nameOf(i + 1));
    answer = ({ url }) => {
      const { pathname, searchParams } = new URL(url, 'http://x');
      if (!searchParams.has('list-type')) {
        return { status: 200, body: headText(headNumbered(Number(pathname.slice(-17, -5)))) };
      }
      expect(searchParams.get('prefix')).toBe('a/b/');
      const rest = keys.filter((key) => key > String(searchParams.get('start-after')));
      const listed = rest.slice(0, 1_000).map((key) => `<Key>${key}</Key>`);
      const body = `<IsTruncated>${rest.length > 1_000}</IsTruncated>${listed.join('')}`;
      return { status: 200, body };
    };
    const numbers = async (from: number) =>
      (await headsIn(open(), from)).map(({ number }) => number);
    const all = Array.from({ length: 2_500 }, (_, i) => i + 1);
    expect(await numbers(1)).toEqual(all);
    expect(await numbers(1_400)).toEqual(all.slice(1_399));
    asked.length = 0;
    expect(await numbers(9_000)).toEqual([2_500]);
    // Only the last is fetched.
    expect(asked).toHaveLength(5);
  });

  it('ends where a server says for ever that there is more', async () => {
    const keys = '<IsTruncated>true</IsTruncated><Key>a/b/head-000000000007.json</Key>';
    answer = ({ url }) => ({
      status: 200,
      body: url.includes('list-type') ? keys : headText(head),
    });
    expect((await headsIn(open())).map(({ number }) => number)).toEqual([7]);
    answer = () => ({ status: 200, body: '<IsTruncated>true</IsTruncated>' });
    expect(await headsIn(open())).toEqual([]);
  });
});

describe('the settings of buckets', () => {
  const HEADS = { SORTIE_AUDIT_HEADS_TO: 's3://worm.example/a/b/, file:/x' };
  const OWN = { SORTIE_S3_ACCESS_KEY_ID: 'A', SORTIE_S3_SECRET_ACCESS_KEY: 'B' };
  const AWS = { AWS_ACCESS_KEY_ID: 'C', AWS_SECRET_ACCESS_KEY: 'D', AWS_SESSION_TOKEN: 'E' };
  const of = (env: Record<string, string>) => readConfig([], env, '/app').audit;

  it('are Sortie’s own, or else those that every other program takes', () => {
    expect(of({ ...HEADS, ...OWN, ...AWS })).toMatchObject({
      headsTo: [
        { kind: 's3', bucket: 'worm.example', prefix: 'a/b' },
        { kind: 'file', path: '/x' },
      ],
      s3: { endpoint: undefined, region: 'us-east-1', accessKeyId: 'A', secretAccessKey: 'B' },
    });
    const elsewhere = { AWS_ENDPOINT_URL: 'http://minio:9000', AWS_REGION: 'eu-north-1' };
    expect(of({ ...HEADS, ...AWS, ...elsewhere }).s3).toEqual({
      ...{ endpoint: 'http://minio:9000', region: 'eu-north-1' },
      ...{ accessKeyId: 'C', secretAccessKey: 'D', sessionToken: 'E' },
    });
  });

  it.each([
    [{}, 'needs SORTIE_S3_ACCESS_KEY_ID and SORTIE_S3_SECRET_ACCESS_KEY_FILE'],
    [{ SORTIE_S3_ACCESS_KEY_ID: 'A', ...{ AWS_SECRET_ACCESS_KEY: 'D' } }, 'needs SORTIE_S3'],
    [{ ...OWN, SORTIE_S3_ENDPOINT: 'minio:9000' }, 'SORTIE_S3_ENDPOINT'],
    [{ ...OWN, SORTIE_S3_ENDPOINT: 'http://me:pw@minio' }, 'SORTIE_S3_ENDPOINT'],
  ] as const)('are told at the start when they will not do: %j', (env, why) => {
    expect(() => of({ ...HEADS, ...env })).toThrow(why);
  });

  it('are nobody’s business where no bucket is named', () => {
    expect(of({ AWS_ENDPOINT_URL: 'nonsense' }).headsTo).toEqual([]);
  });

  it.each([
    's3://',
    's3://UPPER/x',
    's3://b/../x',
    's3://bucket/a b',
    's3://bucket/a//b',
    's3:bucket',
  ])('refuse %s', (text) => {
    expect(() => of({ ...OWN, SORTIE_AUDIT_HEADS_TO: text })).toThrow(`has "${text}"`);
  });
});
