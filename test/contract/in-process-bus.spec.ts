import 'reflect-metadata';
import { InProcessBus } from '#shared/boot/in-process-bus.js';
import { busContract } from './bus.contract.js';

busContract('in-process', async () => {
  const bus = new InProcessBus(200);
  return { bus, transport: { strategy: bus }, close: async () => undefined };
});
