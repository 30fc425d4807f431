import { RuntimeFailure, type RuntimeSpec } from './runtime-driver.js';

const GEOMETRY_MIN = 64;
const GEOMETRY_MAX = 8192;

/** Throws `InvalidSpec` for a display that no driver can make. */
export function requireGeometry({ geometry: { width, height } }: RuntimeSpec): void {
  const fits = (side: number) =>
    Number.isInteger(side) && side >= GEOMETRY_MIN && side <= GEOMETRY_MAX;
  if (fits(width) && fits(height)) return;
  throw new RuntimeFailure(
    'InvalidSpec',
    `A display of ${width} by ${height} can't be made: use ${GEOMETRY_MIN} to ${GEOMETRY_MAX} pixels a side.`,
  );
}

/** The failure of a start that somebody ended. */
export function notStarted(why: string): RuntimeFailure {
  return new RuntimeFailure('StartStopped', `The session did not start: ${why}.`);
}

/** Says in plain words that a deadline passed; any other error is given back as it is. */
export function asStartFailure(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'TimeoutError') return error;
  const message = 'The session did not start: its app showed no window in time.';
  return new RuntimeFailure('StartTimedOut', message, undefined, { cause: error });
}
