import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A unix socket in front of another, which keeps what is sent through to it. */
export async function openTap(path: string, target: string) {
  const sent: Buffer[] = [];
  const server = createServer((near) => {
    const far = connect(target);
    near.on('data', (bytes: Buffer) => {
      sent.push(bytes);
      far.write(bytes);
    });
    far.on('data', (bytes: Buffer) => near.write(bytes));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
    }
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    /** Everything that was sent to the other socket so far. */
    sent: (): Buffer => Buffer.concat(sent),
    close: () => server.close(),
  };
}
