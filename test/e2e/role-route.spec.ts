// Goal: who gets in where is what role-route.table.txt says, line by line: a change of it has to be seen in a review.
// Method: every route that the gateway declares, asked of the built server by everybody there can be, with a request that
// is whole. `npm run roles` writes the table anew.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AskedRoute, askedRoutes } from '#test/support/asked-routes.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { type Verdict, type Walker, walkersOf } from '#test/support/walkers.js';

const routes = await askedRoutes();
/** What is in the path of a request: nothing that there is. */
const NOTHING = (field: string): string => (field === 'name' ? 'catalog.nothing' : 'nothing');

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let walkers: Readonly<Record<string, Walker>>;
const walked: { route: AskedRoute; verdicts: Record<string, Verdict> }[] = [];

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie(folders);
  walkers = await walkersOf(sortie);
  for (const route of routes) {
    const verdicts: Record<string, Verdict> = {};
    for (const [who, walk] of Object.entries(walkers)) {
      verdicts[who] = await walk(route, route.filled(NOTHING));
    }
    walked.push({ route, verdicts });
  }
});
afterAll(async () => {
  await sortie?.end();
  await folders?.remove();
});

const nameOf = ({ method, path }: AskedRoute): string => `${method.padEnd(6)} ${path}`;
const told = (route: AskedRoute, who: string, { status, body }: Verdict): string =>
  `${nameOf(route)} as ${who}: ${status} ${body.slice(0, 200)}`;

/** How a refusal is told in the table; anything else is being let in. */
const REFUSALS: Readonly<Record<string, string>> = {
  SignInRequired: 'sign in',
  Forbidden: '-',
  ScopeMissing: 'scope',
  PersonRequired: 'person',
  PasswordChangeRequired: 'password',
};
const cellOf = ({ code }: Verdict): string => REFUSALS[code] ?? 'in';

function tableOf(): string {
  const who = Object.keys(walkers);
  const width = Math.max(...walked.map(({ route }) => nameOf(route).length));
  const line = (first: string, cells: readonly string[]): string =>
    [first.padEnd(width), ...cells.map((cell, i) => cell.padEnd(Math.max(who[i]?.length ?? 0, 8)))]
      .join('  ')
      .trimEnd();
  const conditions = [...new Set(walked.flatMap(({ route }) => route.condition ?? []))];
  const lines = walked.map(({ route, verdicts }) => {
    const cells = line(
      nameOf(route),
      who.map((one) => cellOf(verdicts[one] as Verdict)),
    );
    const note = conditions.indexOf(route.condition ?? '') + 1;
    return note > 0 ? `${cells.padEnd(line('', who).length)}  *${note}` : cells;
  });
  const notes = conditions.map((condition, i) => `*${i + 1}  ${condition}`);
  return `${[...EXPLANATION, '', line('', who), ...lines, '', ...notes].join('\n')}\n`;
}

const EXPLANATION = [
  'Who gets in where, as the built server answers. Written by `npm run roles`, checked by test/e2e/role-route.spec.ts.',
  '',
  'in        let in; what comes then depends on what is asked for',
  'sign in   401: nobody yet',
  '-         403: not for this role',
  'scope     403: the API token has not the scope',
  'person    403: not for API tokens at all',
  'password  403: the password has to be changed first',
  '',
  'new       a user whose password somebody else chose     category  a user who administers a category',
  'token     an administrator’s API token, all scopes      reader    the same with the scopes that read',
  'console   the control socket of the machine             *1        what a service asks beside the role, see below',
];

describe('the role × route table', () => {
  it('is what is committed, line by line', async () => {
    await expect(tableOf()).toMatchFileSnapshot('role-route.table.txt');
  });

  it('is walked whole: every route, and everybody', () => {
    expect(walked).toHaveLength(routes.length);
    expect(routes.length).toBeGreaterThan(80);
    expect(Object.keys(walkers)).toHaveLength(10);
  });

  it('lets nobody in whose role an operation does not name', () => {
    const ROLE_OF: Readonly<Record<string, string>> = {
      ...{ new: 'user', category: 'user', token: 'admin', reader: 'admin' },
    };
    const wrong = walked.flatMap(({ route, verdicts }) =>
      Object.entries(verdicts)
        .filter(([who]) => !route.allow.includes((ROLE_OF[who] ?? who) as never))
        // Who signs in is nobody yet, whatever cookie came along.
        .filter(() => !route.allow.includes('anonymous'))
        .filter(([, verdict]) => cellOf(verdict) === 'in')
        .map(([who, verdict]) => told(route, who, verdict)),
    );
    expect(wrong).toEqual([]);
  });

  it('is of whole requests, where a service asks for more than a role', () => {
    const malformed = walked
      .filter(({ route }) => route.condition !== undefined)
      .flatMap(({ route, verdicts }) =>
        Object.entries(verdicts)
          .filter(([, { code }]) => code === 'InvalidRequest')
          .map(([who, verdict]) => told(route, who, verdict)),
      );
    expect(malformed).toEqual([]);
  });

  it('is of answers: nothing broke', () => {
    const broken = walked.flatMap(({ route, verdicts }) =>
      Object.entries(verdicts)
        .filter(([, { status }]) => status >= 500)
        .map(([who, verdict]) => told(route, who, verdict)),
    );
    expect(broken).toEqual([]);
  });
});
