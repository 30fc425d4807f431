import { describe, expect, it } from 'vitest';
import { pictureName } from './screenshot.js';

const at = new Date(2026, 10, 3, 9, 5, 7);

describe('the name of a screenshot', () => {
  it('has the app and the moment in the reader’s own zone', () => {
    expect(pictureName('Terminal', at)).toBe('Terminal 2026-11-03 09.05.07.png');
  });

  it.each([
    ['../../etc/passwd', '.. .. etc passwd 2026-11-03 09.05.07.png'],
    ['a\u0000b\n"c"', 'a b c 2026-11-03 09.05.07.png'],
    ['///', 'Desktop 2026-11-03 09.05.07.png'],
  ])('makes a file name of %j', (app, name) => {
    expect(pictureName(app, at)).toBe(name);
  });
});
