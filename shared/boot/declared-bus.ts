import { SERVICE_RIGHTS, type ServiceName } from '#shared/contracts/permissions.js';
import type { Bus, Operation } from '#shared/es/operation.js';

/**
 * The bus as one service has it: it can ask for what it is declared to ask for (shared/contracts/permissions.ts), and
 * for anything else gets an error. NATS would refuse that only where the service has a process of its own.
 */
export function busOf(service: ServiceName, bus: Bus): Bus {
  const declared = new Set<string>(SERVICE_RIGHTS[service].asks.map(({ subject }) => subject));
  const require = ({ subject }: Pick<Operation, 'subject'>): void => {
    if (declared.has(subject)) return;
    throw new Error(
      `${service} asks for ${subject} without being declared to: add it in shared/contracts/permissions.ts.`,
    );
  };
  return {
    request: async (operation, data, context) => {
      require(operation);
      return bus.request(operation, data, context);
    },
  };
}
