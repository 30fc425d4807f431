import { defineConfig } from 'vitest/config';

// Tests read the TypeScript sources; production reads dist/. One condition, no path plugin.
const conditions = ['source'];
const root = new URL('..', import.meta.url).pathname;
const tier = (name: string, include: string[], options: object = {}) => ({
  extends: true as const,
  test: { name, include, exclude: ['node_modules/**', 'dist/**'], ...options },
});

/**
 * One process at a time: these tiers start servers, X displays and browsers on a small machine. The timeouts only end what
 * hangs: a test says with a wait of its own what did not come, and a slow machine is no reason to fail.
 */
const serial = { fileParallelism: false, testTimeout: 180_000, hookTimeout: 240_000 };

export default defineConfig({
  root,
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    passWithNoTests: false,
    projects: [
      tier('unit', ['{services,shared,deploy}/**/*.spec.ts', 'test/{,support/}*.spec.ts'], {
        // Property tests run thousands of cases.
        testTimeout: 120_000,
      }),
      tier('contract', ['test/contract/**/*.spec.ts'], serial),
      tier('medium', ['test/medium/**/*.spec.ts'], serial),
      tier('e2e', ['test/e2e/**/*.spec.ts'], serial),
      tier('containers', ['test/containers/**/*.spec.ts'], {
        ...serial,
        testTimeout: 180_000,
        hookTimeout: 600_000,
      }),
      tier('crash', ['test/crash/**/*.spec.ts'], { ...serial, testTimeout: 300_000 }),
    ],
  },
});
