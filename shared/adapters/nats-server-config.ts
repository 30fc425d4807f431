export type NatsUser = Readonly<{
  /** The user's public key (`U…`). */
  nkey: string;
  /** Subjects that the user may publish to and subscribe to; wildcards match whole tokens. */
  publish: readonly string[];
  subscribe: readonly string[];
  /** Lets the user answer each request that it received, once, wherever the answer goes. */
  mayAnswer?: boolean;
}>;

/** A program outside of Sortie that asks for messages of the log. */
export type NatsReader = Readonly<{
  /** Letters, digits, "-" and "_"; another one for each reader. */
  name: string;
  nkey: string;
  /** What it may ask: where Sortie's account takes it, where the reader sends it, and how much comes back. */
  requests: readonly Readonly<{ subject: string; as: string; brings: 'one' | 'many' }>[];
}>;

export type NatsServerSettings = Readonly<{
  host: string;
  /** -1 for any free port. */
  port: number;
  storeFolder: string;
  /** What all streams may take of the disk, in bytes. */
  storeBytesMax: number;
  /** Sortie's processes. */
  users: readonly NatsUser[];
  /** Nobody else reads the log when absent. */
  readers?: readonly NatsReader[];
  /** Public key of a user that may watch and administer the server itself; none when absent. */
  systemUser?: string;
  /** `always` (when absent) flushes each message to disk before it is acknowledged; `server-default` flushes every few minutes. */
  sync?: 'always' | 'server-default';
  tls?: NatsServerTls;
  cluster?: NatsCluster;
  /** HTTP port on 127.0.0.1 that tells how the server does; closed when absent. */
  monitoringPort?: number;
}>;

export type NatsServerTls = Readonly<{
  certificateFile: string;
  keyFile: string;
  /** Checks the other servers of a cluster; clients check the server with it. */
  authorityFile: string;
}>;

export type NatsCluster = Readonly<{
  name: string;
  /** This server's own name, another one in each server. */
  serverName: string;
  host: string;
  port: number;
  /** The addresses of all servers of the cluster, as in `nats://nats-1:6222`. */
  routes: readonly string[];
}>;

/** The account whose streams and subjects are Sortie's. */
export const NATS_ACCOUNT = 'SORTIE';
/** Tells about a server's JetStream settings; the system account lends it to Sortie's. */
export const NATS_SETTINGS_SUBJECT = '$SYS.REQ.SERVER.PING.JSZ';

const PAYLOAD_BYTES_MAX = 8 * 1_024 * 1_024;
/** A reader needs one; one that is started again may have an old one for some seconds. */
const READER_CONNECTIONS_MAX = 16;
const READER_NAME = /^[\w-]+$/;

/**
 * Writes the configuration of a nats-server for Sortie, as text. The server stores nothing lazily, knows its users by
 * public key, and lets each do only what it is listed with. Throws RangeError for a name that can't be written.
 */
export function natsServerConfig(settings: NatsServerSettings): string {
  const { cluster, tls, systemUser, readers = [] } = settings;
  return [
    `listen: ${quoted(`${settings.host}:${settings.port}`)}`,
    ...(cluster ? [`server_name: ${quoted(cluster.serverName)}`] : []),
    `max_payload: ${PAYLOAD_BYTES_MAX}`,
    '# A process that hangs gets no more requests after some seconds; the default is four minutes.',
    'ping_interval: "2s"',
    'ping_max: 2',
    '# A server that is asked to end lets its clients move on first.',
    'lame_duck_grace_period: "2s"',
    'lame_duck_duration: "30s"',
    ...monitoring(settings.monitoringPort),
    ...(tls ? block('tls', tlsLines(tls)) : []),
    ...block('jetstream', jetstreamLines(settings)),
    ...(cluster ? block('cluster', clusterLines(cluster, tls)) : []),
    'system_account: SYS',
    ...block('accounts', [
      ...block('SYS', [
        ...(systemUser ? [`users: [ { nkey: ${quoted(systemUser)} } ]`] : []),
        `exports: [ { service: ${quoted(NATS_SETTINGS_SUBJECT)}, accounts: [${NATS_ACCOUNT}] } ]`,
      ]),
      ...block(NATS_ACCOUNT, [
        'jetstream: enabled',
        `imports: [ { service: { account: SYS, subject: ${quoted(NATS_SETTINGS_SUBJECT)} } } ]`,
        'users: [',
        ...settings.users.flatMap(userLines).map((line) => `  ${line}`),
        ']',
        ...exportLines(readers),
      ]),
      ...readers.flatMap((reader) => block(accountOf(reader), readerLines(reader))),
    ]),
    '',
  ].join('\n');
}

const monitoring = (port: number | undefined): string[] =>
  port === undefined ? [] : [`http: ${quoted(`127.0.0.1:${port}`)}`];

function jetstreamLines({ storeFolder, storeBytesMax, sync = 'always' }: NatsServerSettings) {
  return [
    `store_dir: ${quoted(storeFolder)}`,
    `max_file_store: ${storeBytesMax}`,
    ...(sync === 'always'
      ? [
          '# What is acknowledged is on disk, whatever happens to the power.',
          'sync_interval: always',
        ]
      : []),
  ];
}

function tlsLines({ certificateFile, keyFile }: NatsServerTls): string[] {
  return [`cert_file: ${quoted(certificateFile)}`, `key_file: ${quoted(keyFile)}`];
}

function clusterLines({ name, host, port, routes }: NatsCluster, tls?: NatsServerTls): string[] {
  return [
    `name: ${quoted(name)}`,
    `listen: ${quoted(`${host}:${port}`)}`,
    `routes: [ ${routes.map(quoted).join(', ')} ]`,
    ...(tls
      ? block('tls', [...tlsLines(tls), `ca_file: ${quoted(tls.authorityFile)}`, 'verify: true'])
      : []),
  ];
}

function userLines({ nkey, publish, subscribe, mayAnswer }: NatsUser): string[] {
  return [
    '{',
    `  nkey: ${quoted(nkey)}`,
    '  permissions: {',
    ...subjects('publish', publish),
    ...subjects('subscribe', subscribe),
    ...(mayAnswer ? ['    allow_responses: true'] : []),
    '  }',
    '}',
  ];
}

/**
 * A reader has an account of its own. In Sortie's it could name any subject of Sortie's as the one for an answer, and
 * the server would put copies of commits into the log, or onto the bus, for it.
 */
function accountOf({ name }: NatsReader): string {
  if (READER_NAME.test(name)) return `READER_${name}`;
  throw new RangeError(`${JSON.stringify(name)} can't be a reader's name.`);
}

function exportLines(readers: readonly NatsReader[]): string[] {
  if (readers.length === 0) return [];
  return [
    'exports: [',
    ...readers.flatMap((reader) =>
      reader.requests.map(({ subject, brings }) => {
        const many = brings === 'many' ? ', response_type: stream' : '';
        return `  { service: ${quoted(subject)}${many}, accounts: [${accountOf(reader)}] }`;
      }),
    ),
    ']',
  ];
}

function readerLines({ nkey, requests }: NatsReader): string[] {
  const publish = requests.map((request) => request.as);
  return [
    `limits: { max_connections: ${READER_CONNECTIONS_MAX} }`,
    'imports: [',
    ...requests.map(({ subject, as }) => {
      const to = as === subject ? '' : `, to: ${quoted(as)}`;
      return `  { service: { account: ${NATS_ACCOUNT}, subject: ${quoted(subject)} }${to} }`;
    }),
    ']',
    'users: [',
    ...userLines({ nkey, publish, subscribe: ['_INBOX.>'] }).map((line) => `  ${line}`),
    ']',
  ];
}

/** An empty list would allow everything, so that nothing is said in words. */
function subjects(what: string, allowed: readonly string[]): string[] {
  if (allowed.length === 0) return [`    ${what}: { deny: ">" }`];
  return [
    `    ${what}: { allow: [`,
    ...allowed.map((subject) => `      ${quoted(subject)}`),
    '    ] }',
  ];
}

const block = (name: string, lines: readonly string[]): string[] => [
  `${name} {`,
  ...lines.map((line) => `  ${line}`),
  '}',
];

function quoted(text: string): string {
  // Nothing that is written here has any of these; a key or path that has is a mistake, or an attack.
  if (/["\\\p{Cc}]/u.test(text)) {
    throw new RangeError(
      `${JSON.stringify(text)} can't stand in a nats-server configuration: it has a quote, a backslash or a control character.`,
    );
  }
  return `"${text}"`;
}
