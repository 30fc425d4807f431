import type { DynamicModule, Type } from '@nestjs/common';
import { CommandHandler } from '#shared/es/command-handler.js';
import { Projector } from '#shared/es/projector.js';
import { projectionsController } from './projections.controller.js';
import type { Service } from './service.js';
import { SPANS } from './traced-request.js';

/** Wires one service for Nest: its controllers, under `token` the service itself, and what every service answers. */
export function serviceModule<Tables>(
  service: Service<Tables>,
  token: symbol,
  controllers: readonly Type<unknown>[],
): DynamicModule {
  // Nest tells modules apart by their class.
  const module = { [service.name]: class {} }[service.name] as Type<unknown>;
  return {
    module,
    controllers: [...controllers, projectionsController(service.name)],
    providers: [
      { provide: token, useValue: service },
      { provide: CommandHandler, useValue: service.commands },
      { provide: Projector, useValue: service.projector },
      { provide: SPANS, useValue: service.spans },
    ],
  };
}
