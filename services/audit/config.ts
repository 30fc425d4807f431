import { z } from 'zod';
import { wholeNumber } from '#shared/boot/whole-number.js';
import type { SyslogAddress } from './adapters/syslog-place.js';

const SYSLOG_PORTS = { udp: 514, tcp: 601 } as const;
const PORT_MAX = 65_535;
const SECONDS_MAX = 24 * 60 * 60;

/** Where copies of the tree heads go. */
export type HeadDestination = Readonly<{ kind: 'file'; path: string }> | SyslogAddress;

/** How the audit service signs the tree that it keeps. */
export type AuditSettings = Readonly<{
  /** A private key in PEM; made in the data folder when undefined. */
  key: string | undefined;
  /** Public keys in PEM whose heads are good, too: those that were signed with before. */
  trustedKeys: string;
  /** Where heads are copied to beside the data folder. */
  headsTo: readonly HeadDestination[];
  /** A head is signed once so many places of the log are new, or so long after the last where any is. */
  every: Readonly<{ commits: number; ms: number }>;
  /** Heads up to this number are of a log that was given up, after a restore: they are not held against the log. */
  acceptHead: number;
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
        const message = `has "${text}", which is none of file:/path, syslog+udp://host:514, syslog+tcp://host:601 and syslog+unix:/path`;
        ctx.addIssue({ code: 'custom', message });
      }
      return found ?? [];
    }),
  );

const PATH = /^(file|syslog\+unix):(?:\/\/)?(\/.+)$/;
const ADDRESS = /^syslog\+(udp|tcp):\/\/(?:\[([0-9a-f:.]+)\]|([^\s:,/@[\]]+))(?::(\d{1,5}))?$/i;

function destinationOf(text: string): HeadDestination | undefined {
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

/** The audit service's part of the environment, by variable. */
export const auditVariables = {
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
};

/** Makes settings of the parsed variables. */
export const auditSettingsOf = (
  parsed: z.infer<z.ZodObject<typeof auditVariables>>,
): AuditSettings => ({
  key: parsed.SORTIE_AUDIT_KEY,
  trustedKeys: parsed.SORTIE_AUDIT_TRUSTED_KEYS,
  headsTo: parsed.SORTIE_AUDIT_HEADS_TO,
  every: {
    commits: parsed.SORTIE_AUDIT_HEAD_COMMITS,
    ms: parsed.SORTIE_AUDIT_HEAD_SECONDS * 1_000,
  },
  acceptHead: parsed.SORTIE_AUDIT_ACCEPT_HEAD,
});
