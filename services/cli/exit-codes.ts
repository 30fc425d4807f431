/** What `sortie` ends with, for scripts; 0 is done. */
export const EXIT = {
  /** The server refused, or something was not found. */
  refused: 1,
  /** The command line could not be understood, or a question could not be asked. */
  usage: 2,
  /** Nobody answered. */
  unreachable: 3,
  /** The server does not know who asks: sign in. */
  signedOut: 4,
} as const;

/** A reason to end that is told in its message alone. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;

  constructor(exitCode: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}

/** What was asked for makes no sense as it stands; the message says what would. */
export const usageError = (message: string): CliError => new CliError(EXIT.usage, message);
