import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { v5 as uuidV5 } from 'uuid';
import {
  type AppEvent,
  type AppSpec,
  type AppView,
  FindApp,
  GrantAppAccess,
  LaunchApp,
  ListApprovals,
  ListApps,
  RegisterApp,
  RetireApp,
  ReviseApp,
  viewOf,
  WithdrawAppAccess,
} from '#shared/contracts/catalog.js';
import { Handles } from '#shared/boot/handles.js';
import type { Asked, BusRequest } from '#shared/boot/bus-request.js';
import { done, ended, rejected, resultOf } from '#shared/boot/reply.js';
import type { Service } from '#shared/boot/service.js';
import type { Reply } from '#shared/es/operation.js';
import { app, type AppCommand } from '../domain/app.js';
import { launch } from '../domain/launch.js';
import { findApp, listApprovals, listApps } from '../read/applications.query.js';
import type { CatalogTables } from '../read/tables.js';
import { CATALOG } from '../tokens.js';

/** Ids of apps that came without one are made from the command's, so that a repeated request names the same app. */
const APP_ID_NAMESPACE = '5a1b7f52-53e1-5c3e-9a39-0d2d1c1b7a10';

@Controller()
export class AppController {
  constructor(@Inject(CATALOG) private readonly service: Service<CatalogTables>) {}

  @Handles(RegisterApp)
  async register(@Payload() { data, context }: Asked<typeof RegisterApp>): Promise<Reply<AppView>> {
    const { id: givenId, ...spec } = data;
    const appId = givenId ?? uuidV5(context.commandId, APP_ID_NAMESPACE);
    const command = { type: 'RegisterApp', data: { appId, app: spec } } as const;
    return this.#define(command, context);
  }

  @Handles(ReviseApp)
  async revise(@Payload() { data, context }: Asked<typeof ReviseApp>): Promise<Reply<AppView>> {
    const { id, ...spec } = data.app;
    if (id !== undefined && id !== data.app_id) {
      return rejected('InvalidRequest', `id: an app's id never changes; it is "${data.app_id}".`);
    }
    const command = { type: 'ReviseApp', data: { appId: data.app_id, app: spec } } as const;
    return this.#define(command, context);
  }

  @Handles(RetireApp)
  async retire(@Payload() { data, context }: Asked<typeof RetireApp>): Promise<Reply<null>> {
    return ended(await this.#decide({ type: 'RetireApp', data: { appId: data.app_id } }, context));
  }

  @Handles(GrantAppAccess)
  async grant(@Payload() { data, context }: Asked<typeof GrantAppAccess>): Promise<Reply<null>> {
    const access = { appId: data.app_id, userId: data.user_id };
    return ended(await this.#decide({ type: 'GrantAppAccess', data: access }, context));
  }

  @Handles(WithdrawAppAccess)
  async withdraw(
    @Payload() { data, context }: Asked<typeof WithdrawAppAccess>,
  ): Promise<Reply<null>> {
    const access = { appId: data.app_id, userId: data.user_id };
    return ended(await this.#decide({ type: 'WithdrawAppAccess', data: access }, context));
  }

  @Handles(LaunchApp)
  async launch(
    @Payload() { data, context }: Asked<typeof LaunchApp>,
  ): Promise<Reply<{ url: string }>> {
    const found = await findApp(this.service.reader, context.actor, data.app_id);
    if (!found) return unknown(data.app_id);
    if (found.app.launch_type !== 'url') {
      const detail = `"${found.app.name}" is a desktop app; start it with POST /api/sessions.`;
      return rejected('NotAUrlApp', detail);
    }
    const { id: appId, url } = found.app;
    const outcome = await this.service.commands.handle(launch, {
      aggregate: 'launch',
      id: context.commandId,
      command: { type: 'RecordLaunch', data: { appId, userId: context.actor.id, url } },
      context,
    });
    return resultOf(outcome, ([event]) => ({ url: event.data.url }));
  }

  @Handles(ListApps)
  async list(@Payload() { data, context }: Asked<typeof ListApps>) {
    return done(await listApps(this.service.reader, context.actor, data));
  }

  @Handles(FindApp)
  async find(@Payload() { data, context }: Asked<typeof FindApp>): Promise<Reply<AppView>> {
    const found = await findApp(this.service.reader, context.actor, data.app_id);
    return found ? done(found.app, found.version) : unknown(data.app_id);
  }

  @Handles(ListApprovals)
  async listApprovals(@Payload() { data, context }: Asked<typeof ListApprovals>) {
    const found = await findApp(this.service.reader, context.actor, data.app_id);
    if (!found) return unknown(data.app_id);
    return done({ user_ids: await listApprovals(this.service.reader, data.app_id) }, found.version);
  }

  /** A registration or a revision: both answer with the app as it then is. */
  async #define(
    command: AppCommand & { data: { app: AppSpec } },
    context: BusRequest['context'],
  ): Promise<Reply<AppView>> {
    const { appId, app: spec } = command.data;
    const outcome = await this.#decide(command, context);
    if (outcome.kind === 'unchanged') return done(viewOf(appId, spec), outcome.version);
    return resultOf(outcome, ([event]) => viewOf(appId, definedBy(event) ?? spec));
  }

  #decide(command: AppCommand, context: BusRequest['context']) {
    const { appId: id } = command.data;
    return this.service.commands.handle(app, { aggregate: 'app', id, command, context });
  }
}

const definedBy = (event: AppEvent): AppSpec | undefined =>
  'app' in event.data ? event.data.app : undefined;

const unknown = (appId: string) => rejected('AppUnknown', `There is no app "${appId}".`);
