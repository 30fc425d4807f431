import { describe, expect, it } from 'vitest';
import { identityOperations } from './identity.js';

const fieldsOf = ({ data }: (typeof identityOperations)[number]): string[] =>
  Object.keys((data as unknown as { shape: object }).shape);

describe('the operations of identity', () => {
  it.each(identityOperations)('$name declares each secret that it takes', (operation) => {
    const fields = fieldsOf(operation);
    const sounding = fields.filter(
      (field) => /password|token|secret/.test(field) && !field.endsWith('_id'),
    );
    const declared = operation.secret ?? [];
    expect(declared).toEqual(expect.arrayContaining(sounding));
    expect(fields).toEqual(expect.arrayContaining([...declared]));
  });

  it.each(identityOperations)('$name takes no field that it does not know', ({ data }) => {
    expect(data.safeParse({ __proto__: null, surprise: 1 }).success).toBe(false);
  });
});
