import { z } from 'zod';
import { wholeNumber } from '#shared/boot/whole-number.js';
import { RETENTION_DAYS_MAX } from '#shared/contracts/audit.js';
import type { S3Access, S3Address } from './adapters/s3-place.js';
import type { SyslogAddress } from './adapters/syslog-place.js';

const SYSLOG_PORTS = { udp: 514, tcp: 601 } as const;
const PORT_MAX = 65_535;
const SECONDS_MAX = 24 * 60 * 60;

/** Where copies of the tree heads go. */
export type HeadDestination = Readonly<{ kind: 'file'; path: string }> | SyslogAddress | S3Address;

/** How the audit service signs the tree that it keeps. */
export type AuditSettings = Readonly<{
  /** A private key in PEM; made in the data folder when undefined. */
  key: string | undefined;
  /** Public keys in PEM whose heads are good, too: those that were signed with before. */
  trustedKeys: string;
  /** Where heads are copied to beside the data folder. */
  headsTo: readonly HeadDestination[];
  /** How the buckets among them are got to; undefined where there are none. */
  s3: S3Access | undefined;
  /** A head is signed once so many places of the log are new, or so long after the last where any is. */
  every: Readonly<{ commits: number; ms: number }>;
  /** Heads up to this number are of a log that was given up, after a restore: they are not held against the log. */
  acceptHead: number;
  /** How long entries stay in the trail that can be searched; undefined is for ever. */
  retentionDays: number | undefined;
}>;

const destinations = z
  .string()
  .default('')
  .transform((text) => text.split(',').map((one) => one.trim()))
  .transform((listed) => listed.filter((one) => one !== ''))
  .transform((listed, ctx) =>
    listed.flatMap((text) => {
      const found = destinationOf(text);
      if (found === undefined) {
        const message = `has "${text}", which is none of file:/path, s3://bucket/path, syslog+udp://host:514, syslog+tcp://host:601 and syslog+unix:/path`;
        ctx.addIssue({ code: 'custom', message });
      }
      return found ?? [];
    }),
  );

const PATH = /^(file|syslog\+unix):(?:\/\/)?(\/.+)$/;
const ADDRESS = /^syslog\+(udp|tcp):\/\/(?:\[([0-9a-f:.]+)\]|([^\s:,/@[\]]+))(?::(\d{1,5}))?$/i;

/** Names that need no escape anywhere; a bucket's are Amazon's. */
const BUCKET =
  /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/((?:[\w-][\w.-]*\/)*(?:[\w-][\w.-]*)?))?$/;

function bucketOf(text: string): S3Address | undefined {
  const [, bucket, prefix = ''] = BUCKET.exec(text) ?? [];
  return bucket === undefined
    ? undefined
    : { kind: 's3', bucket, prefix: prefix.replace(/\/$/, '') };
}

function destinationOf(text: string): HeadDestination | undefined {
  const bucket = bucketOf(text);
  if (bucket) return bucket;
  const [, scheme, path] = PATH.exec(text) ?? [];
  if (path !== undefined) return { kind: scheme === 'file' ? 'file' : 'unix', path };
  const [, kind, v6, name, port] = ADDRESS.exec(text) ?? [];
  const host = v6 ?? name;
  return host === undefined ? undefined : syslogAt(kind === 'udp' ? 'udp' : 'tcp', host, port);
}

function syslogAt(kind: 'udp' | 'tcp', host: string, given: string | undefined) {
  const port = given === undefined ? SYSLOG_PORTS[kind] : Number(given);
  return port >= 1 && port <= PORT_MAX ? { kind, host, port } : undefined;
}

/** How S3 is got to, under Sortie's names and under those that every other program takes. */
const s3Variables = {
  SORTIE_S3_ENDPOINT: z
    .string()
    .optional()
    .describe('A server that speaks S3; Amazon’s when unset'),
  SORTIE_S3_REGION: z.string().optional().describe('Region of the buckets'),
  SORTIE_S3_ACCESS_KEY_ID: z.string().optional().describe('Who asks'),
  SORTIE_S3_SECRET_ACCESS_KEY: z.string().optional().describe('What requests are signed with'),
  AWS_ENDPOINT_URL_S3: z.string().optional(),
  AWS_ENDPOINT_URL: z.string().optional(),
  AWS_REGION: z.string().optional(),
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
  AWS_SESSION_TOKEN: z.string().optional(),
};

/** The audit service's part of the environment, by variable. */
export const auditVariables = {
  ...s3Variables,
  SORTIE_AUDIT_KEY: z.string().optional().describe('Ed25519 private key, PEM'),
  SORTIE_AUDIT_TRUSTED_KEYS: z.string().default('').describe('Public keys of before, PEM'),
  SORTIE_AUDIT_HEADS_TO: destinations.describe('Where copies of the tree heads go'),
  SORTIE_AUDIT_HEAD_COMMITS: wholeNumber(1, 1_000_000)
    .default(1_000)
    .describe('Commits from head to head'),
  SORTIE_AUDIT_HEAD_SECONDS: wholeNumber(1, SECONDS_MAX)
    .default(60)
    .describe('Seconds from head to head'),
  SORTIE_AUDIT_ACCEPT_HEAD: wholeNumber(0, Number.MAX_SAFE_INTEGER)
    .default(0)
    .describe('Heads up to this number are not held against the log'),
  SORTIE_AUDIT_RETENTION_DAYS: wholeNumber(1, RETENTION_DAYS_MAX)
    .optional()
    .describe('Days that entries stay in the trail that can be searched'),
};

type Parsed = z.infer<z.ZodObject<typeof auditVariables>>;

const S3_REGION_DEFAULT = 'us-east-1';

const NO_S3_KEY =
  'SORTIE_AUDIT_HEADS_TO has a bucket, which needs SORTIE_S3_ACCESS_KEY_ID and SORTIE_S3_SECRET_ACCESS_KEY_FILE (or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY).';
const NO_ENDPOINT =
  'SORTIE_S3_ENDPOINT (or AWS_ENDPOINT_URL) must be an address like https://s3.example.com.';
const ENDPOINT = /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/;

/** What can't be told from one variable alone: only a bucket needs a server of buckets, and somebody who may write there. */
export function auditMistakes(parsed: Parsed): string[] {
  if (!parsed.SORTIE_AUDIT_HEADS_TO.some(({ kind }) => kind === 's3')) return [];
  const access = s3Of(parsed);
  if (access === undefined) return [NO_S3_KEY];
  const isAddress = access.endpoint === undefined || ENDPOINT.test(access.endpoint);
  return isAddress ? [] : [NO_ENDPOINT];
}

function s3Of(parsed: Parsed): S3Access | undefined {
  const [accessKeyId, secretAccessKey, sessionToken] =
    parsed.SORTIE_S3_ACCESS_KEY_ID === undefined
      ? [parsed.AWS_ACCESS_KEY_ID, parsed.AWS_SECRET_ACCESS_KEY, parsed.AWS_SESSION_TOKEN]
      : [parsed.SORTIE_S3_ACCESS_KEY_ID, parsed.SORTIE_S3_SECRET_ACCESS_KEY];
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return {
    endpoint: parsed.SORTIE_S3_ENDPOINT ?? parsed.AWS_ENDPOINT_URL_S3 ?? parsed.AWS_ENDPOINT_URL,
    region: parsed.SORTIE_S3_REGION ?? parsed.AWS_REGION ?? S3_REGION_DEFAULT,
    ...{ accessKeyId, secretAccessKey, sessionToken },
  };
}

/** Makes settings of the parsed variables. */
export const auditSettingsOf = (parsed: Parsed): AuditSettings => ({
  key: parsed.SORTIE_AUDIT_KEY,
  trustedKeys: parsed.SORTIE_AUDIT_TRUSTED_KEYS,
  headsTo: parsed.SORTIE_AUDIT_HEADS_TO,
  s3: s3Of(parsed),
  every: {
    commits: parsed.SORTIE_AUDIT_HEAD_COMMITS,
    ms: parsed.SORTIE_AUDIT_HEAD_SECONDS * 1_000,
  },
  acceptHead: parsed.SORTIE_AUDIT_ACCEPT_HEAD,
  retentionDays: parsed.SORTIE_AUDIT_RETENTION_DAYS,
});
