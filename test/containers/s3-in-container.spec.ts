// Goal: what backups will need of an S3 server can be asked with aws4fetch: objects, parts, and that they last.
// Method: a server in a container (a program without an engine). Sortie has no S3 adapter yet: only the ground is tried.
import { createHash, randomBytes } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PlacedServer } from '#test/support/container-or-program.js';
import { S3_KEY, startPlacedS3 } from '#test/support/placed-s3.js';

const PART_BYTES = 5 * 1_024 ** 2;
const SIGNED = { service: 's3', region: 'us-east-1', retries: 0 };

let server: PlacedServer;
let bucket: string;
const client = new AwsClient({ ...S3_KEY, ...SIGNED });
beforeAll(async () => {
  server = await startPlacedS3('the S3 server');
}, 600_000);
afterAll(() => server.stop());
beforeEach(async () => {
  bucket = `backups-${randomBytes(4).toString('hex')}`;
  await ask('PUT', '');
});

const at = (path: string): string => `http://${server.host}:${server.port}/${bucket}${path}`;
const ask = (
  method: string,
  path: string,
  body?: Buffer | string,
  by = client,
): Promise<Response> => by.fetch(at(path), { method, ...(body !== undefined && { body }) });
const bytesOf = async (path: string): Promise<Buffer> =>
  Buffer.from(await (await ask('GET', path)).arrayBuffer());
const codeIn = async (answer: Response): Promise<string | undefined> =>
  /<Code>(\w+)<\/Code>/.exec(await answer.text())?.[1];

describe('an object', () => {
  it('comes back as it was put, under a name with anything in it', async () => {
    const path = '/sortie/2026/a%20b+c/%C3%A4.db';
    const content = randomBytes(100_000);
    expect((await ask('PUT', path, content)).status).toBe(200);
    expect(await bytesOf(path)).toEqual(content);
    const head = await ask('HEAD', path);
    expect(head.headers.get('content-length')).toBe('100000');
  });

  it('is listed by its beginning, and gone once it is deleted', async () => {
    for (const name of ['sortie/1.db', 'sortie/2.db', 'other/1.db']) {
      await ask('PUT', `/${name}`, name);
    }
    const listed = async () => {
      const text = await (await ask('GET', '?list-type=2&prefix=sortie%2F')).text();
      return [...text.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key]) => key);
    };
    expect(await listed()).toEqual(['sortie/1.db', 'sortie/2.db']);
    expect((await ask('DELETE', '/sortie/1.db')).status).toBe(204);
    expect(await listed()).toEqual(['sortie/2.db']);
    const gone = await ask('GET', '/sortie/1.db');
    expect([gone.status, await codeIn(gone)]).toEqual([404, 'NoSuchKey']);
  });

  it('may come in parts, and is there only once they are put together', async () => {
    const parts = [randomBytes(PART_BYTES), randomBytes(PART_BYTES), randomBytes(1_000)];
    const begun = await (await ask('POST', '/large.db?uploads')).text();
    const id = /<UploadId>([^<]+)<\/UploadId>/.exec(begun)?.[1] ?? '';
    const tags: string[] = [];
    for (const [index, part] of parts.entries()) {
      const put = await ask('PUT', `/large.db?partNumber=${index + 1}&uploadId=${id}`, part);
      tags.push(put.headers.get('etag') ?? '');
    }
    expect((await ask('GET', '/large.db')).status).toBe(404);
    const listed = tags.map(
      (tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${tag}</ETag></Part>`,
    );
    const whole = `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`;
    expect((await ask('POST', `/large.db?uploadId=${id}`, whole)).status).toBe(200);
    expect((await bytesOf('/large.db')).equals(Buffer.concat(parts))).toBe(true);
  });

  it('is still there when the server was killed and started again', async () => {
    const content = randomBytes(50_000);
    await ask('PUT', '/kept.db', content);
    await server.kill();
    await expect(ask('GET', '/kept.db')).rejects.toThrow('fetch failed');
    await server.restart();
    expect(await bytesOf('/kept.db')).toEqual(content);
  });
});

describe('a signature', () => {
  // This server looks at who signs and when, and not at the signature itself: that is held to Amazon's own example.
  it('is what Amazon says it must be', async () => {
    const example = new AwsClient({
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    });
    const nothing = createHash('sha256').digest('hex');
    const signed = await example.sign('https://examplebucket.s3.amazonaws.com/?lifecycle', {
      headers: { 'x-amz-content-sha256': nothing },
      aws: { service: 's3', region: 'us-east-1', datetime: '20130524T000000Z' },
    });
    expect(signed.headers.get('authorization')).toContain(
      'Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    );
  });

  it('of a key that there is not is refused, and nothing is put', async () => {
    const stranger = new AwsClient({ ...S3_KEY, accessKeyId: 'NOBODY', ...SIGNED });
    const put = await ask('PUT', '/theirs.db', 'theirs', stranger);
    expect([put.status, await codeIn(put)]).toEqual([403, 'InvalidAccessKeyId']);
    expect((await ask('GET', '/theirs.db')).status).toBe(404);
  });

  it('that has run out is refused', async () => {
    const aws = { datetime: '20200101T000000Z' };
    const signed = await client.sign(at('/late.db'), { method: 'PUT', body: 'x', aws });
    const late = await fetch(signed);
    expect([late.status, await codeIn(late)]).toEqual([403, 'RequestTimeTooSkewed']);
  });
});
