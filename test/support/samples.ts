import { z } from 'zod';

/** A piece of JSON Schema, as far as samples need it. */
type Schema = Readonly<{
  type?: string;
  enum?: readonly unknown[];
  const?: unknown;
  default?: unknown;
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  items?: Schema;
  minItems?: number;
  minimum?: number;
  minLength?: number;
  pattern?: string;
}>;

const SAMPLES: readonly string[] = ['sample', 'http://sample.example', '00000000', 'srt_sample'];

function sampleText({ pattern, minLength = 0 }: Schema): string {
  const fits = (text: string): boolean =>
    pattern === undefined || new RegExp(pattern, 'u').test(text);
  const found = SAMPLES.map((text) => text.padEnd(minLength, 'x')).find(fits);
  return found ?? SAMPLES[0] ?? '';
}

const OF_TYPE: Readonly<Record<string, (schema: Schema) => unknown>> = {
  object: ({ required = [], properties = {} }) =>
    Object.fromEntries(required.map((name) => [name, sampleOfSchema(properties[name] ?? {})])),
  array: ({ minItems = 0, items = {} }) =>
    Array.from({ length: minItems }, () => sampleOfSchema(items)),
  integer: ({ minimum = 1 }) => Math.max(minimum, 1),
  number: ({ minimum = 1 }) => Math.max(minimum, 1),
  boolean: () => false,
};

function sampleOfSchema(schema: Schema): unknown {
  const [choice] = schema.anyOf ?? schema.oneOf ?? [];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (choice) return sampleOfSchema(choice);
  return (OF_TYPE[schema.type ?? ''] ?? sampleText)(schema);
}

/** The least that an operation takes for data, made from its shape: every field that has to be there, and no other. */
export function sampleOf(data: z.ZodType): Record<string, unknown> {
  const schema = z.toJSONSchema(data, { io: 'input', unrepresentable: 'any' });
  return sampleOfSchema(schema as Schema) as Record<string, unknown>;
}
