import type { Commit } from '#shared/es/commit.js';

/** More time for the viewers of one session: until `expiresAt`, in epoch milliseconds. */
export type Prolongation = Readonly<{
  matches: (held: Readonly<{ sessionId?: string }>) => boolean;
  expiresAt: number;
}>;

/** What an event gives more time to: the viewers of a session that was extended. */
export const prolongationsOf = ({ events }: Commit): Prolongation[] =>
  events.flatMap(({ type, data }) => {
    if (type !== 'sortie.session.SessionExtended.v1') return [];
    const { sessionId, expiresAt } = data as { sessionId: string; expiresAt: string };
    return [{ matches: (held) => held.sessionId === sessionId, expiresAt: Date.parse(expiresAt) }];
  });
