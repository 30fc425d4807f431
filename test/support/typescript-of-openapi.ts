import { compile, type JSONSchema } from 'json-schema-to-typescript';

type Schema = JSONSchema;
type Media = Readonly<Record<string, { schema?: Schema }>>;
type Parameter = Readonly<{ name: string; in: string; required?: boolean; schema?: Schema }>;
type Described = Readonly<{
  operationId?: string;
  summary?: string;
  parameters?: readonly Parameter[];
  requestBody?: Readonly<{ required?: boolean; content: Media }>;
  responses: Readonly<Record<string, { content?: Media }>>;
}>;
/** As much of an OpenAPI 3.1 document as a client's types need. */
export type OpenApi = Readonly<{
  paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  components: Readonly<{ schemas: Readonly<Record<string, Schema>> }>;
}>;

const PLACES = ['query', 'path', 'header', 'cookie'] as const;
const HEADING = `// oxlint-disable max-lines
// Written by \`npm run client\` from the gateway's OpenAPI document: change the contracts, not this file.`;

/** Writes the types of a REST API in TypeScript: an interface `paths` as openapi-fetch takes it, and one a request and answer. */
export async function typescriptOf({ paths, components }: OpenApi): Promise<string> {
  const whole: Schema = {
    title: 'paths',
    ...object(mapped(paths, (methods) => object(mapped(methods, operation)))),
    $defs: components.schemas as Record<string, Schema>,
  };
  const text = await compile(asDefinitions(whole), 'paths', {
    additionalProperties: false,
    bannerComment: HEADING,
    format: false,
    unreachableDefinitions: false,
    ignoreMinAndMaxItems: true,
  });
  return (
    text
      .replace(/\bexport interface Paths\b/, 'export interface paths')
      // openapi-fetch tells statuses apart as numbers.
      .replace(/^(\s*)"(\d{3})":/gm, '$1$2:')
  );
}

const mapped = <T>(of: Readonly<Record<string, T>>, change: (value: T) => Schema) =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, change(value)]));

const object = (
  properties: Record<string, Schema>,
  required: readonly string[] = Object.keys(properties),
): Schema => ({
  type: 'object',
  properties,
  required: [...required],
  additionalProperties: false,
});

function operation({
  operationId,
  summary,
  parameters = [],
  requestBody,
  responses,
}: Described): Schema {
  const places = PLACES.map((place) => [place, parameters.filter((p) => p.in === place)] as const);
  const given = places.filter(([, of]) => of.length > 0);
  const described = object(
    Object.fromEntries(given.map(([place, of]) => [place, fields(of)])),
    given.filter(([, of]) => of.some(({ required }) => required)).map(([place]) => place),
  );
  const body = requestBody && {
    requestBody: object({ content: content(requestBody.content, titled(operationId, 'Request')) }),
  };
  const answers = mapped(withoutProblems(responses), (response) =>
    object({
      headers: { type: 'object', tsType: 'Record<string, unknown>' },
      ...(response.content && {
        content: content(response.content, titled(operationId, 'Answer')),
      }),
    }),
  );
  return {
    ...(summary && { description: summary }),
    ...object({ parameters: described, ...body, responses: object(answers) }, [
      'parameters',
      'responses',
      ...(requestBody?.required ? ['requestBody'] : []),
    ]),
  };
}

/** All refusals have one shape, so they are told once: as what comes with any other status. */
function withoutProblems(responses: Described['responses']): Described['responses'] {
  const good = Object.entries(responses).filter(([status]) => Number(status) < 400);
  const [problem] = Object.entries(responses).filter(([status]) => Number(status) >= 400);
  return { ...Object.fromEntries(good), ...(problem && { default: problem[1] }) };
}

const titled = (operationId: string | undefined, what: string): string | undefined =>
  operationId && `${operationId}${what}`;

const fields = (of: readonly Parameter[]): Schema =>
  object(
    Object.fromEntries(of.map(({ name, schema = {} }) => [name, schema])),
    of.filter(({ required }) => required).map(({ name }) => name),
  );

const content = (media: Media, title: string | undefined): Schema =>
  object(
    mapped(media, ({ schema }) => {
      if (schema === undefined) return { tsType: 'unknown' };
      return title === undefined || schema.$ref !== undefined ? schema : { ...schema, title };
    }),
  );

/** Inside a JSON Schema document definitions stand under `$defs`. */
const asDefinitions = (schema: Schema): Schema =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/schemas/', '"#/$defs/')) as Schema;
