/** A key by the number that X knows it by, and by the name of its place on a keyboard. */
export interface Key {
  keysym: number;
  code: string;
}

const UNICODE = 0x0100_0000;
const LATIN_1 = 0xff;
const RETURN = 0xff0d;
const F1 = 0xffbe;

export const KEYS = {
  Esc: { keysym: 0xff1b, code: 'Escape' },
  Tab: { keysym: 0xff09, code: 'Tab' },
  Enter: { keysym: RETURN, code: 'Enter' },
  Backspace: { keysym: 0xff08, code: 'Backspace' },
  Delete: { keysym: 0xffff, code: 'Delete' },
  Ctrl: { keysym: 0xffe3, code: 'ControlLeft' },
  Alt: { keysym: 0xffe9, code: 'AltLeft' },
  Super: { keysym: 0xffeb, code: 'MetaLeft' },
  Left: { keysym: 0xff51, code: 'ArrowLeft' },
  Up: { keysym: 0xff52, code: 'ArrowUp' },
  Right: { keysym: 0xff53, code: 'ArrowRight' },
  Down: { keysym: 0xff54, code: 'ArrowDown' },
} as const satisfies Readonly<Record<string, Key>>;

/** Gives the key F1 to F12. */
export function functionKey(number: number): Key {
  return { keysym: F1 + number - 1, code: `F${number}` };
}

/** Gives the keysym of a character: Latin-1 as it is, everything else by its Unicode number (X11 protocol, appendix A). */
export function keysymOf(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (character === '\n') return RETURN;
  return point >= 0x20 && point <= LATIN_1 ? point : UNICODE + point;
}

/**
 * Says in keysyms what was typed to make one text of another: phones tell only the text after each step, and may
 * replace the last word as a whole.
 */
export function typedKeys(before: string, after: string): number[] {
  const old = Array.from(before);
  const next = Array.from(after);
  let same = 0;
  while (same < old.length && same < next.length && old[same] === next[same]) same += 1;
  return [
    ...old.slice(same).map(() => KEYS.Backspace.keysym),
    ...next.slice(same).map((character) => keysymOf(character)),
  ];
}
