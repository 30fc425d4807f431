import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { newNatsKey } from '#shared/adapters/nats-keys.js';
import { natsOf, natsVariables } from './nats-settings.js';

const settings = z.object(natsVariables);
const { seed } = newNatsKey();

const read = (env: Record<string, string>) => natsOf(settings.parse(env), []);
const refusal = (env: Record<string, string>): string => {
  const { error, data } = settings.safeParse(env);
  const mistakes = (error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`);
  if (data) natsOf(data, mistakes);
  return mistakes.join();
};

describe('the settings for NATS', () => {
  it('are none where none is set', () => {
    expect(read({})).toBeUndefined();
    expect(read({ SORTIE_NATS_NKEY: seed })).toBeUndefined();
  });

  it('take one server or several', () => {
    const one = { SORTIE_NATS_URL: 'nats://127.0.0.1:4222', SORTIE_NATS_NKEY: seed };
    expect(read(one)).toEqual({ servers: ['nats://127.0.0.1:4222'], nkeySeed: seed, replicas: 1 });
    const authority = '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----';
    expect(
      read({
        SORTIE_NATS_URL: 'tls://nats-1:4222, tls://nats-2:4222/,tls://[::1]',
        SORTIE_NATS_NKEY: seed,
        SORTIE_NATS_CA: authority,
        SORTIE_NATS_REPLICAS: '3',
      }),
    ).toEqual({
      servers: ['tls://nats-1:4222', 'tls://nats-2:4222/', 'tls://[::1]'],
      nkeySeed: seed,
      certificateAuthority: authority,
      replicas: 3,
    });
  });

  it.each([
    ['localhost:4222', 'must be nats://host:4222'],
    ['http://localhost:4222', 'must be nats://host:4222'],
    ['nats://', 'must be nats://host:4222'],
    ['nats://a:b:c', 'must be nats://host:4222'],
    ['nats://host/path', 'must be nats://host:4222'],
    ['nats://host?x=1', 'must be nats://host:4222'],
    ['nats://good:4222,', 'must be nats://host:4222'],
    ['nats://good:4222,nats://me:hunter2@host', 'must have no user or password'],
    ['nats://token@host', 'must have no user or password'],
  ])('refuse the address %s', (url, why) => {
    const told = refusal({ SORTIE_NATS_URL: url, SORTIE_NATS_NKEY: seed });
    expect(told).toContain(`SORTIE_NATS_URL ${why}`);
    expect(told).not.toContain('hunter2');
  });

  it('refuse a key that is none, without repeating it', () => {
    for (const wrong of [seed.slice(1), seed.toLowerCase(), `SA${seed.slice(2)}`, `${seed}A`]) {
      const told = refusal({ SORTIE_NATS_URL: 'nats://a', SORTIE_NATS_NKEY: wrong });
      expect(told).toContain('SORTIE_NATS_NKEY must be a user’s seed');
      expect(told).not.toContain(wrong);
    }
  });

  it('ask for the key where there is an address', () => {
    expect(refusal({ SORTIE_NATS_URL: 'nats://a' })).toContain(
      'SORTIE_NATS_NKEY_FILE must be set where SORTIE_NATS_URL is',
    );
  });

  it.each(['0', '2', '5', 'x', '01'])('refuse %s replicas', (replicas) => {
    expect(refusal({ SORTIE_NATS_REPLICAS: replicas })).toContain(
      'SORTIE_NATS_REPLICAS must be 1 or 3',
    );
  });

  it('refuse what is no certificate', () => {
    expect(refusal({ SORTIE_NATS_CA: '/etc/ssl/ca.pem' })).toContain('SORTIE_NATS_CA must be a');
  });
});
