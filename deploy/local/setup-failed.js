// @ts-check

/** Says, in words for the person at the terminal, why Sortie cannot be made ready and what to do. */
export class SetupFailed extends Error {
  /**
   * @param {string} message
   * @param {ErrorOptions} [options]
   */
  constructor(message, options) {
    super(message, options);
    this.name = 'SetupFailed';
  }
}

/**
 * Runs a command's steps; a setup failure ends it with its words alone, anything else with its stack.
 * @param {() => Promise<void>} steps
 */
export async function runSteps(steps) {
  try {
    await steps();
  } catch (error) {
    console.error(error instanceof SetupFailed ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
