import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { RuntimeEndpoint } from '#shared/contracts/runtime-endpoint.js';
import { until } from './waits.js';

const GREETING = 'RFB 003.008\n';
const SECURITY_NONE = 1;
const RAW = 0;
const EXTENDED_DESKTOP_SIZE = -308;
const BYTES_PER_PIXEL = 4;
const UPDATE_MS_MAX = 30_000;
const SHIFT_L = 0xffe1;
const CONTROL_L = 0xffe3;
const RETURN = 0xff0d;

/** A reader that waits for the next bytes of a socket. */
class Incoming {
  #held = Buffer.alloc(0);
  #failed: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(socket: Socket) {
    socket.on('data', (chunk) => {
      this.#held = Buffer.concat([this.#held, chunk]);
      this.#wake?.();
    });
    socket.on('close', () => {
      this.#failed ??= new Error('The RFB server closed the connection.');
      this.#wake?.();
    });
    socket.on('error', (error) => (this.#failed = error));
  }

  async take(bytes: number): Promise<Buffer> {
    while (this.#held.length < bytes) {
      if (this.#failed) throw this.#failed;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const taken = this.#held.subarray(0, bytes);
    this.#held = this.#held.subarray(bytes);
    return taken;
  }
}

/** A small RFB 3.8 viewer for tests (RFC 6143): security None, raw pixels, keys, clipboard, resize. */
export class RfbClient {
  width = 0;
  height = 0;
  clipboard = '';
  pixels = Buffer.alloc(0);
  greeting = '';
  resizeStatus: number | undefined;
  #screen: Buffer | undefined;
  /** Tells of updates with pixels; one that only tells the desktop's size is none. */
  readonly #pixelsCame = new EventEmitter();
  readonly #incoming: Incoming;

  private constructor(readonly socket: Socket) {
    this.#incoming = new Incoming(socket);
  }

  /** Connects and ends the handshake; messages are read until `close`. */
  static async connect(endpoint: RuntimeEndpoint): Promise<RfbClient> {
    const socket =
      endpoint.kind === 'unix' ? connect(endpoint.path) : connect(endpoint.port, endpoint.host);
    await once(socket, 'connect');
    const client = new RfbClient(socket);
    await client.#handshake();
    client.#read().catch(() => socket.destroy());
    return client;
  }

  requestUpdate(incremental: boolean): void {
    const message = Buffer.alloc(10);
    message.writeUInt8(3, 0);
    message.writeUInt8(incremental ? 1 : 0, 1);
    message.writeUInt16BE(this.width, 6);
    message.writeUInt16BE(this.height, 8);
    this.socket.write(message);
  }

  /** Asks for the whole screen and waits for it, without polling: benches time it. */
  async nextUpdate(): Promise<void> {
    this.requestUpdate(false);
    await once(this.#pixelsCame, 'update', { signal: AbortSignal.timeout(UPDATE_MS_MAX) });
  }

  /** Types text as key presses and releases; `\n` is Return. */
  type(text: string): void {
    for (const character of text) {
      const key = character === '\n' ? RETURN : (character.codePointAt(0) ?? 0);
      const shifted = /[A-Z~!@#$%^&*()_+{}|:"<>?]/.test(character);
      if (shifted) this.#key(SHIFT_L, true);
      this.#key(key, true);
      this.#key(key, false);
      if (shifted) this.#key(SHIFT_L, false);
    }
  }

  /** Presses a letter with Control held. */
  control(letter: string): void {
    this.#key(CONTROL_L, true);
    this.type(letter);
    this.#key(CONTROL_L, false);
  }

  movePointer(x: number, y: number): void {
    const message = Buffer.alloc(6);
    message.writeUInt8(5, 0);
    message.writeUInt16BE(x, 2);
    message.writeUInt16BE(y, 4);
    this.socket.write(message);
  }

  sendClipboard(text: string): void {
    const head = Buffer.alloc(8);
    head.writeUInt8(6, 0);
    head.writeUInt32BE(text.length, 4);
    this.socket.write(Buffer.concat([head, Buffer.from(text, 'latin1')]));
  }

  /** Asks for another desktop size (SetDesktopSize) and waits until the server has it. */
  async resize(width: number, height: number): Promise<void> {
    const screen = await until('the screen layout', () => this.#screen);
    const message = Buffer.alloc(24);
    message.writeUInt8(251, 0);
    message.writeUInt16BE(width, 2);
    message.writeUInt16BE(height, 4);
    message.writeUInt8(1, 6);
    screen.copy(message, 8);
    message.writeUInt16BE(width, 16);
    message.writeUInt16BE(height, 18);
    this.socket.write(message);
    this.requestUpdate(true);
    await until('the resize', () => this.width === width && this.height === height);
  }

  close(): void {
    this.socket.destroy();
  }

  #key(key: number, down: boolean): void {
    const message = Buffer.alloc(8);
    message.writeUInt8(4, 0);
    message.writeUInt8(down ? 1 : 0, 1);
    message.writeUInt32BE(key, 4);
    this.socket.write(message);
  }

  async #handshake(): Promise<void> {
    const incoming = this.#incoming;
    this.greeting = (await incoming.take(GREETING.length)).toString('latin1');
    this.socket.write(GREETING);
    const types = await incoming.take((await incoming.take(1)).readUInt8());
    if (!types.includes(SECURITY_NONE)) throw new Error('The server does not offer security None.');
    this.socket.write(Buffer.from([SECURITY_NONE]));
    const result = (await incoming.take(4)).readUInt32BE();
    if (result !== 0) throw new Error(`The server refused the connection (${result}).`);
    this.socket.write(Buffer.from([1]));
    const init = await incoming.take(24);
    await incoming.take(init.readUInt32BE(20));
    this.#setSize(init.readUInt16BE(0), init.readUInt16BE(2));
    const encodings = Buffer.from([2, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
    encodings.writeInt32BE(EXTENDED_DESKTOP_SIZE, 8);
    this.socket.write(encodings);
    this.requestUpdate(false);
  }

  async #read(): Promise<never> {
    for (;;) {
      const type = (await this.#incoming.take(1)).readUInt8();
      if (type === 0) await this.#readUpdate();
      else if (type === 3) await this.#readClipboard();
      else if (type !== 2) throw new Error(`The server sent a message of type ${type}.`);
    }
  }

  async #readUpdate(): Promise<void> {
    const count = (await this.#incoming.take(3)).readUInt16BE(1);
    let hasPixels = false;
    for (let index = 0; index < count; index++) {
      hasPixels = (await this.#readRectangle()) || hasPixels;
    }
    if (hasPixels) this.#pixelsCame.emit('update');
    // TigerVNC takes the request as answered by the size alone and holds the pixels for the next one.
    else this.requestUpdate(true);
  }

  async #readRectangle(): Promise<boolean> {
    const head = await this.#incoming.take(12);
    const [x, y, width, height] = [0, 2, 4, 6].map((at) => head.readUInt16BE(at)) as [
      number,
      number,
      number,
      number,
    ];
    const encoding = head.readInt32BE(8);
    if (encoding === EXTENDED_DESKTOP_SIZE) {
      const screens = (await this.#incoming.take(4)).readUInt8();
      const layout = await this.#incoming.take(16 * screens);
      this.#screen = Buffer.from(layout.subarray(0, 16));
      this.resizeStatus = y;
      if (y === 0) this.#setSize(width, height);
      return false;
    }
    if (encoding !== RAW) throw new Error(`The server used encoding ${encoding}.`);
    const rows = await this.#incoming.take(width * height * BYTES_PER_PIXEL);
    const stride = width * BYTES_PER_PIXEL;
    for (let row = 0; row < height; row++) {
      rows.copy(this.pixels, this.#offset(x, y + row), row * stride, (row + 1) * stride);
    }
    return true;
  }

  async #readClipboard(): Promise<void> {
    const length = (await this.#incoming.take(7)).readUInt32BE(3);
    this.clipboard = (await this.#incoming.take(length)).toString('latin1');
  }

  /** The colour at a place, as 0xRRGGBB. */
  colorAt(x: number, y: number): number {
    return this.pixels.readUInt32LE(this.#offset(x, y)) & 0xffffff;
  }

  #offset(x: number, y: number): number {
    return (y * this.width + x) * BYTES_PER_PIXEL;
  }

  #setSize(width: number, height: number): void {
    if (width === this.width && height === this.height) return;
    this.width = width;
    this.height = height;
    this.pixels = Buffer.alloc(width * height * BYTES_PER_PIXEL);
  }
}
