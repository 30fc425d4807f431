import { tooBig, violation } from './close-reasons.js';
import { CLIPBOARD_BYTES_MAX, ENCODINGS_MAX, FENCE_BYTES_MAX } from './limits.js';
import type { CloseReason } from './viewer-ports.js';

/** Stands for the type of a message that has no byte yet. */
const NO_TYPE = -1;

/** Client message types (RFB 3.8 §7.5; 150 and up: community rfbproto). */
export const RFB = {
  setPixelFormat: 0,
  setEncodings: 2,
  framebufferUpdateRequest: 3,
  keyEvent: 4,
  pointerEvent: 5,
  clientCutText: 6,
  enableContinuousUpdates: 150,
  clientFence: 248,
  xvp: 250,
  setDesktopSize: 251,
  qemu: 255,
} as const;

const CUT_TEXT_HEAD_BYTES = 8;
const EXTENDED_FLAGS_BYTES = 4;
/**
 * Actions of the extended clipboard. Notify and provide tell of a person's copy, unless they stand in a
 * caps message, which lists what the client can do; it and the rest are sent by the viewer itself.
 */
const EXTENDED_CAPS = 0x01000000;
const EXTENDED_NOTIFY_OR_PROVIDE = 0x18000000;
const POINTER_EXTENSION_MARKER = 0x80;
const QEMU_KEY_EVENT = 0;

/** Bytes that must be there before a message can be judged; 0 for a type nobody knows. */
const HEAD_BYTES = new Uint8Array(256);
HEAD_BYTES[RFB.setPixelFormat] = 20;
HEAD_BYTES[RFB.setEncodings] = 4;
HEAD_BYTES[RFB.framebufferUpdateRequest] = 10;
HEAD_BYTES[RFB.keyEvent] = 8;
HEAD_BYTES[RFB.pointerEvent] = 6;
HEAD_BYTES[RFB.clientCutText] = CUT_TEXT_HEAD_BYTES;
HEAD_BYTES[RFB.enableContinuousUpdates] = 10;
HEAD_BYTES[RFB.clientFence] = 9;
HEAD_BYTES[RFB.xvp] = 4;
HEAD_BYTES[RFB.setDesktopSize] = 8;
HEAD_BYTES[RFB.qemu] = 12;

const DROPPED_IN_VIEW: ReadonlySet<number> = new Set([
  RFB.keyEvent,
  RFB.pointerEvent,
  RFB.clientCutText,
  RFB.setDesktopSize,
  RFB.qemu,
]);

const isExtended = (bytes: Buffer, at: number) => bytes.readInt32BE(at + 4) < 0;

/**
 * Returns how many bytes from `at` must have arrived before the message there can be judged,
 * or 0 when its type is unknown. May grow once more bytes are there.
 */
export function headBytes(bytes: Buffer, at: number): number {
  const type = bytes[at] ?? 0;
  const head = HEAD_BYTES[type] ?? 0;
  if (bytes.length - at < head) return head;
  // SetEncodings is judged, and rewritten, whole; its count is bounded by findViolation.
  if (type === RFB.setEncodings) {
    return head + 4 * Math.min(bytes.readUInt16BE(at + 2), ENCODINGS_MAX);
  }
  if (type === RFB.clientCutText && isExtended(bytes, at)) return head + EXTENDED_FLAGS_BYTES;
  return head;
}

/** Returns the bytes that follow the head of the message at `at`; they are passed or dropped unread. */
export function bodyBytes(bytes: Buffer, at: number): number {
  const type = bytes[at] ?? NO_TYPE;
  switch (type) {
    case RFB.clientCutText: {
      // The length is signed: below zero it marks an extended clipboard of |length| bytes.
      const length = bytes.readInt32BE(at + 4);
      return length < 0 ? -length - EXTENDED_FLAGS_BYTES : length;
    }
    case RFB.clientFence:
      return bytes[at + 8] ?? 0;
    case RFB.setDesktopSize:
      return 16 * (bytes[at + 6] ?? 0);
    default:
      return 0;
  }
}

type Rule = (bytes: Buffer, at: number) => CloseReason | undefined;

const RULES: Partial<Record<number, Rule>> = {
  [RFB.setEncodings](bytes, at) {
    if (bytes.readUInt16BE(at + 2) <= ENCODINGS_MAX) return undefined;
    return violation(`SetEncodings lists more than ${ENCODINGS_MAX} encodings`);
  },
  [RFB.pointerEvent](bytes, at) {
    if (((bytes[at + 1] ?? 0) & POINTER_EXTENSION_MARKER) === 0) return undefined;
    return violation('extended pointer events were not negotiated');
  },
  [RFB.clientCutText]: (bytes, at) => findClipboardViolation(bytes.readInt32BE(at + 4)),
  [RFB.clientFence](bytes, at) {
    if ((bytes[at + 8] ?? 0) <= FENCE_BYTES_MAX) return undefined;
    return violation(`a fence carries more than ${FENCE_BYTES_MAX} bytes`);
  },
  [RFB.qemu](bytes, at) {
    if (bytes[at + 1] === QEMU_KEY_EVENT) return undefined;
    return violation(`unknown QEMU client message ${bytes[at + 1]}`);
  },
};

/** Returns why the message at `at`, whose head is complete, must end the connection. */
export function findViolation(bytes: Buffer, at: number): CloseReason | undefined {
  return RULES[bytes[at] ?? 0]?.(bytes, at);
}

function findClipboardViolation(length: number): CloseReason | undefined {
  if (Math.abs(length) > CLIPBOARD_BYTES_MAX) {
    return tooBig(`the clipboard is larger than ${CLIPBOARD_BYTES_MAX} bytes`);
  }
  if (length < 0 && -length < EXTENDED_FLAGS_BYTES) {
    return violation('an extended clipboard message has no flags');
  }
  return undefined;
}

/** Answers whether the message goes on to the server: never xvp, and no input from a view-only client. */
export function isPassed(type: number, mode: 'control' | 'view'): boolean {
  if (type === RFB.xvp) return false;
  return mode === 'control' || !DROPPED_IN_VIEW.has(type);
}

/** Answers whether the message at `at` shows a person at work, not a viewer that talks by itself. */
export function isInput(bytes: Buffer, at: number): boolean {
  const type = bytes[at] ?? NO_TYPE;
  switch (type) {
    case RFB.keyEvent:
    case RFB.pointerEvent:
    case RFB.qemu:
      return true;
    case RFB.clientCutText:
      return !isExtended(bytes, at) || isCopy(bytes.readInt32BE(at + CUT_TEXT_HEAD_BYTES));
    default:
      return false;
  }
}

function isCopy(extendedFlags: number): boolean {
  return (
    (extendedFlags & EXTENDED_CAPS) === 0 && (extendedFlags & EXTENDED_NOTIFY_OR_PROVIDE) !== 0
  );
}
