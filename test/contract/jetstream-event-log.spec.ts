import { afterAll, beforeAll, describe } from 'vitest';
import { openJetStreamLog } from '#test/support/jetstream-log.js';
import { NATS_VERSIONS, type NatsServer, startNatsServer } from '#test/support/nats-server.js';
import { durableLogContract, eventLogContract } from './event-log.contract.js';

describe.each(NATS_VERSIONS)('on the %s server', (version) => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await startNatsServer({ version, store: 'memory' });
  });
  afterAll(() => server.stop());

  eventLogContract('the log in JetStream', () => openJetStreamLog(server));
  durableLogContract('the log in JetStream', () => openJetStreamLog(server));
});
