import { z } from 'zod';

/** A setting that is a whole number within bounds; what is wrong with a value is told as the end of a sentence. */
export const wholeNumber = (min: number, max: number) =>
  z.coerce
    .number(`must be a number from ${min} to ${max}`)
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);
