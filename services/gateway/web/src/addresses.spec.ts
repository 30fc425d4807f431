import { describe, expect, it } from 'vitest';
import { iconOf, imageAddress, tintOf, webAddress } from './addresses.js';

describe('an address to open', () => {
  it('is http or https', () => {
    expect(webAddress('https://example.com/a?b')).toBe('https://example.com/a?b');
    expect(webAddress('http://10.0.0.1:8080')).toBe('http://10.0.0.1:8080');
  });

  it.each([
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'file:///etc',
    '//x',
    'x',
    '',
  ])('is not %j', (address) => {
    expect(webAddress(address)).toBeUndefined();
  });
});

describe('an address of a picture', () => {
  it('may be a path of this site or a picture as data', () => {
    expect(imageAddress('/logo.png')).toBe('/logo.png');
    expect(imageAddress('data:image/png;base64,AA')).toBe('data:image/png;base64,AA');
  });

  it('is not a page as data nor a script', () => {
    expect(imageAddress('data:text/html,<b>')).toBeUndefined();
    expect(imageAddress('javascript:0')).toBeUndefined();
    expect(imageAddress('//elsewhere/x.png')).toBeUndefined();
  });
});

describe('the icon of an app', () => {
  it('is a picture, an emoji, or the first letter of the name', () => {
    expect(iconOf({ icon: 'https://x.org/i.png', name: 'X' })).toEqual({
      kind: 'image',
      url: 'https://x.org/i.png',
    });
    expect(iconOf({ icon: '👩‍🚀', name: 'X' })).toEqual({ kind: 'text', text: '👩‍🚀' });
    expect(iconOf({ icon: 'terminal', name: 'xterm' })).toEqual({ kind: 'letter', text: 'X' });
    expect(iconOf({ icon: '', name: '' })).toEqual({ kind: 'letter', text: '?' });
  });

  it('has a tint that depends on the name alone', () => {
    expect(tintOf('Terminal')).toBe(tintOf('Terminal'));
    expect(
      new Set(['Terminal', 'Editor', 'Browser', 'Files', 'Clock'].map(tintOf)).size,
    ).toBeGreaterThan(2);
  });
});
