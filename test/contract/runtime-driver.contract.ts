import { RuntimeStage, type RuntimeDriverHarness } from '#test/support/runtime-stage.js';
import { runtimeEndsContract } from './runtime-driver-ends.contract.js';
import { runtimeSessionsContract } from './runtime-driver-sessions.contract.js';

/** The promises of every runtime driver; call it inside a `describe` that names the driver. */
export function runtimeDriverContract(makeHarness: () => RuntimeDriverHarness): void {
  const stage = new RuntimeStage(makeHarness);
  runtimeSessionsContract(stage);
  runtimeEndsContract(stage);
}
