import type { Values } from './helm.js';

/** What every installation on PostgreSQL needs besides the database. */
const MANY = { keys: { existingSecret: 'sortie-keys' }, persistence: { enabled: true } };
const postgres = (its: Values) => ({ type: 'postgres', postgres: its });

/** PostgreSQL of the operator's, by name; the password in a Secret of theirs. */
export const EXTERNAL_PARTS: Values = {
  ...MANY,
  database: postgres({ host: 'db.example.com', existingSecret: 'sortie-postgres' }),
};

/** PostgreSQL that the chart starts, with standbys. */
export const BUNDLED: Values = {
  ...MANY,
  database: { type: 'postgres' },
  persistence: {
    enabled: true,
    postgresql: { enabled: true, auth: { existingSecret: 'sortie-postgres' } },
  },
};

/** Every way to install the chart that makes other objects or other pods. */
export const INSTALLATIONS: Readonly<Record<string, Values>> = {
  'SQLite, as it comes': {},
  'SQLite in a claim': { persistence: { enabled: true, storageClass: 'fast-ssd' } },
  'SQLite in a claim of the operator': { persistence: { enabled: true, existingClaim: 'mine' } },
  'SQLite elsewhere': { database: { type: 'sqlite', sqlite: { path: '/srv/log/events.db' } } },
  'PostgreSQL with a Secret': EXTERNAL_PARTS,
  'PostgreSQL with a password': {
    ...MANY,
    database: postgres({ host: 'db.example.com', password: 'canary-password' }),
  },
  'PostgreSQL with a DSN': {
    ...MANY,
    database: postgres({ dsn: 'postgres://me:canary-dsn@db.example.com/sortie' }),
  },
  'PostgreSQL with a DSN in a Secret': {
    ...MANY,
    database: postgres({ existingSecret: 'sortie-postgres', existingSecretDsnKey: 'dsn' }),
  },
  'PostgreSQL that is checked': {
    ...MANY,
    database: postgres({
      host: 'db.example.com',
      existingSecret: 'sortie-postgres',
      sslMode: 'verify-ca',
      caSecret: 'authority',
    }),
  },
  'an external database': {
    ...MANY,
    database: { type: 'postgres' },
    postgresql: { enabled: false },
    externalDatabase: { host: 'db.example.com' },
  },
  'the PostgreSQL of the chart': BUNDLED,
  'the PostgreSQL of the chart, with a password and nothing kept': {
    keys: { existingSecret: 'sortie-keys' },
    database: { type: 'postgres' },
    nats: { persistence: { enabled: false } },
    persistence: {
      postgresql: {
        enabled: true,
        auth: { password: 'canary-bundled' },
        primary: { persistence: { enabled: false } },
        readReplicas: { replicaCount: 0 },
      },
    },
  },
  'another NATS': {
    ...EXTERNAL_PARTS,
    nats: {
      enabled: false,
      external: { url: 'tls://nats.example.com:4222', replicas: 3, caSecret: 'nats-authority' },
    },
    networkPolicy: { externalCidrs: ['10.1.0.0/16'] },
  },
  'NATS with TLS': { ...EXTERNAL_PARTS, nats: { tls: { existingSecret: 'nats-tls' } } },
  'everything that is off as it comes': {
    ...BUNDLED,
    replicaCount: 3,
    services: { audit: { replicas: 1 } },
    branding: { tenant_name: 'Shop', primary_color: '#123456' },
    settings: {
      sessionLifetimeMax: 600,
      trustedProxies: ['10.0.0.0/8'],
      auditHeadsTo: ['syslog+tcp://logs.example.com:601', 's3://worm/sortie'],
      auditRetentionDays: 400,
      oidc: {
        ...{ issuer: 'https://id.example.com/realms/people', clientId: 'sortie', name: 'Example' },
        ...{ newPeople: 'refuse', existingSecret: 'oidc' },
      },
      s3: { endpoint: 'https://s3.example.com', region: 'eu-north-1', existingSecret: 'bucket' },
      logLevel: 'info',
    },
    extraEnv: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' },
    ingress: { enabled: true, className: 'nginx', host: 'apps.example.com' },
    serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
    networkPolicy: {
      gatewayFrom: [{ namespaceSelector: { matchLabels: { team: 'web' } } }],
      extraEgress: [{ ports: [{ protocol: 'TCP', port: 4318 }] }],
    },
    imagePullSecrets: [{ name: 'registry' }],
    podAnnotations: { team: 'desktops' },
    podLabels: { team: 'desktops' },
    nodeSelector: { 'kubernetes.io/arch': 'amd64' },
    tolerations: [{ key: 'desktops', operator: 'Exists', effect: 'NoSchedule' }],
    priorityClassName: 'high',
    serviceAccount: { annotations: { team: 'desktops' } },
    service: { type: 'NodePort', annotations: { team: 'desktops' } },
  },
  'everything that can be off': {
    networkPolicy: { enabled: false },
    resourceQuota: { enabled: false },
    podDisruptionBudget: { enabled: false },
    serviceAccount: { create: false },
  },
};
