import { OpenPersonalTexts, TEXTS_OPENED_MAX } from '#shared/contracts/erasure.js';
import { type Bus, BusUnavailableError } from '#shared/es/operation.js';
import { personalTextsIn, withTexts } from '#shared/es/personal.js';
import { systemContext } from '#shared/es/system-context.js';

/** Makes personal texts what is to be shown of them, in the same order. */
export type OpenTexts = (texts: readonly string[]) => Promise<readonly string[]>;

/** Has identity open them, who alone has the keys: nothing of a key or a text is kept here. */
export const openTextsBy =
  (bus: Bus): OpenTexts =>
  async (texts) => {
    const reply = await bus.request(OpenPersonalTexts, { texts: [...texts] }, systemContext());
    if (reply.kind === 'rejected') throw new BusUnavailableError(reply.detail);
    return reply.result.texts;
  };

/**
 * Entries as they are shown: where a person sat and what the person is called in the place of what the log has, or
 * that the person was erased. Errors: BusUnavailableError.
 */
export async function openEntries<E>(open: OpenTexts, entries: readonly E[]): Promise<E[]> {
  const texts = personalTextsIn(entries);
  const opened = new Map<string, string>();
  for (let from = 0; from < texts.length; from += TEXTS_OPENED_MAX) {
    const some = texts.slice(from, from + TEXTS_OPENED_MAX);
    const shown = await open(some);
    some.forEach((text, i) => opened.set(text, shown[i] ?? text));
  }
  return withTexts([...entries], opened);
}
