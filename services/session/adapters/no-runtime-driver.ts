import { type RuntimeDriver, RuntimeFailure } from './runtime-driver.js';

/** The driver of an installation that has nowhere to run desktops: every start fails at once, in a sentence for its user. */
export function noRuntimeDriver(): RuntimeDriver {
  return {
    start: async () => {
      throw new RuntimeFailure(
        'NoRuntime',
        'This installation runs no desktops (SORTIE_RUNTIME is none): only apps that are a web address can be opened.',
      );
    },
    inspect: async () => undefined,
    stop: async () => 'gone',
    list: async () => [],
    onExit: () => () => undefined,
    close: async () => undefined,
  };
}
