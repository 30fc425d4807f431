import { z } from 'zod';

const STREAM_REPLICAS = ['1', '3'] as const;

/** How a process gets to NATS, and how many servers there keep the log. */
export type NatsSettings = Readonly<{
  servers: readonly string[];
  /** Secret. */
  nkeySeed: string;
  /** As PEM. */
  certificateAuthority?: string;
  replicas: 1 | 3;
}>;

const LOOKS_LIKE = 'must be nats://host:4222 or tls://host:4222, or several with commas between';

const ADDRESS = /^(nats|tls):\/\/[^/?#]+\/?$/;

/** Says what is wrong with an address, without repeating it: it could have a password in it. */
function mistakeOf(address: string): string | undefined {
  if (address.includes('@')) {
    return 'must have no user or password in it: the process’s key is in SORTIE_NATS_NKEY_FILE';
  }
  return URL.canParse(address) && ADDRESS.test(address) ? undefined : LOOKS_LIKE;
}

const servers = z
  .string()
  .transform((text) => text.split(',').map((address) => address.trim()))
  .superRefine((addresses, ctx) => {
    const message = addresses.map(mistakeOf).find((mistake) => mistake !== undefined);
    if (message !== undefined) ctx.addIssue({ code: 'custom', message });
  });

/** NATS's part of the environment, by variable. */
export const natsVariables = {
  SORTIE_NATS_URL: servers
    .optional()
    .describe('Where NATS listens; the log is a file of this process when it is unset'),
  SORTIE_NATS_NKEY: z
    .string()
    .regex(/^SU[A-Z2-7]{56}$/, 'must be a user’s seed, 58 characters from "SU" on')
    .optional()
    .describe('The key of this process, as "sortie nats config" made it'),
  SORTIE_NATS_CA: z
    .string()
    .regex(/-----BEGIN CERTIFICATE-----/, 'must be a certificate as PEM; name its file with _FILE')
    .optional()
    .describe('The authority that signed the certificate of the NATS servers'),
  SORTIE_NATS_REPLICAS: z
    .enum(STREAM_REPLICAS, 'must be 1 or 3')
    .default('1')
    .transform((text): 1 | 3 => (text === '3' ? 3 : 1))
    .describe('On how many NATS servers the log is kept'),
};

const natsSettings = z.object(natsVariables);
type Parsed = z.infer<typeof natsSettings>;

/**
 * The settings for NATS; undefined when this process has its log in a file. An address without a key is added to
 * `mistakes`, as a sentence.
 */
export function natsOf(parsed: Parsed, mistakes: string[]): NatsSettings | undefined {
  const { SORTIE_NATS_URL: addresses, SORTIE_NATS_NKEY: nkeySeed } = parsed;
  if (addresses === undefined) return undefined;
  if (nkeySeed === undefined) {
    mistakes.push(
      'SORTIE_NATS_NKEY_FILE must be set where SORTIE_NATS_URL is: "sortie nats config" makes a key for each process.',
    );
    return undefined;
  }
  return {
    servers: addresses,
    nkeySeed,
    ...(parsed.SORTIE_NATS_CA && { certificateAuthority: parsed.SORTIE_NATS_CA }),
    replicas: parsed.SORTIE_NATS_REPLICAS,
  };
}
