// Goal: the Docker runtime driver keeps the contract of every runtime driver.
// Method: real containers on this machine's engine; servers that die are real processes, killed with SIGKILL.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { buildDesktopImages } from '#test/support/docker-images.js';
import { dockerHarness } from '#test/support/docker-runtime-harness.js';
import { DOCKER_SOCKET } from '#test/support/docker-stage.js';
import {
  buildRuntimeServer,
  type RuntimeServerProgram,
} from '#test/support/runtime-server-process.js';
import { runtimeDriverContract } from '../contract/runtime-driver.contract.js';

let program: RuntimeServerProgram;
let folder: string;

beforeAll(async () => {
  process.env['SERVER_ONLY'] = 'not for sessions';
  await buildDesktopImages();
  program = await buildRuntimeServer();
  folder = await mkdtemp(join(tmpdir(), 'sortie-docker-'));
}, 600_000);

afterAll(async () => {
  await program.remove();
  await rm(folder, { recursive: true, force: true });
});

describe('the Docker runtime driver', () => {
  runtimeDriverContract(() => dockerHarness({ folder, socketPath: DOCKER_SOCKET, program }));
});
