// The RFB server's place in the viewer bench, in a process of its own: one port for each kind of talk.
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { BULK_BYTES, FLOOD_MESSAGE_BYTES, HANDSHAKE_BYTES } from './viewer-load.js';

const chunk = Buffer.alloc(256 * 1024, 0x5a);

const talks: Record<string, (socket: Socket) => void> = {
  /** Says BULK_BYTES and stays: Debian's websockify may lose the end of a stream that is closed. */
  bulk: (socket) => say(socket, BULK_BYTES),
  /** Never stops saying. */
  endless: (socket) => say(socket, Infinity),
  /** Says back what it hears. */
  echo: (socket) => void socket.pipe(socket),
  /** Says one byte once it has heard as much as the first update request announces in its height. */
  sink: (socket) => {
    let start = Buffer.alloc(0);
    let heard = 0;
    let wanted = Infinity;
    socket.on('data', (data) => {
      heard += data.length;
      if (wanted === Infinity) {
        start = Buffer.concat([start, data]);
        if (start.length < HANDSHAKE_BYTES + FLOOD_MESSAGE_BYTES) return;
        wanted = HANDSHAKE_BYTES + start.readUInt16BE(HANDSHAKE_BYTES + 6) * 1000;
      }
      if (heard >= wanted) socket.write('!');
    });
  },
};

function say(socket: Socket, bytes: number): void {
  let left = bytes;
  const more = () => {
    while (left > 0) {
      left -= chunk.length;
      if (!socket.write(chunk)) return void socket.once('drain', more);
    }
  };
  more();
}

const ports: Record<string, number> = {};
for (const [name, talk] of Object.entries(talks)) {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    talk(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ports[name] = (server.address() as AddressInfo).port;
}
process.on('disconnect', () => process.exit());
process.send?.({ ports });
