// A server that only starts one session, to be killed: argv is the driver's settings and the spec, as JSON.
// Prints `running` once the session runs, and then stays until somebody kills it; SIGTERM ends the session first.
import { openProcessRuntimeDriver } from '#services/session/adapters/process-runtime-driver.js';

// Nobody may be reading any more.
process.stdout.on('error', () => undefined);
const [settings = '{}', spec = '{}'] = process.argv.slice(2);
const driver = await openProcessRuntimeDriver(JSON.parse(settings));
process.stdout.write('opened\n');
const runtime = await driver.start(JSON.parse(spec), AbortSignal.timeout(20_000));
process.stdout.write(`running ${JSON.stringify(runtime)}\n`);
process.on('SIGTERM', () => {
  void driver.stop(runtime.sessionId).then((end) => process.exit(end === 'terminated' ? 0 : 1));
});
setInterval(() => undefined, 60_000);
