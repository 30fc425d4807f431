import { PictureSampler, shrunkSize } from './picture-sampler.js';
import type { Picture } from './png.js';

/** The desktop said something else than was asked for, or too much; the message says what. */
export class FrameBrokenError extends Error {
  override readonly name = 'FrameBrokenError';
}

export type FrameBounds = Readonly<{
  /** Pixels of the desktop's screen; four bytes each come in. */
  pixelsMax: number;
  /** Size of the picture. */
  widthMax: number;
  heightMax: number;
}>;

const VERSION = 'RFB 003.008\n';
const NONE = 1;
const SHARED = Buffer.of(1);
const BYTES_PER_PIXEL = 4;
/** Clipboards, bells and colours that may come in between. */
const OTHER_BYTES_MAX = 1024 * 1024;
const RAW = 0;
/** Messages of a server (RFC 6143 §7.6). */
const UPDATE = 0;
const COLOURS = 1;
const BELL = 2;
const CUT_TEXT = 3;

/** 32 bits a pixel, little-endian true colour: blue, green, red, nothing (§7.4). Then Raw alone (§7.5.2). */
const FORMAT = Buffer.of(...[0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]);
const ENCODINGS = Buffer.of(2, 0, 0, 1, 0, 0, 0, 0);

type Head = Readonly<{ bytes: number; read: (head: Buffer) => void }>;
type Rectangle = { x: number; y: number; width: number; left: number; column: number };

/**
 * Reads one whole picture of a desktop, as an RFB client that asks for it once (RFC 6143) and never sends input.
 *
 *   server   version · security types · result · size and name · one update of Raw rectangles
 *   client   version · None · shared · format, encodings, one request that is not incremental
 *
 * It takes the server's bytes however they are cut, and holds no more than a head and the small picture.
 */
export class FrameReader {
  readonly #bounds: FrameBounds;
  readonly #send: (bytes: Buffer) => void;
  #head: Head = { bytes: VERSION.length, read: (head) => this.#version(head) };
  readonly #held = Buffer.alloc(64);
  #heldBytes = 0;
  #skip = 0;
  #bytesLeft = OTHER_BYTES_MAX;
  #sampler: PictureSampler | undefined;
  #size = { width: 0, height: 0 };
  #pixelsLeft = 0;
  #rectanglesLeft = 0;
  #rectangle: Rectangle | undefined;
  #picture: Picture | undefined;

  /** `send` takes what goes to the server, in order. */
  constructor(bounds: FrameBounds, send: (bytes: Buffer) => void) {
    this.#bounds = bounds;
    this.#send = send;
  }

  /** The picture, once it is whole. */
  get picture(): Picture | undefined {
    return this.#picture;
  }

  /** Takes what the server says next. Throws {@link FrameBrokenError}. */
  feed(bytes: Buffer): void {
    this.#bytesLeft -= bytes.length;
    if (this.#bytesLeft < 0) throw new FrameBrokenError('The desktop sends too much.');
    let at = 0;
    while (at < bytes.length && this.#picture === undefined) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, bytes.length - at);
        this.#skip -= skipped;
        at += skipped;
      } else if (this.#rectangle !== undefined && this.#heldBytes === 0) {
        at = this.#pixels(this.#rectangle, bytes, at);
      } else {
        at = this.#gather(bytes, at);
      }
    }
  }

  /** Takes whole pixels as they lie there; one that is cut is gathered as a head is. */
  #pixels(rectangle: Rectangle, bytes: Buffer, from: number): number {
    let at = from;
    while (at + BYTES_PER_PIXEL <= bytes.length && rectangle.left > 0) {
      const whole = Math.floor((bytes.length - at) / BYTES_PER_PIXEL);
      const count = Math.min(whole, rectangle.width - rectangle.column);
      this.#run(rectangle, bytes.subarray(at, at + count * BYTES_PER_PIXEL));
      at += count * BYTES_PER_PIXEL;
    }
    if (rectangle.left === 0) this.#rectangleDone();
    else if (at < bytes.length) {
      this.#expect(BYTES_PER_PIXEL, (head) => {
        this.#run(rectangle, head.subarray(0, BYTES_PER_PIXEL));
        if (rectangle.left === 0) this.#rectangleDone();
      });
      return this.#gather(bytes, at);
    }
    return at;
  }

  /** Takes pixels that lie in one row. */
  #run(rectangle: Rectangle, pixels: Buffer): void {
    const count = pixels.length / BYTES_PER_PIXEL;
    this.#sampler?.add(rectangle.x + rectangle.column, rectangle.y, pixels);
    rectangle.left -= count;
    rectangle.column += count;
    if (rectangle.column < rectangle.width) return;
    rectangle.column = 0;
    rectangle.y += 1;
  }

  #gather(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#head.bytes - this.#heldBytes);
    bytes.copy(this.#held, this.#heldBytes, at, end);
    this.#heldBytes += end - at;
    if (this.#heldBytes === this.#head.bytes) {
      this.#heldBytes = 0;
      this.#head.read(this.#held);
    }
    return end;
  }

  #expect(bytes: number, read: Head['read']): void {
    this.#head = { bytes, read };
  }

  #version(head: Buffer): void {
    if (head.toString('latin1', 0, VERSION.length) !== VERSION) {
      throw new FrameBrokenError('The desktop does not speak RFB 3.8.');
    }
    this.#send(Buffer.from(VERSION));
    this.#expect(1, ([count = 0]) => {
      if (count === 0) throw new FrameBrokenError('The desktop lets nobody in.');
      this.#securityTypes(count);
    });
  }

  #securityTypes(left: number, offersNone = false): void {
    this.#expect(1, ([type]) => {
      const isOffered = offersNone || type === NONE;
      if (left > 1) return this.#securityTypes(left - 1, isOffered);
      if (!isOffered) throw new FrameBrokenError('The desktop asks for a password.');
      this.#send(Buffer.of(NONE));
      this.#expect(4, (result) => this.#securityResult(result));
    });
  }

  #securityResult(result: Buffer): void {
    if (result.readUInt32BE() !== 0) throw new FrameBrokenError('The desktop lets nobody in.');
    // Else it would throw out everybody who is there.
    this.#send(SHARED);
    this.#expect(24, (init) => this.#init(init));
  }

  #init(init: Buffer): void {
    const [width, height] = [init.readUInt16BE(0), init.readUInt16BE(2)];
    const pixels = width * height;
    if (pixels === 0 || pixels > this.#bounds.pixelsMax) {
      throw new FrameBrokenError(`A desktop of ${width} by ${height} is not looked at.`);
    }
    this.#size = { width, height };
    this.#sampler = new PictureSampler(this.#size, shrunkSize(this.#size, this.#bounds));
    this.#pixelsLeft = pixels;
    this.#bytesLeft += pixels * BYTES_PER_PIXEL;
    this.#skip = init.readUInt32BE(20);
    this.#send(Buffer.concat([FORMAT, ENCODINGS, wholeOf(width, height)]));
    this.#nextMessage();
  }

  #nextMessage(): void {
    this.#expect(1, ([type = 0]) => this.#message(type));
  }

  #message(type: number): void {
    switch (type) {
      case UPDATE:
        return this.#expect(3, (head) => {
          this.#rectanglesLeft = head.readUInt16BE(1);
          this.#nextRectangle();
        });
      case COLOURS:
        return this.#expect(5, (head) => this.#skipBody(6 * head.readUInt16BE(3)));
      case BELL:
        return this.#nextMessage();
      case CUT_TEXT:
        return this.#expect(7, (head) => this.#skipBody(head.readUInt32BE(3)));
      default:
        throw new FrameBrokenError(`The desktop sent a message of type ${type}.`);
    }
  }

  #skipBody(bytes: number): void {
    this.#skip = bytes;
    this.#nextMessage();
  }

  #nextRectangle(): void {
    if (this.#rectanglesLeft === 0) return this.#nextMessage();
    this.#rectanglesLeft -= 1;
    this.#expect(12, (head) => this.#rectangleBegun(head));
  }

  #rectangleBegun(head: Buffer): void {
    const [x = 0, y = 0, width = 0, height = 0] = [0, 2, 4, 6].map((at) => head.readUInt16BE(at));
    const isInside = x + width <= this.#size.width && y + height <= this.#size.height;
    if (head.readInt32BE(8) !== RAW || !isInside) {
      throw new FrameBrokenError('The desktop sent what was not asked for.');
    }
    const left = width * height;
    if (left === 0) return this.#nextRectangle();
    this.#pixelsLeft -= left;
    this.#rectangle = { x, y, width, left, column: 0 };
  }

  #rectangleDone(): void {
    this.#rectangle = undefined;
    if (this.#pixelsLeft <= 0) this.#picture = this.#sampler?.picture();
    else this.#nextRectangle();
  }
}

/** A request for all of the screen, whatever has been sent before (§7.5.3). */
function wholeOf(width: number, height: number): Buffer {
  const request = Buffer.alloc(10);
  request[0] = 3;
  request.writeUInt16BE(width, 6);
  request.writeUInt16BE(height, 8);
  return request;
}
