import { rejected } from '#shared/boot/reply.js';
import type { Actor, Operation, Reply, RequestContext } from '#shared/es/operation.js';
import { app, type AppCommand } from '../domain/app.js';
import { type Editor, notYours } from '../domain/editor.js';
import { findApp, listOwnCategories, SEES_EVERYTHING } from '../read/applications.query.js';
import type { Catalog } from '../tokens.js';

type Asking = Readonly<{
  operation: Pick<Operation, 'name'>;
  context: RequestContext;
  /** The app that it is about; none when it is to be made. */
  appId?: string;
}>;

/**
 * Carries out what an editor asks for, with what that editor may change: administrators everything, others the apps of
 * the categories that they administer by now. Whoever administers nothing is refused, whatever app it is about; an app
 * that an editor does not see is none.
 */
export async function asEditor<R>(
  service: Catalog,
  { operation, context: { actor }, appId }: Asking,
  carryOut: (editor: Editor) => Promise<Reply<R>>,
): Promise<Reply<R>> {
  if (SEES_EVERYTHING.has(actor.role)) return carryOut('all');
  const categories = await categoriesOf(service, actor);
  if (!categories) return behind();
  if (categories.length === 0) return notAnEditor(operation, actor);
  if (appId === undefined) return carryOut({ categories });
  const found = await findApp(service.reader, actor, appId);
  if (!found) return unknown(appId);
  const { category } = found.app;
  return categories.includes(category) ? carryOut({ categories }) : notYours(categories, category);
}

/** As {@link asEditor}, for what only reads: auditors read everything. */
export function asReader<R>(
  service: Catalog,
  asking: Asking,
  carryOut: (reader: Editor) => Promise<Reply<R>>,
): Promise<Reply<R>> {
  if (asking.context.actor.role === 'auditor') return carryOut('all');
  return asEditor(service, asking, carryOut);
}

/** Decides a command on an app. */
export const decideApp = (service: Catalog, command: AppCommand, context: RequestContext) =>
  service.commands.handle(app, { aggregate: 'app', id: command.data.appId, command, context });

export const unknown = (appId: string) => rejected('AppUnknown', `There is no app "${appId}".`);

/** Whoever was dismissed a moment ago must be out: a read model behind the log is no answer. */
const categoriesOf = async (service: Catalog, { id }: Actor): Promise<string[] | undefined> =>
  (await service.caughtUp()) ? listOwnCategories(service.reader, id) : undefined;

const behind = () =>
  rejected(
    'Unavailable',
    'Who administers which category can not be told at the moment; try again.',
  );

const notAnEditor = ({ name }: Pick<Operation, 'name'>, { role }: Actor) =>
  rejected(
    'Forbidden',
    `${name} is for administrators, and for those who administer the app's category; you are signed in as ${role} and administer none.`,
  );
