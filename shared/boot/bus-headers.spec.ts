import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROLES, SCOPES } from '#shared/es/operation.js';
import { fromHeaders, headersOf } from './bus-headers.js';

const text = fc.string({ unit: 'binary' });
const contexts = fc.record(
  {
    actor: fc.record({ id: text, role: fc.constantFrom(...ROLES) }),
    commandId: text,
    correlationId: text,
    signInId: text,
    tokenId: text,
    scopes: fc.subarray([...SCOPES]),
    mustChangePassword: fc.constant(true),
    requestHash: text,
    causationId: text,
    ip: text,
    userAgent: text,
    traceparent: fc.constant('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'),
    expectedVersion: fc.maxSafeInteger(),
  },
  { requiredKeys: ['actor', 'commandId', 'correlationId'] },
);
const known = { actor: { id: 'a', role: 'user' }, commandId: 'c', correlationId: 'c' } as const;

describe('the headers of a request', () => {
  it('are printable ASCII, and come back as they were', () => {
    fc.assert(
      fc.property(contexts, fc.maxSafeInteger(), (context, deadline) => {
        const headers = headersOf(context, deadline);
        for (const value of Object.values(headers)) expect(value).toMatch(/^[!-~]([ -~]*[!-~])?$/);
        expect(fromHeaders((name) => headers[name])).toEqual({ context, deadline });
      }),
    );
  });

  it('leave out a traceparent that is none', () => {
    const { context } = fromHeaders((name) => headersOf({ ...known, traceparent: 'x' }, 1)[name]);
    expect(context).toEqual(known);
  });

  it('may have more in them, from a newer version', () => {
    const newer = headersOf({ ...known, tenant: 't' } as never, 1);
    expect(fromHeaders((name) => newer[name])).toEqual({ context: known, deadline: 1 });
  });

  it('leave out a scope that only a newer version knows, and keep a token cut', () => {
    const newer = headersOf({ ...known, scopes: ['games:read', 'apps:read'] } as never, 1);
    expect(fromHeaders((name) => newer[name]).context.scopes).toEqual(['apps:read']);
    const none = headersOf({ ...known, scopes: [] }, 1);
    expect(fromHeaders((name) => none[name]).context.scopes).toEqual([]);
  });

  it.each([
    ['no context', { 'Sortie-Context': undefined }],
    ['no JSON', { 'Sortie-Context': '{' }],
    ['null', { 'Sortie-Context': 'null' }],
    [
      'a role that there is not',
      { 'Sortie-Context': JSON.stringify({ ...known, actor: { id: 'a', role: 'root' } }) },
    ],
    ['nobody', { 'Sortie-Context': JSON.stringify({ ...known, actor: undefined }) }],
    [
      'a version that is no number',
      { 'Sortie-Context': JSON.stringify({ ...known, expectedVersion: '1' }) },
    ],
    ['no deadline', { 'Sortie-Deadline': undefined }],
    ['a deadline that is no number', { 'Sortie-Deadline': 'soon' }],
  ])('are refused with %s', (_, over) => {
    const headers: Record<string, string | undefined> = { ...headersOf(known, 1), ...over };
    expect(() => fromHeaders((name) => headers[name])).toThrow(/JSON|invalid/i);
  });
});
