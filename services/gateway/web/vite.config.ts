import { defineConfig } from 'vite';

const here = new URL('.', import.meta.url).pathname;

/** What is fetched when it is needed. */
const LATER =
  /\/(admin|viewer|palette|account|share)\/|styles\/(admin|palette|account|share)\.css|novnc|uqr|main\.tsx/;

export default defineConfig({
  root: here,
  base: '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: `${here}../../../dist/services/gateway/web`,
    emptyOutDir: true,
    target: 'es2023',
    // The styles use light-dark() and relative colours as they are; these are the first browsers with both.
    cssTarget: ['chrome125', 'firefox128', 'safari18'],
    // The content security policy allows no inline script or style, so nothing may become a data URL by itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // One chunk for what every visit needs, instead of a dozen small ones that the lazy chunks share with it.
        codeSplitting: {
          groups: [{ name: 'page', test: (id) => !LATER.test(id) }],
        },
      },
    },
  },
});
