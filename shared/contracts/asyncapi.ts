import { EVENTS_CONTENT_TYPE, eventParts, refTo, type Schema } from './asyncapi-events.js';
import { requestParts } from './asyncapi-requests.js';
import { DESCRIPTION } from './asyncapi-text.js';
import { SERVICE_NAMES } from './permissions.js';

/**
 * Describes the log and the bus as an AsyncAPI 3.0 document, from the contracts themselves: every stream, every event
 * and every operation, from Sortie's point of view (it sends events, and receives requests).
 */
export function asyncApiOf({ version }: Readonly<{ version: string }>): Schema {
  const [events, requests] = [eventParts(), requestParts()];
  return {
    asyncapi: '3.0.0',
    id: 'urn:sortie:asyncapi',
    info: {
      title: 'Sortie',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      tags: SERVICE_NAMES.filter((name) => name !== 'gateway').map((name) => ({ name })),
    },
    defaultContentType: EVENTS_CONTENT_TYPE,
    servers: {
      nats: {
        host: '{address}',
        protocol: 'nats',
        description: 'The nats-server whose configuration `sortie nats config` has written',
        variables: { address: { default: '127.0.0.1:4222', description: 'Its host and port' } },
        security: [refTo('components', 'securitySchemes', 'nkey')],
      },
    },
    channels: { ...events.channels, ...requests.channels },
    operations: { ...events.operations, ...requests.operations },
    components: {
      messages: { ...events.messages, ...requests.messages },
      schemas: { ...events.schemas, ...requests.schemas },
      securitySchemes: {
        nkey: {
          type: 'asymmetricEncryption',
          description: 'An nkey of NATS, one for each process and each reader',
        },
      },
    },
  };
}
