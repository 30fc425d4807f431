// Goal: the OpenAPI document is valid for programs, says what the server does, and can be tried on its page.
// Method: the built server; its schemas are compiled by a JSON Schema validator, its answers are held against them,
// and the page is opened in Chromium, which reports every breach of the content policy.
import { createRequire } from 'node:module';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, Profile } from '#test/support/browser.js';
import type { Client } from '#test/support/client.js';
import { administrator } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';

type Validate = ((data: unknown) => boolean) & { errors?: unknown };
type Ajv = { compile: (schema: object) => Validate };
// Fastify brings this validator along; as its own dependency is where it is found.
const ofFastify = createRequire(createRequire(import.meta.url).resolve('fastify'));
const { Ajv2020 } = ofFastify('ajv/dist/2020') as { Ajv2020: new (options: object) => Ajv };

type Schema = Record<string, unknown>;
type Operation = {
  operationId?: string;
  parameters: { name: string; in: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema?: Schema }> }>;
};

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let admin: Client;
let operations: (Operation & { path: string; method: string })[];
let problem: Schema;

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie(folders);
  admin = await administrator(sortie);
  const { body } = await admin.get('/api/openapi.json');
  problem = body.components.schemas.Problem;
  operations = Object.entries(body.paths as Record<string, Record<string, Operation>>).flatMap(
    ([path, methods]) => Object.entries(methods).map(([method, one]) => ({ ...one, path, method })),
  );
});
afterAll(async () => {
  await sortie?.end();
  await folders?.remove();
});

const ajv = () => new Ajv2020({ strict: false, validateFormats: false });

describe('the document', () => {
  it('has only schemas that are JSON Schema 2020-12', () => {
    const schemas = operations.flatMap(({ parameters, requestBody, responses }) => [
      ...parameters.map(({ schema }) => schema),
      ...Object.values(requestBody?.content ?? {}).map(({ schema }) => schema),
      ...Object.values(responses)
        .flatMap(({ content }) => Object.values(content ?? {}))
        .flatMap(({ schema }) => (schema === undefined || '$ref' in schema ? [] : [schema])),
    ]);
    expect(schemas.length).toBeGreaterThan(60);
    for (const schema of [...schemas, problem]) ajv().compile(schema);
    expect(() => ajv().compile({ type: 'nonsense' })).toThrow(/type/);
  });

  it('is OpenAPI 3.1', async () => {
    const { body } = await admin.get('/api/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    expect(await new Validator().validate(body)).toEqual({ valid: true });
    const { info: _info, ...broken } = body;
    expect(await new Validator().validate(broken)).toMatchObject({ valid: false });
  });

  it('names each operation once and each parameter of its path', () => {
    const ids = operations.flatMap(({ operationId }) => operationId ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, parameters } of operations) {
      const inPath = [...path.matchAll(/\{([a-z_]+)\}/g)].map((match) => match[1]);
      const declared = parameters.filter((p) => p.in === 'path').map((p) => p.name);
      expect(declared, path).toEqual(inPath);
    }
  });

  it('says what the server answers', async () => {
    for (const path of [
      ...['/api/me', '/api/branding', '/api/apps', '/api/sessions', '/api/audit'],
      ...['/api/analytics', '/api/users', '/api/projections'],
    ]) {
      const of = operations.find((one) => one.path === path && one.method === 'get');
      const schema = of?.responses['200']?.content?.['application/json']?.schema ?? {};
      const validate = ajv().compile(schema);
      const { body } = await admin.get(path);
      expect(validate(body), `${path}: ${JSON.stringify(validate.errors)}`).toBe(true);
    }
    const isProblem = ajv().compile(problem);
    expect(isProblem((await admin.get('/api/apps/absent')).body)).toBe(true);
  });
});

it('its page shows the operations in a browser, and tries one, within the content policy', async () => {
  const browser = await openBrowser();
  try {
    const profile = await Profile.open(browser, sortie.url);
    const page = await profile.visit('/api/docs');
    const operation = page.locator('#operations-Operations-ShowBranding');
    await operation.getByRole('button').first().click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    const shown = operation.locator('.live-responses-table tbody .response-col_status').first();
    await shown.waitFor();
    expect(await shown.innerText()).toContain('200');
    expect(profile.complaints).toEqual([]);
  } finally {
    await browser.close();
  }
});
