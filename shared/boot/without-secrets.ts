const DEPTH_MAX = 6;
const FIELDS_MAX = 100;
const TEXT_LENGTH_MAX = 16_384;
const LEFT_OUT = '[left out]';

/** Names of what nobody may read in a log, whatever stands around them. */
const SECRET_NAME =
  /pass(word|phrase)|secret|token|ticket|cookie|authorization|credential|(sealing|private|api|n)_?-?key$|seed$|^jwt$|dsn|connection_?string/i;
/** The password in an address, as in `postgres://sortie:secret@db/sortie`. */
const IN_ADDRESS = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/?#@]*:)[^\s/?#@]+(?=@)/gi;

/**
 * A copy to be logged: fields with secret names and passwords in addresses are replaced, errors become what describes
 * them, and what is too deep, too many or too long is cut.
 */
export function withoutSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return shown(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEPTH_MAX) return '[…]';
  if (value instanceof Date) return value;
  if (value instanceof Error) return errorShown(value, depth);
  if (Array.isArray(value)) {
    return value.slice(0, FIELDS_MAX).map((one) => withoutSecrets(one, depth + 1));
  }
  const entries = Object.entries(value).slice(0, FIELDS_MAX);
  return Object.fromEntries(
    entries.map(([name, one]) => [
      name,
      SECRET_NAME.test(name) && one !== undefined ? LEFT_OUT : withoutSecrets(one, depth + 1),
    ]),
  );
}

const shown = (text: string): string =>
  text.slice(0, TEXT_LENGTH_MAX).replace(IN_ADDRESS, `$1${LEFT_OUT}`);

/** Only what every error has: drivers hang connections, queries and rows on theirs. */
function errorShown(error: Error & { code?: unknown }, depth: number): object {
  const { name, message, stack, code, cause } = error;
  return {
    type: name,
    message: shown(message),
    ...(stack && { stack: shown(stack) }),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(cause !== undefined && { cause: withoutSecrets(cause, depth + 1) }),
  };
}
