import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { v5 as uuidV5 } from 'uuid';
import {
  type AppEvent,
  type AppSpec,
  type AppView,
  FindApp,
  LaunchApp,
  ListAppRevisions,
  ListApps,
  RegisterApp,
  RetireApp,
  RevertApp,
  ReviseApp,
  viewOf,
} from '#shared/contracts/catalog.js';
import { Handles } from '#shared/boot/handles.js';
import type { Answered, Asked, BusRequest } from '#shared/boot/bus-request.js';
import { done, ended, rejected, resultOf } from '#shared/boot/reply.js';
import type { Reply } from '#shared/es/operation.js';
import type { AppCommand } from '../domain/app.js';
import { launch } from '../domain/launch.js';
import { asEditor, asReader, decideApp, unknown } from '../process/editing.js';
import { findDefinition, listAppRevisions } from '../read/app-revisions.query.js';
import { findApp } from '../read/applications.query.js';
import { findAppThen, listAppsThen, type NowAndThen } from '../read/past-apps.query.js';
import { CATALOG, type Catalog } from '../tokens.js';

/** Ids of apps that came without one are made from the command's, so that a repeated request names the same app. */
const APP_ID_NAMESPACE = '5a1b7f52-53e1-5c3e-9a39-0d2d1c1b7a10';

@Controller()
export class AppController {
  constructor(@Inject(CATALOG) private readonly service: Catalog) {}

  @Handles(RegisterApp)
  register(@Payload() { data, context }: Asked<typeof RegisterApp>): Promise<Reply<AppView>> {
    const { id: givenId, ...spec } = data;
    const appId = givenId ?? uuidV5(context.commandId, APP_ID_NAMESPACE);
    const asking = { operation: RegisterApp, context };
    return asEditor(this.service, asking, (editor) =>
      this.#define({ type: 'RegisterApp', data: { appId, editor, app: spec } }, context),
    );
  }

  @Handles(ReviseApp)
  async revise(@Payload() { data, context }: Asked<typeof ReviseApp>): Promise<Reply<AppView>> {
    const { id, ...spec } = data.app;
    const { app_id: appId } = data;
    if (id !== undefined && id !== appId) {
      return rejected('InvalidRequest', `id: an app's id never changes; it is "${appId}".`);
    }
    return asEditor(this.service, { operation: ReviseApp, context, appId }, (editor) =>
      this.#define({ type: 'ReviseApp', data: { appId, editor, app: spec } }, context),
    );
  }

  @Handles(RevertApp)
  revert(@Payload() { data, context }: Asked<typeof RevertApp>): Promise<Reply<AppView>> {
    const { app_id: appId, to_version: toVersion } = data;
    return asEditor(this.service, { operation: RevertApp, context, appId }, async (editor) => {
      const version = { appId, version: toVersion };
      const spec = await findDefinition(this.service.reader, editor, version);
      if (!spec) return (await this.#isThere(appId)) ? noRevision(version) : unknown(appId);
      const command = { type: 'RevertApp', data: { appId, editor, app: spec, toVersion } } as const;
      return this.#define(command, context);
    });
  }

  @Handles(RetireApp)
  retire(@Payload() { data, context }: Asked<typeof RetireApp>): Promise<Reply<null>> {
    const { app_id: appId } = data;
    return asEditor(this.service, { operation: RetireApp, context, appId }, async (editor) => {
      const command = { type: 'RetireApp', data: { appId, editor } } as const;
      return ended(await decideApp(this.service, command, context));
    });
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
    return done(await listAppsThen(await this.#tables(context), context.actor, data));
  }

  @Handles(FindApp)
  async find(@Payload() { data, context }: Asked<typeof FindApp>): Promise<Reply<AppView>> {
    const found = await findAppThen(await this.#tables(context), context.actor, data.app_id);
    return found ? done(found.app, found.version) : unknown(data.app_id);
  }

  @Handles(ListAppRevisions)
  listRevisions(
    @Payload() { data, context }: Asked<typeof ListAppRevisions>,
  ): Answered<typeof ListAppRevisions> {
    const { app_id: appId } = data;
    const asking = { operation: ListAppRevisions, context, appId };
    return asReader(this.service, asking, async (reader) => {
      const page = await listAppRevisions(this.service.reader, reader, data);
      // A retired app has a history still; an id that nothing ever had is no app.
      const isNone = page.revisions.length === 0 && data.cursor === undefined;
      return isNone ? unknown(appId) : done(page);
    });
  }

  async #tables(context: BusRequest['context']): Promise<NowAndThen> {
    return { now: this.service.reader, then: await this.service.tablesFor(context) };
  }

  /** A registration, a revision or a revert: all answer with the app as it then is. */
  async #define(
    command: AppCommand & { data: { app: AppSpec } },
    context: BusRequest['context'],
  ): Promise<Reply<AppView>> {
    const { appId, app: spec } = command.data;
    const outcome = await decideApp(this.service, command, context);
    if (outcome.kind === 'unchanged') return done(viewOf(appId, spec), outcome.version);
    return resultOf(outcome, ([event]) => viewOf(appId, definedBy(event) ?? spec));
  }

  async #isThere(appId: string): Promise<boolean> {
    const everything = { id: 'system', role: 'system' } as const;
    return (await findApp(this.service.reader, everything, appId)) !== undefined;
  }
}

const definedBy = (event: AppEvent): AppSpec | undefined =>
  'app' in event.data ? event.data.app : undefined;

const noRevision = ({ appId, version }: { appId: string; version: number }) =>
  rejected(
    'RevisionUnknown',
    `"${appId}" has no definition of version ${version}; choose one from its history.`,
  );
