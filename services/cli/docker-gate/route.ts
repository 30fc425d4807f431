import { z } from 'zod';
import type { Call } from './engine.js';
import type { GateSettings } from './gate-settings.js';
import { Refusal, readAs } from './refusal.js';
import { type Target, targetIn } from './request-target.js';

/** What of the settings decides. */
export type PolicySettings = Pick<
  GateSettings,
  'installation' | 'limits' | 'runtimeDir' | 'subnets' | 'owner'
>;

/** What is sent on instead of what came, and what has to be done around it. */
export type Permitted = Readonly<{
  call: Call;
  /** The answer comes when something happens, or never ends by itself. */
  lasts?: boolean;
  /** Its folder is held fast while the call is made. */
  holds?: string;
  /** Afterwards, folders may not be needed any more. */
  frees?: boolean;
}>;

/** A request that has a place in the policy: the names in its path, and its query and body as they were read. */
export type Question<Q, B> = Readonly<{ names: readonly string[]; query: Q; body: B }>;

/** One thing that may be asked of the engine. */
export type Route = Readonly<{
  method: string;
  path: RegExp;
  takesBody: boolean;
  decide: (target: Target, body: unknown) => Promise<Permitted>;
}>;

type Declared<Q, B> = Readonly<{
  method: Call['method'];
  path: RegExp;
  query?: z.ZodType<Q>;
  body?: z.ZodType<B>;
  decide: (question: Question<Q, B>) => Promise<Permitted> | Permitted;
}>;

const nothing = z.strictObject({});

/** Declares a route: its query and body are read strictly before it decides. */
export function route<Q = Record<never, never>, B = undefined>(declared: Declared<Q, B>): Route {
  const { method, path, query, body, decide } = declared;
  return {
    method,
    path,
    takesBody: body !== undefined,
    decide: async (target, given) =>
      decide({
        names: (path.exec(target.path) ?? []).slice(1),
        query: readAs((query ?? nothing) as z.ZodType<Q>, target.query, 'query'),
        body: body ? readAs(body, given, 'body') : (undefined as B),
      }),
  };
}

/**
 * Says what is sent on for a request, if anything; its body is read once its address is known to lead somewhere.
 * Throws {@link Refusal}.
 */
export async function permit(
  routes: readonly Route[],
  { method, url }: Readonly<{ method: string; url: string }>,
  readBody: () => Promise<unknown>,
): Promise<Permitted> {
  const target = targetIn(url);
  const found = routes.find((one) => one.method === method && one.path.test(target.path));
  if (found === undefined) {
    throw new Refusal(`${method} ${target.path} is nothing that Sortie asks of Docker.`);
  }
  const body = await readBody();
  if (body !== undefined && !found.takesBody) {
    throw new Refusal(`${method} ${target.path} takes no body.`);
  }
  const { call, ...rest } = await found.decide(target, body);
  return { ...rest, call: { ...call, path: `${target.version}${call.path}` } };
}

const MOMENT = /^\d{1,12}(\.\d{1,9})?$/;

/** A query's switch; only these ways to write it are taken. */
export const flag = z.enum(['0', '1', 'true', 'false']);
export const seconds = z.string().regex(/^\d{1,3}$/, 'it must be a number of seconds');
export const moment = z.string().regex(MOMENT, 'it must be a time in seconds');

/** A query without what was not asked. */
export const given = (
  query: Readonly<Record<string, string | undefined>>,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
