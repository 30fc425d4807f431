import { describe, expect, it } from 'vitest';
import { PROCESS_RUNTIME_PACKAGES } from '#services/session/adapters/process-programs.js';
import { TEST_PROGRAMS, findMissing, isOnPath, startPrograms } from './programs.js';
import { startSentence, testSentence } from './programs.js';

const need = (program: string, from = program) => ({
  program,
  packages: [from],
  why: `${program}!`,
});

describe('the programs that are needed', () => {
  it('are missing when PATH does not have them', () => {
    const missing = findMissing([need('here'), need('away')], (program) => program === 'here');
    expect(missing.map(({ program }) => program)).toEqual(['away']);
  });

  it('are looked for on PATH', () => {
    expect(isOnPath('sh')).toBe(true);
    expect(isOnPath('no-such-program-as-this')).toBe(false);
  });

  it('have a package and a reason each', () => {
    for (const entry of TEST_PROGRAMS) {
      expect(entry.packages.join(' ')).toMatch(/^[a-z0-9][a-z0-9.+ -]+$/);
      expect(entry.why).not.toBe('');
    }
    expect(TEST_PROGRAMS).toEqual(expect.arrayContaining(startPrograms(true)));
  });

  it('bring just the packages that the runtime driver names', () => {
    const { always, whenNotRoot } = PROCESS_RUNTIME_PACKAGES;
    const packagesFor = (isRoot: boolean) =>
      startPrograms(isRoot)
        .flatMap(({ packages }) => packages)
        .toSorted();
    expect(packagesFor(true)).toEqual([...always].toSorted());
    expect(packagesFor(false)).toEqual([...always, ...whenNotRoot].toSorted());
  });
});

describe('the programs that a start needs', () => {
  it('take in a sandbox unless the server is root', () => {
    const names = (isRoot: boolean) => startPrograms(isRoot).map(({ program }) => program);
    expect(names(false)).toEqual([...names(true), 'bwrap']);
  });
});

describe('what is said of missing programs', () => {
  const missing = [
    need('Xtigervnc', 'tigervnc-standalone-server'),
    need('xterm'),
    need('uxterm', 'xterm'),
  ];

  it('is one sentence at the start, with the command to run', () => {
    expect(startSentence(missing)).toBe(
      'Desktop apps cannot be launched until Xtigervnc, xterm and uxterm can be found on PATH (on Debian or Ubuntu, as root: apt-get install --no-install-recommends tigervnc-standalone-server xterm); apps that are a URL work without.',
    );
  });

  it('has the reason of each before the tests', () => {
    expect(testSentence([need('chromium')])).toBe(
      'The tests need chromium on PATH; on Debian or Ubuntu, as root: apt-get install --no-install-recommends chromium\n  chromium: chromium!',
    );
  });
});
