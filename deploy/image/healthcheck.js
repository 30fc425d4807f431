// @ts-check
// The health check of the image: asks the probes' port of its own container whether Sortie lives (`livez`) or can do
// its work (`readyz`); with a second argument, a unix socket.
import { request } from 'node:http';

const ANSWER_MS_MAX = 3_000;
const [what = 'livez', socketPath] = process.argv.slice(2);
const port = process.env['SORTIE_PROBES_PORT'];
const place = socketPath === undefined ? { host: '127.0.0.1', port } : { socketPath };

const asked = request({ ...place, path: `/${what}`, timeout: ANSWER_MS_MAX }, (answer) => {
  answer.pipe(process.stdout);
  process.exitCode = answer.statusCode === 200 ? 0 : 1;
});
asked.on('timeout', () => asked.destroy(new Error('it takes too long')));
asked.on('error', ({ message }) => {
  console.log(`${socketPath ?? `Port ${port}`} does not answer: ${message}`);
  process.exitCode = 1;
});
asked.end();
