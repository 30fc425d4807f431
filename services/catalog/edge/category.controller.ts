import { createHash } from 'node:crypto';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  AppointCategoryAdministrator,
  DismissCategoryAdministrator,
  ListCategories,
} from '#shared/contracts/categories.js';
import { Handles } from '#shared/boot/handles.js';
import type { Answered, Asked } from '#shared/boot/bus-request.js';
import { done, ended } from '#shared/boot/reply.js';
import type { Actor, Reply, RequestContext } from '#shared/es/operation.js';
import { category, type CategoryCommand } from '../domain/category.js';
import { listOwnCategories } from '../read/applications.query.js';
import { listCategories } from '../read/categories.query.js';
import { CATALOG, type Catalog } from '../tokens.js';

const SEES_ALL: ReadonlySet<Actor['role']> = new Set(['admin', 'auditor', 'console']);

/** Who looks after the apps of a category. */
@Controller()
export class CategoryController {
  constructor(@Inject(CATALOG) private readonly service: Catalog) {}

  @Handles(AppointCategoryAdministrator)
  appoint(
    @Payload() { data, context }: Asked<typeof AppointCategoryAdministrator>,
  ): Answered<typeof AppointCategoryAdministrator> {
    const appointment = { category: data.category, userId: data.user_id };
    return this.#decide({ type: 'AppointCategoryAdministrator', data: appointment }, context);
  }

  @Handles(DismissCategoryAdministrator)
  dismiss(
    @Payload() { data, context }: Asked<typeof DismissCategoryAdministrator>,
  ): Answered<typeof DismissCategoryAdministrator> {
    const appointment = { category: data.category, userId: data.user_id };
    return this.#decide({ type: 'DismissCategoryAdministrator', data: appointment }, context);
  }

  @Handles(ListCategories)
  async list(
    @Payload() { data, context: { actor } }: Asked<typeof ListCategories>,
  ): Answered<typeof ListCategories> {
    const { reader } = this.service;
    if (SEES_ALL.has(actor.role)) return done(await listCategories(reader, data));
    return done(await listCategories(reader, data, await listOwnCategories(reader, actor.id)));
  }

  async #decide(command: CategoryCommand, context: RequestContext): Promise<Reply<null>> {
    const id = streamIdOf(command.data.category);
    const addressed = { aggregate: 'category', id, command, context };
    return ended(await this.service.commands.handle(category, addressed));
  }
}

/** A category is called as people like; a stream is not. */
const streamIdOf = (name: string): string => createHash('sha256').update(name).digest('hex');
