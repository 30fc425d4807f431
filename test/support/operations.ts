import type { z } from 'zod';
import { type Operation, ROLES } from '#shared/es/operation.js';
import type { SourceFile } from './architecture.js';

/** An operation, and the name under which its contract exports it. */
export type Declared = Readonly<{ exported: string; operation: Operation; isListed: boolean }>;

const isOperation = (value: unknown): value is Operation =>
  typeof value === 'object' && value !== null && 'subject' in value && 'allow' in value;

/** The operations that a contract's module exports. */
export function operationsIn(contract: Readonly<Record<string, unknown>>): Declared[] {
  const lists = Object.values(contract).filter(Array.isArray).flat() as unknown[];
  return Object.entries(contract).flatMap(([exported, value]) =>
    isOperation(value) ? [{ exported, operation: value, isListed: lists.includes(value) }] : [],
  );
}

/** Fields by which data names one thing; a reference to something else (`user_id` beside `app_id`) is one too. */
const NAMES_ONE = /^(id|[a-z]+_id)$/;

const fieldsOf = ({ data }: Operation): string[] => Object.keys((data as z.ZodObject).shape ?? {});

/** Each rule of a declaration: what is told when it is broken, and whether it is. */
const RULES: Readonly<Record<string, (declared: Declared) => boolean>> = {
  'is exported under another name': ({ exported, operation }) => operation.name !== exported,
  "is not in its contract's list of operations": ({ isListed }) => !isListed,
  'names nobody who may use it': ({ operation }) => operation.allow.length === 0,
  'allows a role that there is not': ({ operation }) =>
    operation.allow.some((role) => !ROLES.includes(role)),
  'names no resource, but its data has one': ({ operation }) =>
    operation.kind === 'command' &&
    operation.resource === undefined &&
    fieldsOf(operation).some((field) => NAMES_ONE.test(field)),
  'takes its resource from a field which its data has not': ({ operation }) =>
    operation.resource?.id !== undefined && !fieldsOf(operation).includes(operation.resource.id),
};

/** What is missing in an operation's declaration. */
export const declarationFaults = (declared: Declared): string[] =>
  Object.entries(RULES)
    .filter(([, isBroken]) => isBroken(declared))
    .map(([fault]) => `${declared.operation.subject} ${fault}`);

/** Operations that are not handled exactly once in the files of their service. */
export function handlingFaults(
  declared: readonly Declared[],
  files: readonly SourceFile[],
): string[] {
  return declared.flatMap(({ operation: { service, name, subject } }) => {
    const handlers = files
      .filter(({ path }) => path.startsWith(`services/${service}/`) && !path.endsWith('.spec.ts'))
      .reduce((count, { text }) => count + text.split(`@Handles(${name})`).length - 1, 0);
    return handlers === 1 ? [] : [`${subject} has ${handlers} handlers`];
  });
}
