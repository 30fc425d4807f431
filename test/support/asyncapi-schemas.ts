import { createRequire } from 'node:module';

type Validate = ((data: unknown) => boolean) & { errors?: readonly object[] | null };
type Ajv = { addSchema: (schema: object) => Ajv; compile: (schema: object) => Validate };
// Fastify brings this validator along; as its own dependency is where it is found.
const ofFastify = createRequire(createRequire(import.meta.url).resolve('fastify'));
const { default: AjvDraft7 } = ofFastify('ajv') as { default: new (options: object) => Ajv };

type Channel = Readonly<{
  address: string | null;
  messages: Readonly<Record<string, Readonly<{ $ref: string }>>>;
}>;

/** Holds messages against the schemas that an AsyncAPI document has for their subjects. */
export class AsyncApiSchemas {
  readonly #ajv: Ajv;
  readonly #channels: readonly Channel[];
  readonly #compiled = new Map<string, Validate>();

  constructor(document: object) {
    const { channels, components } = document as {
      channels: Record<string, Channel>;
      components: object;
    };
    this.#channels = Object.values(channels);
    this.#ajv = new AjvDraft7({ strict: false, validateFormats: false, allErrors: true });
    this.#ajv.addSchema({ $id: 'asyncapi', components });
  }

  /** What is wrong with a message on a subject, one sentence each; a subject that no channel has is wrong, too. */
  faults(subject: string, message: string, payload: unknown): string[] {
    const channel = this.#channels.find(({ address }) => address && isOn(address, subject));
    const ref = channel?.messages[message]?.$ref;
    if (ref === undefined) return [`no channel has a ${message} on ${subject}`];
    return this.#check(`asyncapi${ref}/payload`, subject, payload);
  }

  /** What is wrong with a value, by the name of a schema. */
  faultsOf(name: string, value: unknown): string[] {
    return this.#check(`asyncapi#/components/schemas/${name}`, name, value);
  }

  #check(ref: string, where: string, value: unknown): string[] {
    const validate = this.#compiled.get(ref) ?? this.#ajv.compile({ $ref: ref });
    this.#compiled.set(ref, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map((error) => `${where}: ${JSON.stringify(error)}`);
  }
}

/** Whether a subject is one of a channel's: each parameter stands for one part of it. */
function isOn(address: string, subject: string): boolean {
  const [parts, own] = [subject.split('.'), address.split('.')];
  return (
    own.length === parts.length && own.every((part, i) => part === '{id}' || part === parts[i])
  );
}
