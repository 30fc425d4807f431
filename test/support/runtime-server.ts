// A server that only starts one session, to be killed: argv is the driver's settings, the spec, both as JSON, and the
// driver's name, `process` when there is none.
// Prints `opened`, or why it can't be, and `running` once the session runs, and then stays until somebody kills it; SIGTERM ends the session first.
import { openDockerRuntimeDriver } from '#services/session/adapters/docker-runtime-driver.js';
import { openProcessRuntimeDriver } from '#services/session/adapters/process-runtime-driver.js';

// Nobody may be reading any more.
process.stdout.on('error', () => undefined);
const [settings = '{}', spec = '{}', kind = 'process'] = process.argv.slice(2);
const open = kind === 'docker' ? openDockerRuntimeDriver : openProcessRuntimeDriver;
const driver = await open(JSON.parse(settings)).catch((error: unknown) => {
  process.stdout.write(`refused: ${String(error)}`, () => process.exit(1));
  return new Promise<never>(() => undefined);
});
process.stdout.write('opened\n');
const runtime = await driver.start(JSON.parse(spec), AbortSignal.timeout(60_000));
process.stdout.write(`running ${JSON.stringify(runtime)}\n`);
process.on('SIGTERM', () => {
  void driver.stop(runtime.sessionId).then((end) => process.exit(end === 'terminated' ? 0 : 1));
});
setInterval(() => undefined, 60_000);
