import type { Commit } from '#shared/es/commit.js';
import type { Stored } from './stored-message.js';

/** A commit as the port gives it. */
export const toCommit = ({ sequence, subject, commandId, text }: Stored): Commit => ({
  sequence,
  stream: subject,
  commandId,
  events: JSON.parse(text) as Commit['events'],
});

/** The same, whose events are parsed once someone looks at them: of the newest commits, most services never do. */
export function toCommitLazily({ sequence, subject, commandId, text }: Stored): Commit {
  let json: string | undefined = text;
  let events: Commit['events'] = [];
  return {
    sequence,
    stream: subject,
    commandId,
    get events() {
      if (json !== undefined) {
        events = JSON.parse(json) as Commit['events'];
        json = undefined;
      }
      return events;
    },
  };
}
