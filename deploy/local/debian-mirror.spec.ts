import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { debianCodename, debianMirrors } from './debian-mirror.js';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const codename = 'bookworm';

let etc: string;
beforeEach(() => {
  etc = mkdtempSync(join(tmpdir(), 'sortie-apt-'));
});
afterEach(() => rmSync(etc, { recursive: true }));

const write = (name: string, text: string): void => {
  mkdirSync(dirname(join(etc, name)), { recursive: true });
  writeFileSync(join(etc, name), text);
};

describe("a machine's Debian mirror", () => {
  it('is read from stanzas, and not mistaken for security updates or others', () => {
    write(
      'sources.list.d/debian.sources',
      [
        '# comment',
        'Types: deb deb-src',
        'URIs: http://mirror.example/debian',
        'Suites: bookworm',
        ' bookworm-updates',
        'Components: main contrib',
        `Signed-By: ${KEYRING}`,
        '',
        'Types: deb',
        'URIs: http://security.example/debian-security',
        'Suites: bookworm-security',
        'Components: main',
      ].join('\n'),
    );
    write(
      'sources.list.d/node.sources',
      'Types: deb\nURIs: http://n.example\nSuites: nodistro\nComponents: main\n',
    );
    write('sources.list.d/notes.txt', 'deb http://x.example bookworm main');
    expect(debianMirrors({ etc, codename })).toEqual([
      { uri: 'http://mirror.example/debian', signedBy: KEYRING },
    ]);
  });

  it('is read from lines, with and without options', () => {
    write(
      'sources.list',
      [
        '# deb http://old.example/debian bookworm main',
        'deb [arch=amd64 signed-by=/keys/a.gpg] http://a.example/debian bookworm main # why',
        'deb http://b.example/debian bookworm main non-free',
        'deb-src http://c.example/debian bookworm main',
        'deb http://d.example/debian bookworm-backports main',
        'deb http://e.example/debian bookworm stable',
      ].join('\n'),
    );
    expect(debianMirrors({ etc, codename })).toEqual([
      { uri: 'http://b.example/debian', signedBy: KEYRING },
      { uri: 'http://a.example/debian', signedBy: '/keys/a.gpg' },
    ]);
  });

  it('is none when it is switched off or there is none', () => {
    expect(debianMirrors({ etc: join(etc, 'missing'), codename })).toEqual([]);
    write(
      'sources.list.d/a.sources',
      'Enabled: no\nTypes: deb\nURIs: http://a.example\nSuites: bookworm\nComponents: main\n',
    );
    expect(debianMirrors({ etc, codename })).toEqual([]);
  });

  it('with its key written into the entry is used with the keys of Debian', () => {
    write(
      'sources.list.d/a.sources',
      'Types: deb\nURIs: http://a.example\nSuites: bookworm\nComponents: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n',
    );
    expect(debianMirrors({ etc, codename })).toEqual([
      { uri: 'http://a.example', signedBy: KEYRING },
    ]);
  });

  it.each([
    ['ID=debian\nVERSION_CODENAME=trixie\n', 'trixie'],
    ['ID="debian"\nVERSION_CODENAME="bookworm"\n', 'bookworm'],
    ['ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n', undefined],
    ['ID=debian\n', undefined],
  ])('is looked for by the release of %j', (text, name) => {
    write('os-release', text);
    expect(debianCodename(join(etc, 'os-release'))).toBe(name);
  });
});
