import { join } from 'node:path';
import type { DynamicModule } from '@nestjs/common';
import { openService, type Service, type ServiceHost } from '#shared/boot/service.js';
import { serviceModule } from '#shared/boot/service-module.js';
import { AuditController } from './edge/audit.controller.js';
import { analytics } from './read/analytics.js';
import { auditLog } from './read/audit-log.js';
import { launchDays } from './read/launch-days.js';
import type { AuditTables } from './read/tables.js';
import { AUDIT, NOW } from './tokens.js';

/** Opens the audit trail, which follows every service and decides nothing, and answers its operations. */
export async function openAudit(
  host: ServiceHost,
): Promise<{ service: Service<AuditTables>; module: DynamicModule }> {
  const service = await openService<AuditTables>({
    ...host,
    name: 'audit',
    migrations: join(import.meta.dirname, 'migrations'),
    models: [auditLog, analytics, launchDays],
    deciders: {},
    follows: 'all',
  });
  const module = serviceModule(service, AUDIT, [AuditController]);
  return {
    service,
    module: {
      ...module,
      providers: [...(module.providers ?? []), { provide: NOW, useValue: host.now }],
    },
  };
}
