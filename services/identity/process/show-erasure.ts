import type { z } from 'zod';
import type { ShowErasure } from '#shared/contracts/erasure.js';
import { done } from '#shared/boot/reply.js';
import type { CloudEvent } from '#shared/es/commit.js';
import type { Reply } from '#shared/es/operation.js';
import { isPersonal, personalParts, personalTextsIn } from '#shared/es/personal.js';
import { typeOf } from '#shared/es/recorded-events.js';
import { userUnknown } from '../domain/user.js';
import { findUser } from '../read/users.query.js';
import type { Identity } from '../tokens.js';

type Shown = z.infer<typeof ShowErasure.result>;
type Counts = Record<string, number>;

/** The events of a person whose `name` is the person's own, and as what it is sealed; the name of a group is nobody's. */
const NAME_OF: Readonly<Record<string, string>> = {
  [typeOf('identity', 'UsernameClaimed')]: 'user_name',
  [typeOf('identity', 'UserRegistered')]: 'user_name',
  [typeOf('identity', 'UserDisabled')]: 'user_name',
  [typeOf('identity', 'ApiTokenIssued')]: 'token_name',
  [typeOf('identity', 'ApiTokenRevoked')]: 'token_name',
};

/**
 * Says what erasing a person does, without doing it: what in the log nobody could read afterwards, and what stays as it
 * is because it is from before there were keys. It reads the whole log, a stretch at a time.
 */
export async function showErasure(
  { log, reader }: Identity,
  userId: string,
): Promise<Reply<Shown>> {
  const found = await findUser(reader, userId);
  if (!found) return userUnknown(userId);
  const sealed: Counts = {};
  const plain: Counts = {};
  let commits = 0;
  for (let after = 0; ;) {
    const batch = await log.read({ after });
    if (batch.through === after) break;
    after = batch.through;
    commits += batch.commits.length;
    for (const event of batch.commits.flatMap(({ events }) => events)) {
      sealedIn(event, userId).forEach((field) => count(sealed, field));
      plainIn(event, userId).forEach((field) => count(plain, field));
    }
  }
  return done({ user_id: userId, status: found.user.status, sealed, plain, commits });
}

const count = (counts: Counts, field: string): void => {
  counts[field] = (counts[field] ?? 0) + 1;
};

const sealedIn = (event: CloudEvent, userId: string): string[] =>
  personalTextsIn(event).flatMap((text) => {
    const parts = personalParts(text);
    return parts?.person === userId ? [parts.field] : [];
  });

/** What the log has in plain text of events that the person caused, and of names in the user's own. */
function plainIn(event: CloudEvent, userId: string): string[] {
  const { userId: about, name } = event.data as { userId?: unknown; name?: unknown };
  const isOwn = event.source === '/sortie/identity' && about === userId;
  const isBy = event.actor === userId || isOwn;
  const named = NAME_OF[event.type];
  return [
    ...(isBy && isPlain(event.actorip) ? ['ip'] : []),
    ...(isBy && isPlain(event.useragent) ? ['user_agent'] : []),
    ...(isOwn && named && isPlain(name) ? [named] : []),
  ];
}

const isPlain = (text: unknown): boolean =>
  typeof text === 'string' && text !== '' && !isPersonal(text);
