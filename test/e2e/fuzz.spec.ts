// Goal: no request, however odd, gets a 5xx, an undocumented status or an error that is not a problem document.
// Method: the built server; every operation of its own OpenAPI document, asked with values of right and wrong
// shapes made by fast-check, signed in and not. The seed is printed when it fails.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, Client } from '#test/support/client.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';

const RUNS_PER_OPERATION = 60;

type Json = Record<string, unknown>;
type Parameter = { name: string; in: 'path' | 'query' | 'header'; schema: Json };
type Operation = {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Json }> };
  responses: Record<string, { content?: Json }>;
};
type Target = { method: string; path: string; operation: Operation };

const NASTY = [
  '',
  ' ',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '%00',
  '\u0000',
  '💥',
  'null',
  '-1',
  'x'.repeat(5_000),
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  '\r\nX-Injected: 1',
] as const;

const anything = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.string(), { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('a', '__proto__', 'constructor', 'name'), fc.string()),
);

/** Values of a JSON Schema most of the time, anything else now and then. */
function valueOf(schema: Json): fc.Arbitrary<unknown> {
  const right = rightValueOf(schema);
  return fc.oneof({ arbitrary: right, weight: 4 }, { arbitrary: anything, weight: 1 });
}

const KNOWN_WORDS = ['terminal', 'novnc', 'admin', 'https://a.example', '2026-01-01T00:00:00Z'];

const valueOfType: Record<string, (schema: Json) => fc.Arbitrary<unknown>> = {
  object: objectOf,
  integer: () => fc.integer({ min: -5, max: 2_000 }),
  number: () => fc.integer({ min: -5, max: 2_000 }),
  boolean: () => fc.boolean(),
  array: ({ items }) => fc.array(valueOf((items ?? {}) as Json), { maxLength: 4 }),
  string: () => fc.oneof(fc.constantFrom(...KNOWN_WORDS), fc.string({ maxLength: 40 })),
};

function rightValueOf(schema: Json): fc.Arbitrary<unknown> {
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  return valueOfType[String(schema['type'])]?.(schema) ?? anything;
}

function objectOf({ properties = {} }: Json): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties as Record<string, Json>);
  const shape = Object.fromEntries(fields.map(([name, schema]) => [name, valueOf(schema)]));
  const known = fc.record(shape, { requiredKeys: [] });
  const surprised = fc.tuple(known, anything).map(([o, x]) => ({ ...o, surprise: x }));
  return fc.oneof({ arbitrary: known, weight: 6 }, { arbitrary: surprised, weight: 1 });
}

const text = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

async function send(
  client: Client,
  { method, path, operation }: Target,
  input: Json,
): Promise<Answer> {
  const parameters = operation.parameters ?? [];
  const filled = path.replace(
    /\{([a-z_]+)\}/g,
    // No URL can have "." or ".." for a segment: fetch takes them away.
    (_, name: string) => encodeURIComponent(text(input[name])).replace(/^\.{0,2}$/, 'x'),
  );
  const query = new URLSearchParams(
    parameters
      .filter((p) => p.in === 'query' && input[p.name] !== undefined)
      .map((p): [string, string] => [p.name, text(input[p.name])]),
  );
  const headers = Object.fromEntries(
    parameters
      .filter((p) => p.in === 'header' && input[p.name] !== undefined)
      .map((p) => [p.name, text(input[p.name]).replace(/[^\x20-\x7e]/g, '')]),
  );
  const hasBody = operation.requestBody !== undefined && method !== 'get';
  return client.request(
    method.toUpperCase(),
    query.size > 0 ? `${filled}?${query.toString()}` : filled,
    {
      headers,
      ...(hasBody && { body: input['body'] ?? {} }),
    },
  );
}

let sortie: Sortie;
let folders: Awaited<ReturnType<typeof sortieFolders>>;
const targets: Target[] = [];
const clients: Record<string, Client> = {};

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie(folders);
  clients['anonymous'] = new Client(sortie.url);
  clients['administrator'] = await new Client(sortie.url).signIn('admin', sortie.password);
  const { body } = await clients['anonymous'].get('/api/openapi.json');
  for (const [path, methods] of Object.entries(
    body.paths as Record<string, Record<string, Operation>>,
  )) {
    for (const [method, operation] of Object.entries(methods)) {
      const isStream = JSON.stringify(operation.responses).includes('text/event-stream');
      // Signing out, or disabling oneself, would turn the rest of the run into anonymous requests.
      if (!isStream && path !== '/api/sign-out') targets.push({ method, path, operation });
    }
  }
});
afterAll(async () => {
  await sortie?.end();
  await folders?.remove();
});

describe.each(['anonymous', 'administrator'])('as %s', (who) => {
  it('every operation answers odd requests with documented statuses and problem documents', async () => {
    expect(targets.length).toBeGreaterThan(20);
    for (const target of targets) {
      const fields = (target.operation.parameters ?? []).map(
        (p) => [p.name, valueOf(p.schema)] as const,
      );
      const schema = target.operation.requestBody?.content['application/json']?.schema;
      const inPath = fields.map(([name]) => name).filter((n) => target.path.includes(`{${n}}`));
      const shape: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(fields);
      if (schema) shape['body'] = valueOf(schema);
      const input = fc.record(shape, { requiredKeys: inPath });
      await fc.assert(
        fc.asyncProperty(input, async (given) => {
          const answer = await send(clients[who] as Client, target, given as Json);
          const told = `${target.method} ${target.path} ${JSON.stringify(given)} -> ${answer.status} ${JSON.stringify(answer.body)}`;
          expect(answer.status, told).toBeLessThan(500);
          const documented = [...Object.keys(target.operation.responses), '304'];
          expect(documented, told).toContain(String(answer.status));
          if (answer.status < 400) return;
          expect(answer.headers.get('content-type'), told).toContain('application/problem+json');
          expect(answer.body, told).toMatchObject({
            status: answer.status,
            code: expect.any(String),
            detail: expect.any(String),
          });
        }),
        { numRuns: RUNS_PER_OPERATION },
      );
    }
  }, 600_000);

  it('leaves a server that still answers', async () => {
    expect((await (clients[who] as Client).get('/readyz')).status).toBe(200);
  });
});
