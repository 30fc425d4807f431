import { describe, expect, it } from 'vitest';
import { sayDevice } from './devices.js';

describe('a device', () => {
  it.each([
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36',
      'Chrome on Linux',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_4) AppleWebKit/605.1.15 Version/17.4 Safari/605.1.15',
      'Safari on macOS',
    ],
    ['Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0', 'Firefox on Windows'],
    [
      'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0',
      'Edge on Windows',
    ],
    ['sortie-cli/1.0', 'sortie-cli/1.0'],
    [null, 'Unknown device'],
  ])('that says %j is %s', (userAgent, said) => {
    expect(sayDevice(userAgent)).toBe(said);
  });

  it('does not fill the page with what it says', () => {
    expect(sayDevice('x'.repeat(500)).length).toBeLessThan(70);
  });
});
