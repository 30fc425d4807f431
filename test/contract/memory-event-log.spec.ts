import { MemoryEventLog } from '#shared/adapters/memory-event-log.js';
import { eventLogContract } from './event-log.contract.js';

eventLogContract('the log in memory', async () => {
  const log = new MemoryEventLog();
  return { log, cleanup: () => log.close() };
});
