import { Controller, Inject, type Type } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import {
  projectionOperations,
  type rebuildReport,
  type stateHash,
} from '#shared/contracts/projections.js';
import { Projector } from '#shared/es/projector.js';
import type { Reply } from '#shared/es/operation.js';
import { Handles } from './handles.js';
import type { BusRequest } from './bus-request.js';
import { done, rejected } from './reply.js';

/** Makes the controller that answers for a service's read models. The module provides its {@link Projector}. */
export function projectionsController(service: string): Type<unknown> {
  const { ListProjections, HashProjection, RebuildProjection } = projectionOperations(service);

  @Controller()
  class ProjectionsController {
    constructor(@Inject(Projector) private readonly projector: Projector) {}

    @Handles(ListProjections)
    async list() {
      return done(await this.projector.status());
    }

    @Handles(HashProjection)
    async hash(
      @Payload() { data }: BusRequest<{ name: string }>,
    ): Promise<Reply<z.infer<typeof stateHash>>> {
      const hash = await this.projector.stateHash(data.name);
      return hash ? done({ name: data.name, ...hash }) : unknown(data.name);
    }

    @Handles(RebuildProjection)
    async rebuild(
      @Payload() { data }: BusRequest<{ name: string }>,
    ): Promise<Reply<z.infer<typeof rebuildReport>>> {
      const report = await this.projector.rebuild(data.name);
      return report ? done(report) : unknown(data.name);
    }
  }
  return ProjectionsController;
}

const unknown = (name: string) =>
  rejected(
    'ProjectionUnknown',
    `There is no projection "${name}"; GET /api/projections lists them.`,
  );
