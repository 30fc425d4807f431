import { z } from 'zod';
import { wholeNumber } from './whole-number.js';

/** Where a process is asked how it is: health and metrics. */
export type ProbesSettings = Readonly<{ port: number; host: string }>;

/** The part of the environment that probes have, by variable. */
export const probesVariables = {
  SORTIE_PROBES_PORT: wholeNumber(0, 65_535)
    .optional()
    .describe('Port for /livez, /readyz and /metrics; nothing listens when it is unset'),
  SORTIE_PROBES_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address for them: whoever reaches it reads them without a sign-in'),
};

type Parsed = Readonly<{ SORTIE_PROBES_PORT?: number | undefined; SORTIE_PROBES_HOST: string }>;

/** Where to listen; undefined when nobody asked for it. */
export const probesOf = (parsed: Parsed): ProbesSettings | undefined =>
  parsed.SORTIE_PROBES_PORT === undefined
    ? undefined
    : { port: parsed.SORTIE_PROBES_PORT, host: parsed.SORTIE_PROBES_HOST };
