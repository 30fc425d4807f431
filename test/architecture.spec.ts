import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { projectionOperations } from '#shared/contracts/projections.js';
import { operationsOf } from '#shared/es/operation.js';
import { faultsOf, importsOf, readTree, roomFaults } from './support/architecture.js';
import { declarationFaults, handlingFaults, operationsIn } from './support/operations.js';

const root = join(import.meta.dirname, '..');
const tree = readTree(root, ['services', 'shared', 'test', 'deploy']);
const paths = tree.map(({ path }) => path);

describe('the code', () => {
  it('is seen: a rule over an empty tree would hold for ever', () => {
    for (const folder of [
      'services/catalog/domain/',
      'services/gateway/web/',
      'shared/es/',
      'test/',
      'deploy/',
    ]) {
      expect(paths.filter((path) => path.startsWith(folder)).length, folder).toBeGreaterThan(0);
    }
    expect(tree.flatMap(importsOf).length).toBeGreaterThan(300);
  });

  it('keeps every rule of style.md sections 3 and 5', () => {
    expect(faultsOf(tree)).toEqual([]);
  });

  it('has a README, a module and the same rooms in each service', () => {
    expect(roomFaults(paths)).toEqual([]);
  });
});

/** One planted fault a rule. */
const PLANTED: readonly (readonly [path: string, text: string, fault: string])[] = [
  [
    'services/catalog/domain/x.ts',
    "import { Injectable } from '@nestjs/common';",
    'a domain knows',
  ],
  [
    'services/catalog/domain/x.ts',
    "import { row } from '../read/applications.js';",
    'a domain knows',
  ],
  ['services/catalog/domain/x.ts', "import {\n  hash,\n} from 'node:crypto';", 'a domain knows'],
  ['services/catalog/domain/x.ts', "const x = await import('uuid');", 'a domain knows'],
  ['services/catalog/domain/x.ts', "import 'reflect-metadata';", 'a domain knows'],
  ['services/catalog/domain/x.ts', "export { x } from '#shared/boot/reply.js';", 'a domain knows'],
  ['services/catalog/domain/x.ts', 'const at = Date.now();', 'outside world'],
  ['services/catalog/domain/x.ts', 'const at = new Date();', 'outside world'],
  ['services/catalog/process/x.process.ts', "import { v7 as uuid } from 'uuid';", 'outside world'],
  ['services/catalog/process/x.process.ts', 'const n = Math.random();', 'outside world'],
  ['services/catalog/process/x.process.ts', "const path = process.env['HOME'];", 'outside world'],
  [
    'services/catalog/process/x.process.ts',
    "import { setTimeout } from 'node:timers/promises';",
    'what a process decides knows',
  ],
  [
    'services/catalog/process/x.process.ts',
    "import { read } from '../adapters/seed-file.js';",
    'what a process decides knows',
  ],
  ['services/catalog/read/x.ts', "import { app } from '../domain/app.js';", 'a read model knows'],
  [
    'services/catalog/read/x.ts',
    "import { open } from '#shared/adapters/sqlite-database.js';",
    'a read model knows',
  ],
  [
    'services/catalog/migrations/x.ts',
    "import { app } from '../domain/app.js';",
    'a migration knows',
  ],
  [
    'services/catalog/edge/x.ts',
    "import { migrations } from '../migrations/index.js';",
    'an edge knows',
  ],
  [
    'services/catalog/edge/x.ts',
    "import { user } from '#services/identity/domain/user.js';",
    'services meet only',
  ],
  [
    'services/session/edge/x.ts',
    "import { app } from '../../catalog/domain/app.js';",
    'services meet only',
  ],
  [
    'services/cli/x.ts',
    "import { open } from '#shared/adapters/sqlite-database.js';",
    'the command line',
  ],
  [
    'services/cli/nats-command.ts',
    "import { natsServerConfig } from '#shared/adapters/nats-server-config.js';",
    'the command line',
  ],
  ['shared/contracts/x.ts', "import { done } from '#shared/boot/reply.js';", 'contracts depend on'],
  ['shared/es/x.ts', "import { readFile } from 'node:fs/promises';", 'the ports know'],
  ['shared/es/x.ts', "import { open } from '../adapters/sqlite-database.js';", 'the ports know'],
  ['shared/adapters/x.ts', "import { done } from '#shared/boot/reply.js';", 'who starts it'],
  [
    'shared/boot/x.ts',
    "import { app } from '../../services/catalog/domain/app.js';",
    'never imports a service',
  ],
  ['services/catalog/edge/x.ts', "import Database from 'better-sqlite3';", 'another place'],
  ['services/session/edge/x.ts', "import { WebSocket } from 'ws';", 'another place'],
  ['services/session/edge/x.ts', "import Fastify from 'fastify';", 'another place'],
  ['services/session/read/x.ts', "import { Module } from '@nestjs/common';", 'another place'],
  ['services/session/edge/x.ts', "import { Kysely } from 'kysely';", 'another place'],
  ['services/session/edge/x.ts', "import { from } from 'rxjs';", 'another place'],
  ['services/session/edge/x.ts', "import { h } from 'preact';", 'another place'],
  ['shared/es/x.ts', 'const x = 1;\n'.repeat(301), 'over 300'],
  ['test/medium/x.spec.ts', 'const x = 1;\n'.repeat(301), 'over 300'],
  ['shared/boot/string-utils.ts', '', 'says nothing'],
  ['services/session/adapters/session-manager.ts', '', 'says nothing'],
  ['services/session/read/info.ts', '', 'says nothing'],
  ['services/gateway/web/src/x.tsx', ['// TO', 'DO: later'].join(''), 'may not reach main'],
  ['shared/es/x.ts', 'export function find(): void {}', 'no docstring'],
  ['shared/boot/x.ts', '/** Says it. */\n\nexport class Host {}', 'no docstring'],
];

describe('the rules', () => {
  it.each(PLANTED.map(([path, text, fault]) => ({ path, text, fault })))(
    'see in $path that $fault',
    ({ path, text, fault }) => {
      expect(faultsOf([{ path, text }]).join()).toContain(fault);
    },
  );

  it.each([
    [
      'services/catalog/process/x.process.ts',
      "import type { SeedFile } from '../adapters/seed-file.js';",
    ],
    ['services/catalog/domain/x.ts', "import { accept } from '#shared/es/decider.js';"],
    ['services/gateway/viewer/x.ts', "import { WebSocketServer } from 'ws';"],
    ['services/session/adapters/data-folder.ts', "import Database from 'better-sqlite3';"],
    [
      'services/cli/nats-config.ts',
      "import { natsServerConfig } from '#shared/adapters/nats-server-config.js';",
    ],
    ['shared/boot/x.ts', '/** Says it. */\n@Injectable()\nexport class Host {}'],
    ['shared/es/x.ts', 'const x = 1;\n'.repeat(300)],
  ])('let %s be: %j', (path, text) => {
    expect(faultsOf([{ path, text }])).toEqual([]);
  });

  it('see a service without its README or with a strange room', () => {
    expect(roomFaults(['services/x/module.ts', 'services/x/helpers/y.ts'])).toEqual([
      'services/x has no README.md',
      'services/x/helpers is no room of a service',
    ]);
    expect(roomFaults(['services/cli/main.ts', 'services/main.ts'])).toEqual([]);
  });
});

describe('the operations of the contracts', async () => {
  const modules = paths.filter((path) => /^shared\/contracts\/(?!.*\.spec)/.test(path));
  const contracts = await Promise.all(
    modules.map((path) => import(join(root, path)) as Promise<object>),
  );
  const declared = contracts.flatMap((contract) =>
    operationsIn(contract as Record<string, unknown>),
  );

  it('are seen', () => {
    expect(declared.length).toBeGreaterThan(25);
  });

  it('name who may use them, what they are about, and are on the list', () => {
    expect(declared.flatMap(declarationFaults)).toEqual([]);
  });

  it('are handled by exactly one method of their service', () => {
    // The gateway answers its own without the bus.
    const onTheBus = declared.filter(({ operation }) => operation.service !== 'gateway');
    expect(handlingFaults(onTheBus, tree)).toEqual([]);
  });

  it('on projections are handled once, for every service', () => {
    const [controller] = tree.filter(
      ({ path }) => path === 'shared/boot/projections.controller.ts',
    );
    for (const name of Object.keys(projectionOperations('catalog'))) {
      expect(controller?.text.split(`@Handles(${name})`)).toHaveLength(2);
    }
  });

  it.each([
    ['is exported under another name', { exported: 'Other' }, {}],
    ["is not in its contract's list", { isListed: false }, {}],
    ['names nobody', {}, { allow: [] }],
    ['a role that there is not', {}, { allow: ['root' as never] }],
    ['names no resource', {}, { data: z.strictObject({ app_id: z.string() }) }],
    ['which its data has not', {}, { resource: { type: 'app', id: 'app_id' } }],
  ])('are told: %s', (fault, over, part) => {
    const { command } = operationsOf('catalog');
    const declaredAs = { allow: ['admin'], data: z.strictObject({}), result: z.null(), ...part };
    const operation = command('Do', declaredAs as never);
    const found = declarationFaults({
      exported: 'Do',
      isListed: true,
      operation,
      ...over,
    } as never);
    expect(found.join()).toContain(fault);
  });

  it('are told when nobody or two handle them', () => {
    const [one] = declared.filter(({ operation }) => operation.name === 'FindApp');
    const handler = { path: 'services/catalog/edge/x.ts', text: '@Handles(FindApp)' };
    expect(handlingFaults([one as never], [])).toHaveLength(1);
    expect(handlingFaults([one as never], [handler])).toEqual([]);
    expect(handlingFaults([one as never], [handler, handler])).toHaveLength(1);
  });
});
