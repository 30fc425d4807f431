import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  findNodeAtLocation,
  type Node,
  parseTree,
  type ParseError,
  printParseErrorCode,
} from 'jsonc-parser';
import { z } from 'zod';
import { seededApp } from '#shared/contracts/catalog.js';

const SEED_BYTES_MAX = 4 * 1_024 * 1_024;
const SEED_APPS_MAX = 1_000;
/** A mistake is often made in every app of a file; the first few tell it. */
const MISTAKES_SHOWN_MAX = 10;

const seedFile = z.strictObject({
  applications: z.array(seededApp).max(SEED_APPS_MAX),
});

export type SeedFile = Readonly<{
  hash: string;
  apps: z.infer<typeof seedFile>['applications'];
}>;

/** The seed file can't be used; the message names file, line, field and remedy. Nothing has been loaded. */
export class SeedFileError extends Error {
  override readonly name = 'SeedFileError';
}

/** Reads `{"applications":[...]}` (S-32). Errors: {@link SeedFileError} with every mistake's line. */
export async function readSeedFile(path: string): Promise<SeedFile> {
  const text = await readText(path);
  const syntax: ParseError[] = [];
  const tree = parseTree(text, syntax, { allowTrailingComma: false, disallowComments: true });
  const [broken] = syntax;
  if (broken || !tree) {
    const what = broken ? printParseErrorCode(broken.error) : 'empty file';
    throw new SeedFileError(
      `${path}, line ${lineOf(text, broken?.offset ?? 0)}: this is not JSON (${what}).`,
    );
  }
  const parsed = seedFile.safeParse(JSON.parse(text));
  if (!parsed.success) {
    throw new SeedFileError(tell(path, parsed.error.issues, (p) => lineAt(text, tree, p)));
  }
  const { applications } = parsed.data;
  const twice = applications.findIndex((a, i) => applications.findIndex((b) => b.id === a.id) < i);
  if (twice >= 0) {
    const line = lineAt(text, tree, ['applications', twice, 'id']);
    const id = applications[twice]?.id;
    throw new SeedFileError(`${path}, line ${line}: the id "${id}" is there twice.`);
  }
  return { hash: createHash('sha256').update(text).digest('hex'), apps: applications };
}

async function readText(path: string): Promise<string> {
  try {
    const text = await readFile(path, 'utf8');
    if (text.length <= SEED_BYTES_MAX) return text;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SeedFileError(`The seed file can't be read: ${why}`, { cause });
  }
  throw new SeedFileError(`${path} is larger than ${SEED_BYTES_MAX} bytes.`);
}

function tell(
  path: string,
  issues: readonly z.core.$ZodIssue[],
  line: (path: readonly PropertyKey[]) => number,
): string {
  const lines = issues.slice(0, MISTAKES_SHOWN_MAX).map((issue) => {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
    const at = unknown === undefined ? issue.path : [...issue.path, unknown];
    return `${path}, line ${line(at)}: ${at.join('.') || 'the file'}: ${issue.message}`;
  });
  const more = issues.length - lines.length;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

/** The line of the value at a path, or of the nearest thing around it that exists. */
function lineAt(text: string, tree: Node, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = findNodeAtLocation(tree, path.slice(0, length) as (string | number)[]);
    if (node) return lineOf(text, node.offset);
  }
  return 1;
}

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;
