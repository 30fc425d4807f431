import { resolve } from 'node:path';
import { MemoryEventLog } from '#shared/adapters/memory-event-log.js';
import { BusUnavailableError } from '#shared/es/operation.js';
import { openGateway } from '#services/gateway/module.js';

/** A gateway in this process that asks nobody and listens nowhere, for the routes that it declares. */
export async function declaredGateway() {
  const log = new MemoryEventLog();
  return openGateway({
    ...{ log, port: 0, host: '127.0.0.1', publicUrl: undefined, trustedProxies: [] },
    bus: {
      request: async () => {
        throw new BusUnavailableError('There is nobody here.');
      },
    },
    ...{ writesPerMinute: 1, signInsPerMinute: 1, brandingPath: undefined },
    services: ['identity', 'catalog', 'session', 'audit'],
    ...{ pagePath: resolve('dist/services/gateway/web'), controlPath: '', version: '0.0.0' },
    readiness: async () => ({ ready: true, checks: {} }),
    metrics: async () => ({ contentType: 'text/plain', text: '' }),
    onError: (message, error) => {
      throw new Error(message, { cause: error });
    },
  });
}
