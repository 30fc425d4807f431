import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

export type SourceFile = Readonly<{ path: string; text: string }>;
export type Import = Readonly<{ target: string; typeOnly: boolean }>;

const FILE_LINES_MAX = 300;
const IMPORT =
  /^(?:import|export)\s+(type\s)?[^'";]*?from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

/** What a file imports: packages by name, files by their path from the root, as they are written (`.js`). */
export function importsOf({ path, text }: SourceFile): Import[] {
  return [...text.matchAll(IMPORT)].map(([, type, from, bare, dynamic]) => {
    const name = from ?? bare ?? dynamic ?? '';
    const target = name.startsWith('.')
      ? normalize(join(dirname(path), name))
      : name.replace(/^#/, '');
    return { target, typeOnly: type !== undefined };
  });
}

/** Written by `npm run client`: nobody edits it, and its shape is the API's. */
const GENERATED: ReadonlySet<string> = new Set(['shared/client/paths.ts']);

/** Every source file below folders of the package that people write. */
export function readTree(root: string, folders: readonly string[]): SourceFile[] {
  return folders
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.(ts|tsx|js|md)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((full) => !GENERATED.has(relative(root, full)))
    .map((full) => ({ path: relative(root, full), text: readFileSync(full, 'utf8') }));
}

const isCode = (path: string): boolean => /\.(ts|tsx|js)$/.test(path);
const isSpec = (path: string): boolean => path.endsWith('.spec.ts');

type ImportRule = Readonly<{
  name: string;
  from: RegExp;
  /** What may be imported; `own/` stands for the folder of the importing service. */
  may: RegExp;
  /** What may be imported for its types only. */
  mayAsType?: RegExp;
}>;

/** Who may import what, room by room (style.md, section 3). A file without a rule is free. */
const IMPORT_RULES: readonly ImportRule[] = [
  {
    name: 'a domain knows contracts, the decider and itself',
    from: /^services\/[^/]+\/domain\//,
    may: /^(shared\/contracts\/|shared\/es\/decider\.|own\/domain\/)/,
  },
  {
    name: 'what a process decides knows contracts and types',
    from: /^services\/[^/]+\/process\/[^/]+\.process\./,
    may: /^(shared\/contracts\/|shared\/es\/decider\.|own\/(domain|process)\/)/,
    mayAsType: /^own\/(adapters|read)\//,
  },
  {
    name: 'what carries a process out knows contracts, the ports and its own service',
    from: /^services\/[^/]+\/process\//,
    may: /^(shared\/(contracts|es)\/|shared\/boot\/reply\.|own\/(domain|process|read|adapters|config|tokens)|uuid$|zod$|node:(crypto|timers\/promises)$)/,
  },
  {
    name: 'a read model knows contracts, the ports and Kysely',
    from: /^services\/[^/]+\/read\//,
    may: /^(shared\/(contracts|es)\/|kysely$|own\/read\/)/,
    mayAsType: /^shared\/adapters\//,
  },
  {
    name: 'a migration knows Kysely and the tables that every service has',
    from: /^services\/[^/]+\/migrations\//,
    may: /^(kysely$|shared\/adapters\/|own\/migrations\/)/,
  },
  {
    name: 'an edge knows no migration and no module',
    from: /^services\/[^/]+\/edge\//,
    may: /^(?!own\/(migrations\/|module\.))/,
  },
  {
    name: 'the command line speaks to the gateway and knows no service',
    // What NATS is to let processes do, and the tables, are there before any of them, and any gateway, can run.
    from: /^services\/cli\/(?!(nats-config|storage|storage-settings)\.ts$)/,
    // Whoever checks an export of the trail trusts nobody's arithmetic but his own: it has to be the same code.
    may: /^(?!shared\/(?!client\/|contracts\/|es\/(operation|merkle-|commit-leaf)))/,
  },
  {
    name: 'contracts depend on nothing but message types',
    from: /^shared\/contracts\//,
    may: /^(zod$|shared\/contracts\/|shared\/es\/(attempt-refused|commit|decider|operation)\.)/,
  },
  {
    name: 'the ports know no adapter, no framework and no machine',
    from: /^shared\/es\//,
    may: /^(shared\/(es|contracts)\/|uuid$|lru-cache$|zod$)/,
  },
  {
    name: 'an adapter does not know who starts it',
    from: /^shared\/adapters\//,
    may: /^(?!shared\/boot\/)/,
  },
  { name: 'shared never imports a service', from: /^shared\//, may: /^(?!services\/)/ },
];

/** Packages that have one place, so that exchanging them is small. */
const PACKAGE_RULES: readonly (readonly [packages: RegExp, where: RegExp])[] = [
  [/^(nats|pg|better-sqlite3)$/, /(^|\/)adapters\//],
  [/^ws$/, /^services\/gateway\/viewer\/|\/adapters\//],
  [/^(fastify|@fastify\/.*)$/, /^services\/gateway\//],
  [/^@nestjs\//, /\/edge\/|\/(module|main|tokens)\.ts$|^services\/[a-z-]+\.ts$|^shared\/boot\//],
  [/^rxjs$/, /^shared\/boot\//],
  [/^kysely$/, /\/(read|migrations|adapters)\/|^shared\/boot\//],
  [/^(preact|@preact\/.*|@novnc\/.*)$/, /^services\/gateway\/web\//],
];

const PURE = /^services\/[^/]+\/domain\/|\.process\.ts$|^services\/(?!gateway)[^/]+\/read\//;
const OUTSIDE_WORLD =
  /\b(Date\.now|performance\.now|Math\.random|process\.env|setTimeout|setInterval|randomUUID|randomBytes|v4 as|v7 as)\b|new Date\(\)/;
const BANNED_NAME =
  /(^|-)(manager|utils?|helpers?|misc|base|impl)(-|\.|$)|(^|-)(common|data|info)\./i;
// Written so that this file does not find itself.
const DEBT = /\b(TO{1}DO|FIX{1}ME)\b/;

const serviceOf = (path: string): string | undefined => /^services\/([^/]+)\//.exec(path)?.[1];

function importFaults(file: SourceFile): string[] {
  const service = serviceOf(file.path);
  return importsOf(file).flatMap(({ target, typeOnly }) => {
    const other = serviceOf(target);
    const own =
      other !== undefined && other === service
        ? target.replace(`services/${service}/`, 'own/')
        : target;
    const broken = IMPORT_RULES.filter(
      ({ from, may, mayAsType }) =>
        from.test(file.path) && !may.test(own) && !(typeOnly && mayAsType?.test(own)),
    ).map(({ name }) => name);
    const misplaced = PACKAGE_RULES.some(
      ([packages, where]) => packages.test(target) && !where.test(file.path),
    );
    if (misplaced) broken.push(`${target} has another place`);
    if (service && other && other !== service)
      broken.push('services meet only in shared/contracts');
    return broken.map((why) => `${file.path} -> ${target}: ${why}`);
  });
}

function textFaults({ path, text }: SourceFile): string[] {
  const faults: string[] = [];
  const lines = text.split('\n').length - 1;
  if (lines > FILE_LINES_MAX) faults.push(`${lines} lines are over ${FILE_LINES_MAX}`);
  if (BANNED_NAME.test(path.split('/').at(-1) ?? '')) faults.push('its name says nothing');
  const debt = DEBT.exec(text)?.[0];
  if (debt) faults.push(`${debt} may not reach main`);
  const seen = PURE.test(path) && !isSpec(path) && OUTSIDE_WORLD.exec(text)?.[0];
  if (seen) faults.push(`${seen} reads the outside world; take it as an argument`);
  return faults.map((fault) => `${path}: ${fault}`);
}

const EXPORTED = /^export (?:abstract |async )?(?:const|function\*?|class|interface|type) (\w+)/;
/** A contract's schemas, events and operations are their own documentation: their fields carry descriptions. */
const DOCUMENTED = /^shared\/(?!contracts\/)/;
/** A plain shape and a named number say it all by their names, or carry words where they don't. */
const NAMES_ITSELF = /^export (type |const [A-Z][A-Z0-9_]+\b)/;

function docFaults({ path, text }: SourceFile): string[] {
  if (!DOCUMENTED.test(path) || isSpec(path)) return [];
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const name = EXPORTED.exec(line)?.[1];
    if (name === undefined || NAMES_ITSELF.test(line)) return [];
    let above = index - 1;
    while (/^@/.test(lines[above] ?? '')) above -= 1;
    return /\*\/$/.test(lines[above] ?? '') ? [] : [`${path}: ${name} has no docstring`];
  });
}

/** Everything about these files that breaks a rule, one sentence each. */
export function faultsOf(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => isCode(path))
    .flatMap((file) => [
      ...(isSpec(file.path) || file.path.startsWith('test/') ? [] : importFaults(file)),
      ...textFaults(file),
      ...docFaults(file),
    ]);
}

const ROOMS = ['edge', 'domain', 'process', 'read', 'adapters', 'migrations'];
/** Browser code and the viewer's byte path are unlike anything else. */
const MORE_ROOMS: Readonly<Record<string, readonly string[]>> = { gateway: ['web', 'viewer'] };
const NOT_SERVICES = ['cli'];

/** Services that lack a README or a module, or that have a room of their own invention. */
export function roomFaults(paths: readonly string[]): string[] {
  const services = [...new Set(paths.map(serviceOf))].filter(
    (name) => name !== undefined && !NOT_SERVICES.includes(name),
  ) as string[];
  return services.flatMap((name) => {
    const own = paths.filter((path) => serviceOf(path) === name);
    const missing = ['README.md', 'module.ts'].filter(
      (file) => !own.includes(`services/${name}/${file}`),
    );
    const rooms = new Set(
      own
        .map((path) => path.split('/'))
        .flatMap(([, , room, ...rest]) => (rest.length > 0 ? [room ?? ''] : [])),
    );
    const known = [...ROOMS, ...(MORE_ROOMS[name] ?? [])];
    const strange = [...rooms].filter((room) => !known.includes(room));
    return [
      ...missing.map((file) => `services/${name} has no ${file}`),
      ...strange.map((room) => `services/${name}/${room} is no room of a service`),
    ];
  });
}
