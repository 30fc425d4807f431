import type { FastifyInstance } from 'fastify';
import { type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { Problem } from './problem.js';

/** Takes JSON bodies and no other; one that is broken is told with the line and column where it breaks. */
export function acceptJsonOnly(server: FastifyInstance): void {
  // Keys that would reach into an object's prototype are refused with the rest of what is broken.
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (request, body, done) => {
      const answered = parse(request, body, (error, value) => {
        done(error === null ? null : unreadable(body), value);
      });
      // The parser answers by its callback alone; the type also knows one that returns a promise.
      void answered;
    },
  );
}

function unreadable(body: string): Problem {
  if (body.trim() === '') {
    return new Problem('MalformedRequest', 'The body is empty; send a JSON object.');
  }
  const first = firstErrorIn(body);
  if (first === 'nested') {
    return new Problem(
      'MalformedRequest',
      'The body is no JSON, and nested too deeply to say where.',
    );
  }
  if (!first) {
    const detail = 'The body has a key "__proto__" or "constructor", which no field here has.';
    return new Problem('MalformedRequest', detail);
  }
  const before = body.slice(0, first.offset).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  const what = printParseErrorCode(first.error);
  return new Problem(
    'MalformedRequest',
    `The body is no JSON: ${what} at line ${before.length}, column ${column}.`,
  );
}

/** Where a body breaks. The parser that knows goes down with every bracket, and the stack has an end. */
function firstErrorIn(body: string): ParseError | 'nested' | undefined {
  const errors: ParseError[] = [];
  try {
    parseTree(body, errors, { disallowComments: true, allowTrailingComma: false });
  } catch (error) {
    if (error instanceof RangeError) return 'nested';
    throw error;
  }
  return errors[0];
}
