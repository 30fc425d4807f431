import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  CatchUpCatalogue,
  CheckApproval,
  GrantAppAccess,
  GrantGroupAccess,
  ListApprovals,
  WithdrawAppAccess,
  WithdrawGroupAccess,
} from '#shared/contracts/catalog.js';
import { Handles } from '#shared/boot/handles.js';
import type { Answered, Asked } from '#shared/boot/bus-request.js';
import { done, ended, rejected } from '#shared/boot/reply.js';
import { SYSTEM } from '#shared/es/operation.js';
import type { Operation, Reply, RequestContext } from '#shared/es/operation.js';
import type { AppCommand } from '../domain/app.js';
import type { Editor } from '../domain/editor.js';
import { asEditor, asReader, decideApp, unknown } from '../process/editing.js';
import {
  findApp,
  hasGroup,
  isApproved,
  listApprovals,
  listOwnCategories,
} from '../read/applications.query.js';
import { CATALOG, type Catalog } from '../tokens.js';

/** Who may use an app with visibility `approved`. */
@Controller()
export class RightsController {
  constructor(@Inject(CATALOG) private readonly service: Catalog) {}

  @Handles(GrantAppAccess)
  grant(@Payload() { data, context }: Asked<typeof GrantAppAccess>): Promise<Reply<null>> {
    const { app_id: appId, user_id: userId } = data;
    return this.#change({ operation: GrantAppAccess, context, appId }, (editor) => ({
      type: 'GrantAppAccess',
      data: { appId, editor, userId },
    }));
  }

  @Handles(WithdrawAppAccess)
  withdraw(@Payload() { data, context }: Asked<typeof WithdrawAppAccess>): Promise<Reply<null>> {
    const { app_id: appId, user_id: userId } = data;
    return this.#change({ operation: WithdrawAppAccess, context, appId }, (editor) => ({
      type: 'WithdrawAppAccess',
      data: { appId, editor, userId },
    }));
  }

  @Handles(GrantGroupAccess)
  async grantGroup(
    @Payload() { data, context }: Asked<typeof GrantGroupAccess>,
  ): Promise<Reply<null>> {
    const { app_id: appId, group_id: groupId } = data;
    const asking = { operation: GrantGroupAccess, context, appId };
    return asEditor(this.service, asking, async (editor) => {
      if (!(await hasGroup(this.service.reader, groupId))) {
        return rejected('GroupUnknown', `There is no group "${groupId}".`);
      }
      const command = { type: 'GrantGroupAccess', data: { appId, editor, groupId } } as const;
      return ended(await decideApp(this.service, command, context));
    });
  }

  @Handles(WithdrawGroupAccess)
  withdrawGroup(
    @Payload() { data, context }: Asked<typeof WithdrawGroupAccess>,
  ): Promise<Reply<null>> {
    const { app_id: appId, group_id: groupId } = data;
    return this.#change({ operation: WithdrawGroupAccess, context, appId }, (editor) => ({
      type: 'WithdrawGroupAccess',
      data: { appId, editor, groupId },
    }));
  }

  @Handles(ListApprovals)
  listApprovals(
    @Payload() { data, context }: Asked<typeof ListApprovals>,
  ): Answered<typeof ListApprovals> {
    const { app_id: appId } = data;
    return asReader(this.service, { operation: ListApprovals, context, appId }, async (reader) => {
      const then = await this.service.tablesFor(context);
      const found = await findApp(then, SYSTEM, appId);
      if (!found) return unknown(appId);
      // Whoever reads the category's apps now had to be let in then, too.
      const isPast = context.asOf !== undefined && reader !== 'all';
      const own = isPast ? await listOwnCategories(then, context.actor.id) : undefined;
      if (own && !own.includes(found.app.category)) return unknown(appId);
      return done(await listApprovals(then, appId), found.version);
    });
  }

  @Handles(CheckApproval)
  async check(@Payload() { data }: Asked<typeof CheckApproval>): Answered<typeof CheckApproval> {
    if (!(await this.service.projector.reached(data.through))) return behind();
    const { app_id: appId, user_id: userId, group_ids: groupIds, categories } = data;
    const asked = { appId, userId, groupIds, categories };
    return done({ approved: await isApproved(this.service.reader, asked) });
  }

  @Handles(CatchUpCatalogue)
  async catchUp(
    @Payload() { data }: Asked<typeof CatchUpCatalogue>,
  ): Answered<typeof CatchUpCatalogue> {
    return done({ caught_up: await this.service.projector.reached(data.through) });
  }

  #change(
    asking: { operation: Pick<Operation, 'name'>; context: RequestContext; appId: string },
    command: (editor: Editor) => AppCommand,
  ): Promise<Reply<null>> {
    return asEditor(this.service, asking, async (editor) =>
      ended(await decideApp(this.service, command(editor), asking.context)),
    );
  }
}

const behind = () =>
  rejected('Unavailable', 'The catalogue does not know the log so far at the moment; try again.');
