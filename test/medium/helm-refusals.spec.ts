// Goal: values that contradict each other, or that would do nothing, are refused with a sentence that says what to do.
// Method: Helm's own refusal of each, and that what just fits is taken.
import { describe, expect, it } from 'vitest';
import { refusalOf, render, type Values } from '#test/support/helm.js';
import { BUNDLED, EXTERNAL_PARTS, INSTALLATIONS } from '#test/support/helm-values.js';

const named = (name: string): Values => INSTALLATIONS[name] ?? {};

const bundledWith = (postgresql: object, more: object = {}): Values => ({
  ...BUNDLED,
  ...more,
  persistence: {
    enabled: true,
    postgresql: { enabled: true, auth: { existingSecret: 'x' }, ...postgresql },
  },
});
const partsWith = (postgres: object): Values => ({
  ...EXTERNAL_PARTS,
  database: { type: 'postgres', postgres: { host: 'db', existingSecret: 'x', ...postgres } },
});

describe('values that contradict each other are refused', () => {
  it.each<[string, Values, RegExp]>([
    [
      'pods on SQLite (S-10)',
      { replicaCount: 2 },
      /replicaCount asks for more than one pod, and SQLite is a file of one process: set database.type=postgres/,
    ],
    [
      'pods of a service on SQLite (S-10)',
      { services: { gateway: { replicas: 3 } } },
      /services.gateway.replicas asks for more than one pod/,
    ],
    [
      'a host beside SQLite',
      { database: { postgres: { host: 'db' } } },
      /database.postgres.host is set, and nothing would use it: set database.type=postgres/,
    ],
    [
      'keys beside SQLite',
      { keys: { existingSecret: 'x' } },
      /keys.existingSecret is set, and nothing would use it/,
    ],
    [
      'no place',
      { ...EXTERNAL_PARTS, database: { type: 'postgres' } },
      /database.type is postgres, and nothing says where it is/,
    ],
    [
      'two places',
      { ...EXTERNAL_PARTS, externalDatabase: { host: 'other' } },
      /database.postgres.host and externalDatabase.host name different PostgreSQL servers: keep one/,
    ],
    [
      'the chart’s and another',
      bundledWith({}, { externalDatabase: { host: 'db' } }),
      /externalDatabase.host and persistence.postgresql.enabled name different/,
    ],
    [
      'a DSN and the chart’s',
      bundledWith({}, named('PostgreSQL with a DSN')),
      /database.postgres.dsn and persistence.postgresql.enabled name different/,
    ],
    [
      'two switches',
      { ...BUNDLED, postgresql: { enabled: false } },
      /postgresql.enabled is false and persistence.postgresql.enabled is true: they mean the same server/,
    ],
    [
      'a switch alone',
      { ...EXTERNAL_PARTS, postgresql: { enabled: true } },
      /postgresql.enabled is true and persistence.postgresql.enabled is false/,
    ],
    [
      'two passwords',
      partsWith({ password: 'x' }),
      /database.postgres.password and database.postgres.existingSecret both have the password/,
    ],
    [
      'two DSNs',
      partsWith({ dsn: 'postgres://a', existingSecretDsnKey: 'dsn' }),
      /database.postgres.dsn and database.postgres.existingSecretDsnKey both have the DSN/,
    ],
    [
      'a key of no Secret',
      partsWith({ existingSecret: '', existingSecretDsnKey: 'dsn' }),
      /existingSecretDsnKey is a key of database.postgres.existingSecret, which is not set/,
    ],
    [
      'two passwords of the chart’s',
      bundledWith({ auth: { existingSecret: 'x', password: 'y' } }),
      /auth.password and persistence.postgresql.auth.existingSecret both/,
    ],
    [
      'no password',
      partsWith({ existingSecret: '' }),
      /database.postgres has no password: set database.postgres.existingSecret/,
    ],
    [
      'no external password',
      { ...named('an external database'), externalDatabase: { host: 'db', existingSecret: '' } },
      /externalDatabase has no password/,
    ],
    [
      'no password of the chart’s',
      bundledWith({ auth: {} }),
      /Helm can't make one that stays the same: kubectl create secret generic sortie-postgres --namespace apps/,
    ],
    [
      'any authority',
      partsWith({ sslMode: 'verify-ca' }),
      /verify-ca needs database.postgres.caSecret/,
    ],
    [
      'no keys',
      { ...EXTERNAL_PARTS, keys: {} },
      /keys.existingSecret is not set: .* README.md of the chart has the commands/,
    ],
    [
      'two NATS',
      { ...EXTERNAL_PARTS, nats: { external: { url: 'nats://n:4222' } } },
      /nats.external.url is set while nats.enabled is true/,
    ],
    [
      'no NATS',
      { ...EXTERNAL_PARTS, nats: { enabled: false } },
      /nats.enabled is false, and nothing says where the log is/,
    ],
    [
      'a certificate of no server',
      {
        ...named('another NATS'),
        nats: { enabled: false, tls: { existingSecret: 'x' }, external: { url: 'nats://n:4222' } },
      },
      /nats.external.caSecret is for yours/,
    ],
    [
      'a claim that is not used',
      { persistence: { existingClaim: 'mine' } },
      /persistence.existingClaim is set while persistence.enabled is false/,
    ],
    [
      'SQLite’s claim',
      { ...EXTERNAL_PARTS, persistence: { enabled: true, existingClaim: 'mine' } },
      /existingClaim is the volume of SQLite/,
    ],
    [
      'a log that is not kept',
      { ...EXTERNAL_PARTS, persistence: {} },
      /NATS keeps the log, which can't be made again, and persistence.enabled is false/,
    ],
    [
      'rows that are not kept',
      {
        ...BUNDLED,
        nats: { persistence: { enabled: false } },
        persistence: { postgresql: { enabled: true, auth: { existingSecret: 'x' } } },
      },
      /primary.persistence.enabled is true and persistence.enabled is false/,
    ],
    [
      'a log larger than its volume',
      { ...EXTERNAL_PARTS, nats: { storeGib: 10 } },
      /nats.storeGib \(10 GiB\) must be less than nats.persistence.size \(10Gi\)/,
    ],
    [
      'more than the quota (S-55)',
      bundledWith({ primary: { persistence: { size: '95Gi' } } }),
      /volumes of this release ask for 107520Mi, and resourceQuota.hard lets the namespace have requests.storage=100Gi/,
    ],
    ['an Ingress for nobody', { ingress: { enabled: true } }, /ingress.host is not set/],
    [
      'two hosts',
      {
        ingress: { enabled: true, host: 'a.example.com' },
        settings: { publicUrl: 'https://b.example.com' },
      },
      /are different hosts/,
    ],
    [
      'a way past TLS',
      {
        ingress: { enabled: true, host: 'a.example.com' },
        settings: { publicUrl: 'http://a.example.com' },
      },
      /past the encryption/,
    ],
  ])('%s', (_name, values, sentence) => {
    expect(refusalOf(values)).toMatch(sentence);
  });

  it('all at once, so that a person mends them in one go', () => {
    const told = refusalOf({
      replicaCount: 2,
      ingress: { enabled: true },
      keys: { existingSecret: 'x' },
    });
    expect(told).toMatch(/replicaCount[^]*keys.existingSecret[^]*ingress.host/);
  });

  it('and what fits is not: the quota is just reached, the public address is the Ingress’s', () => {
    expect(() => render(bundledWith({ primary: { persistence: { size: '90Gi' } } }))).not.toThrow();
    const ingress = { enabled: true, host: 'a.example.com' };
    const settings = { publicUrl: 'https://a.example.com:8443' };
    expect(() => render({ ingress, settings })).not.toThrow();
    const quota = { resourceQuota: { enabled: false } };
    expect(() =>
      render(bundledWith({ primary: { persistence: { size: '2Ti' } } }, quota)),
    ).not.toThrow();
  });
});
