// Goal: what is wrong on purpose below the API neither gets through, nor reads a file, nor takes the server down.
// Method: the built server, and bytes on bare sockets that no HTTP client would send.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '#test/support/client.js';
import { administrator } from '#test/support/people.js';
import { rawAnswer, rawSocket } from '#test/support/raw-http.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { until } from '#test/support/waits.js';

const IDLE_SOCKETS = 1_000;
/** The deadline for a request's headers is 10 s, and looked at every 5 s; a busy machine is later. */
const IDLE_END_MS = 120_000;

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let admin: Client;

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie(folders);
  admin = await administrator(sortie);
});
afterAll(async () => {
  await sortie?.end();
  await folders?.remove();
});

const get = (target: string, ...more: string[]): Promise<string> => {
  const lines = [`GET ${target} HTTP/1.1`, 'host: localhost', 'connection: close', ...more];
  return rawAnswer(sortie.url, `${lines.join('\r\n')}\r\n\r\n`);
};
const answersIn = (text: string): number => text.match(/^HTTP\/1\.1 \d{3}/gm)?.length ?? 0;

describe('a path out of the folder of the page', () => {
  const up = ['..', '%2e%2e', '.%2e', '%252e%252e', '..%00', '..;'];
  const slashes = ['/', '%2f', '\\', '%5c', '//'];
  const climbing = up.flatMap((dots) => slashes.map((slash) => `${dots}${slash}`.repeat(8)));
  const starts = ['/', '/assets/', '/fonts/', '/api/docs/'];
  it.each(starts.flatMap((start) => climbing.map((climb) => `${start}${climb}`)))(
    '%s reads no file of the machine',
    async (path) => {
      const files = { 'etc/passwd': /root:.*:0:0:/, 'package.json': /"engines"/ };
      for (const [file, content] of Object.entries(files)) {
        const answer = await get(`${path}${file}`);
        expect(answer).toMatch(/^HTTP\/1\.1 (200|30\d|400|403|404) /);
        expect(answer).not.toMatch(content);
      }
    },
  );
});

describe('a line break', () => {
  const BREAK = '%0d%0aX-Injected:%20yes%0d%0a%0d%0a<script>';
  it.each([
    `/${BREAK}`,
    `/api/apps/${BREAK}`,
    `/api/apps?cursor=${BREAK}`,
    `/api/sessions/${BREAK}`,
    `/api/docs/${BREAK}`,
    `/assets/${BREAK}`,
    `//elsewhere.example/${BREAK}`,
  ])('in %s begins no header of the answer', async (path) => {
    const [head = ''] = (await get(path)).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 /);
    expect(head).not.toMatch(/^x-injected/im);
  });

  it.each(['if-match: "1"\nx-y: z', 'idempotency-key: a\rb', 'user-agent: a\u0000b', ' folded: x'])(
    'in the header %j is refused',
    async (header) => {
      expect(await get('/api/apps', header)).toMatch(/^HTTP\/1\.1 (400|401) /);
    },
  );
});

describe('a request whose end two servers would see in two places', () => {
  const hidden = 'GET /api/openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n';
  it.each([
    ['a length and chunks', ['content-length: 6', 'transfer-encoding: chunked']],
    ['two lengths', ['content-length: 0', `content-length: ${hidden.length}`]],
    ['lengths in one header', [`content-length: 0, ${hidden.length}`]],
    ['a length with a sign', ['content-length: +5']],
    ['chunks by another name', ['transfer-encoding: xchunked']],
    ['chunks with a blank before the colon', ['transfer-encoding : chunked']],
    ['chunks and more', ['transfer-encoding: chunked, identity']],
  ])('by %s is refused, and what is hidden in it not answered', async (_, headers) => {
    const lines = ['POST /api/sign-in HTTP/1.1', 'host: localhost', ...headers];
    const answer = await rawAnswer(sortie.url, `${lines.join('\r\n')}\r\n\r\n0\r\n\r\n${hidden}`);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answersIn(answer)).toBe(1);
    expect(answer).not.toContain('"openapi"');
  });
});

describe('a header that asks for another meaning', () => {
  it.each([
    { 'x-http-method-override': 'DELETE' },
    { 'x-original-url': '/api/projections' },
    { 'x-rewrite-url': '/api/projections' },
    { 'x-forwarded-user': 'admin', 'x-remote-user': 'admin', 'remote-user': 'admin' },
    { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' },
  ])('%j means nothing', async (headers) => {
    const plain = await fetch(`${sortie.url}/api/apps`);
    const odd = await fetch(`${sortie.url}/api/apps`, {
      headers: headers as Record<string, string>,
    });
    expect([odd.status, ((await odd.json()) as { code: string }).code]).toEqual([
      plain.status,
      ((await plain.json()) as { code: string }).code,
    ]);
  });
});

describe(`${IDLE_SOCKETS} sockets`, () => {
  it('that say nothing, or never finish, do not keep others out, and are closed', async () => {
    const beginnings = ['', 'G', 'GET /api/apps HTTP/1.1\r\nhost: localhost\r\nx: '];
    let open = 0;
    for (let n = 0; n < IDLE_SOCKETS; n += 1) {
      const { socket, answer } = rawSocket(sortie.url);
      open += 1;
      void answer.then(() => (open -= 1));
      socket.write(beginnings[n % beginnings.length] ?? '');
    }
    expect((await admin.get('/api/apps')).status).toBe(200);
    expect((await fetch(`${sortie.url}/readyz`)).status).toBe(200);
    await until('all of them are closed', () => open === 0 || undefined, IDLE_END_MS);
    expect((await admin.get('/api/apps')).status).toBe(200);
  });
});
