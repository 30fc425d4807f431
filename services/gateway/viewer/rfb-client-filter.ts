import { ByteSpans } from './byte-spans.js';
import { violation } from './close-reasons.js';
import {
  RFB,
  bodyBytes,
  findViolation,
  headBytes,
  isInput,
  isPassed,
} from './rfb-client-messages.js';
import { allowEncodings } from './rfb-encodings.js';
import type { CloseReason } from './viewer-ports.js';

const NOTHING = Buffer.alloc(0);
const VERSION = 'RFB 003.008\n';
const SECURITY_NONE = 1;
const SHARED = Buffer.of(1);

type Phase = 'version' | 'security' | 'init' | 'messages';

/**
 * Streaming filter of what a viewer sends to the RFB server, from its first byte on.
 *
 *   version 12 bytes, exactly "RFB 003.008\n"      (RFB 3.8 §7.1.1)
 *   security 1 byte, 1 = None                      (§7.1.2; the gateway has already authorised)
 *   init     1 byte, always passed on as "shared"  (§7.3.1; else one viewer throws the others out)
 *   messages head, then a body that is passed or dropped unread
 *
 * WebSocket messages are cut anywhere, so nothing here depends on where a chunk ends: any splitting of
 * a byte stream gives the same output. Bytes are held back only until a message can be judged
 * (1028 at most). After a violation nothing more comes out.
 */
export class RfbClientFilter {
  readonly #mode: 'control' | 'view';
  #phase: Phase = 'version';
  #heldBack: Buffer = NOTHING;
  #bodyLeft = 0;
  #bodyPasses = true;
  #violation: CloseReason | undefined;
  #inputs = 0;
  #dropped = 0;

  constructor(mode: 'control' | 'view') {
    this.#mode = mode;
  }

  /** Why the connection must be closed, once there is a reason. */
  get violation(): CloseReason | undefined {
    return this.#violation;
  }

  /** Messages passed on so far that show a person at work. */
  get inputs(): number {
    return this.#inputs;
  }

  /** Messages dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes the next bytes from the viewer and returns those that go on to the server, maybe none. */
  feed(chunk: Buffer): Buffer {
    if (this.#violation !== undefined) return NOTHING;
    const bytes = this.#heldBack.length === 0 ? chunk : Buffer.concat([this.#heldBack, chunk]);
    const spans = new ByteSpans(bytes);
    let at = 0;
    while (at < bytes.length) {
      const next = this.#step(bytes, at, spans);
      if (next === at) break;
      at = next;
    }
    // A copy, so that a few waiting bytes do not keep a whole read alive.
    this.#heldBack =
      at < bytes.length && this.#violation === undefined
        ? Buffer.from(bytes.subarray(at))
        : NOTHING;
    return spans.kept(at);
  }

  /** Consumes one unit at `at` and returns where the next starts, or `at` when it must wait or stop. */
  #step(bytes: Buffer, at: number, spans: ByteSpans): number {
    if (this.#bodyLeft > 0) return this.#body(bytes, at, spans);
    switch (this.#phase) {
      case 'version':
        return this.#version(bytes, at);
      case 'security':
        if (bytes[at] !== SECURITY_NONE) return this.#stop(at, 'security type must be None');
        this.#phase = 'init';
        return at + 1;
      case 'init':
        if (bytes[at] !== 1) spans.cut(at, at + 1, SHARED);
        this.#phase = 'messages';
        return at + 1;
      case 'messages':
        return this.#message(bytes, at, spans);
    }
  }

  #version(bytes: Buffer, at: number): number {
    const end = at + VERSION.length;
    if (bytes.length < end) return at;
    if (bytes.toString('latin1', at, end) !== VERSION)
      return this.#stop(at, 'RFB version must be 3.8');
    this.#phase = 'security';
    return end;
  }

  #message(bytes: Buffer, at: number, spans: ByteSpans): number {
    const head = headBytes(bytes, at);
    if (head === 0) return this.#stop(at, `unknown RFB client message ${bytes[at]}`);
    if (bytes.length - at < head) return at;
    this.#violation = findViolation(bytes, at);
    if (this.#violation !== undefined) return at;
    this.#bodyLeft = bodyBytes(bytes, at);
    this.#judge(bytes, at, at + head, spans);
    return at + head;
  }

  #judge(bytes: Buffer, at: number, end: number, spans: ByteSpans): void {
    const type = bytes[at] ?? 0;
    this.#bodyPasses = isPassed(type, this.#mode);
    if (!this.#bodyPasses) {
      this.#dropped += 1;
      spans.cut(at, end);
      return;
    }
    if (isInput(bytes, at)) this.#inputs += 1;
    if (type === RFB.setEncodings) {
      const asked = bytes.subarray(at, end);
      const allowed = allowEncodings(asked);
      if (allowed !== asked) spans.cut(at, end, allowed);
    }
  }

  #body(bytes: Buffer, at: number, spans: ByteSpans): number {
    const end = Math.min(bytes.length, at + this.#bodyLeft);
    this.#bodyLeft -= end - at;
    if (!this.#bodyPasses) spans.cut(at, end);
    return end;
  }

  #stop(at: number, text: string): number {
    this.#violation = violation(text);
    return at;
  }
}
