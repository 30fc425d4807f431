import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { probesOf, probesVariables } from './probes-settings.js';

const variables = z.object(probesVariables);
const settings = (env: object) => probesOf(variables.parse(env));

describe('the settings of the probes', () => {
  it('are none until somebody names a port, and then of this machine only', () => {
    expect(settings({})).toBeUndefined();
    expect(settings({ SORTIE_PROBES_HOST: '0.0.0.0' })).toBeUndefined();
    expect(settings({ SORTIE_PROBES_PORT: '9464' })).toEqual({ port: 9_464, host: '127.0.0.1' });
    expect(settings({ SORTIE_PROBES_PORT: '0', SORTIE_PROBES_HOST: '::1' })).toEqual({
      ...{ port: 0, host: '::1' },
    });
  });

  it.each(['x', '-1', '65536', '1.5'])('refuse the port %s', (port) => {
    const parsed = variables.safeParse({ SORTIE_PROBES_PORT: port });
    expect(parsed.error?.issues[0]?.message).toMatch(/^must be /);
  });
});
