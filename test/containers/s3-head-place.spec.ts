// Goal: signed tree heads are kept in a bucket: each once, none written over, and an export can be checked against them.
// Method: a server that speaks S3, in a container (a program without an engine), and the audit service in front of it.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type S3Access, type S3Address, s3HeadPlace } from '#services/audit/adapters/s3-place.js';
import { headText } from '#shared/contracts/tree-head.js';
import type { PlacedServer } from '#test/support/container-or-program.js';
import { S3_KEY, startPlacedS3 } from '#test/support/placed-s3.js';
import { openSignedTrail } from '#test/support/signed-trail.js';
import { until } from '#test/support/waits.js';
import { headNumbered, headPlaceContract, headsIn } from '../contract/head-place.contract.js';

let server: PlacedServer;
const client = new AwsClient({ ...S3_KEY, service: 's3', region: 'us-east-1', retries: 0 });
beforeAll(async () => {
  server = await startPlacedS3('the S3 server');
}, 600_000);
afterAll(() => server.stop());

const endpoint = (): string => `http://${server.host}:${server.port}`;
const access = (over: Partial<S3Access> = {}): S3Access => ({
  ...{ endpoint: endpoint(), region: 'us-east-1', sessionToken: undefined, ...S3_KEY },
  ...over,
});

async function newBucket(prefix = 'sortie/heads'): Promise<S3Address> {
  const bucket = `heads-${randomBytes(4).toString('hex')}`;
  await client.fetch(`${endpoint()}/${bucket}`, { method: 'PUT' });
  return { kind: 's3', bucket, prefix };
}
const objectAt = async ({ bucket }: S3Address, path: string): Promise<string> =>
  (await client.fetch(`${endpoint()}/${bucket}/${path}`)).text();

headPlaceContract('a bucket', async () => {
  const address = await newBucket();
  return () => s3HeadPlace(address, access());
});
headPlaceContract('a bucket of its own', async () => {
  const address = await newBucket('');
  return () => s3HeadPlace(address, access());
});

describe('a bucket', () => {
  it('has an object a head, as a line of a file would be', async () => {
    const address = await newBucket();
    await s3HeadPlace(address, access()).append(headNumbered(7));
    expect(await objectAt(address, 'sortie/heads/head-000000000007.json')).toBe(
      `${headText(headNumbered(7))}\n`,
    );
  });

  it('is not written over: another head with the number of one that is there is refused', async () => {
    const address = await newBucket();
    const place = s3HeadPlace(address, access());
    await place.append(headNumbered(1));
    const forged = headNumbered(1, { root: 'f'.repeat(64) });
    await expect(place.append(forged)).rejects.toThrow('another tree head #1 is there already');
    expect(await headsIn(place)).toEqual([headNumbered(1)]);
  });

  it('may have something else in it', async () => {
    const address = await newBucket();
    const place = s3HeadPlace(address, access());
    const { bucket, prefix } = address;
    const other = `${endpoint()}/${bucket}/${prefix}/readme.json`;
    await client.fetch(other, { method: 'PUT', body: 'x' });
    for (const number of [8, 9, 10, 100]) await place.append(headNumbered(number));
    const numbers = async (from: number) =>
      (await headsIn(place, from)).map(({ number }) => number);
    expect(await numbers(1)).toEqual([8, 9, 10, 100]);
    expect(await numbers(10)).toEqual([10, 100]);
    expect(await numbers(101)).toEqual([100]);
  });

  it('that is not there, or for somebody else, is told, with no secret', async () => {
    const address = await newBucket();
    const nowhere = s3HeadPlace({ ...address, bucket: 'no-such-bucket' }, access());
    await expect(nowhere.append(headNumbered(1))).rejects.toThrow('NoSuchBucket');
    const stranger = s3HeadPlace(address, access({ accessKeyId: 'NOBODY' }));
    await expect(stranger.append(headNumbered(1))).rejects.toThrow('403 (InvalidAccessKeyId');
    await expect(headsIn(stranger)).rejects.toThrow('403');
    await server.kill();
    const refused = s3HeadPlace(address, access()).append(headNumbered(1));
    await expect(refused).rejects.toThrow(/^fetch failed: .*ECONNREFUSED/);
    await expect(refused).rejects.not.toThrow(/secret|S3RVER/i);
    await server.restart();
  });
});

describe('an audit service with a bucket', () => {
  it('hands every head there, also those of while it was away, and gets them back when all else is lost', async () => {
    const address = await newBucket();
    const trail = await openSignedTrail();
    try {
      const over = { headsTo: [address], s3: access() };
      const first = await trail.start(over);
      await first.append(2);
      await first.signed(2);
      await server.kill();
      await first.append(1);
      await first.signed(3);
      await until('the bucket is missed', () => first.notary.copies.find(({ error }) => error));
      expect(first.notary.copies.at(-1)?.error).toContain('fetch failed');
      await server.restart();
      const place = s3HeadPlace(address, access());
      await first.append(1);
      await first.signed(4);
      await until('the bucket has it all', async () => {
        return (await headsIn(place)).length === trail.heads().length;
      });
      await first.stop();
      const heads = trail.heads();
      expect(await headsIn(place)).toEqual(heads);

      await trail.place.forget('audit');
      writeFileSync(trail.headsPath, '');
      const second = await trail.start(over);
      expect(second.notary.trouble).toBeUndefined();
      await second.append(1);
      const { number } = await second.signed(await second.log.head());
      expect(number).toBe(heads.length + 1);
      await until('it is in the bucket', async () => (await headsIn(place, number)).length === 1);

      const text = (await headsIn(place)).map((head) => `${headText(head)}\n`).join('');
      writeFileSync(join(trail.place.folder, 'from-bucket.ndjson'), text);
      expect(trail.heads(join(trail.place.folder, 'from-bucket.ndjson'))).toEqual(trail.heads());
    } finally {
      await trail.remove();
    }
  });
});
