import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { type ProblemCode, PROBLEMS } from '#shared/contracts/problem.js';
import { traceIdFor } from './request-trace.js';

export type FieldError = Readonly<{ field: string; message: string }>;

/** A refusal on its way to the client as a problem document (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly errors: readonly FieldError[];
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ProblemCode,
    detail: string,
    more: { errors?: readonly FieldError[]; retryAfterSeconds?: number | undefined } = {},
  ) {
    super(detail);
    this.code = code;
    this.errors = more.errors ?? [];
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

/** Says whether a code from a service is one that the API knows. */
export const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code);

/** The document's members (RFC 9457 section 3.1) and Sortie's: `code`, `errors`, and the `traceId` that log lines are found by. */
export function documentOf(problem: Problem, instance: string, traceId?: string) {
  const [status, title] = PROBLEMS[problem.code];
  return {
    type: `urn:sortie:problem:${problem.code}`,
    title,
    status,
    detail: problem.message,
    instance,
    code: problem.code,
    ...(problem.errors.length > 0 && { errors: problem.errors }),
    ...(traceId && { traceId }),
  };
}

/** Sends a problem document. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { request } = reply;
  const document = documentOf(problem, request.url.split('?')[0] ?? '/', traceIdFor(request));
  if (problem.retryAfterSeconds !== undefined) {
    reply.header('retry-after', String(Math.ceil(problem.retryAfterSeconds)));
  }
  return reply
    .code(document.status)
    .type('application/problem+json')
    .send(JSON.stringify(document));
}

/** The problem of data that has not the shape its operation asks for: each field with what to write instead. */
export function invalid(issues: readonly z.core.$ZodIssue[], prefix = ''): Problem {
  const errors = issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (prefix && path[0] === prefix) path.shift();
    const fields = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
    return fields.map((field) => ({
      field: [...path, ...(field === undefined ? [] : [field])].join('.'),
      message: field === undefined ? issue.message : 'is no field here; leave it out',
    }));
  });
  const [first] = errors;
  const detail = first
    ? `${first.field || 'The body'}: ${first.message}`
    : 'The request is not valid.';
  return new Problem('InvalidRequest', detail, { errors });
}
