/** One event of a stream; `id` is its place, which moves on without an event, too. */
export type ServerSentEvent = Readonly<{ id: string | undefined; type: string; data: string }>;

/** The events in a response (WHATWG HTML, section 9.2.6), as they come; also those that bring nothing but a new place. */
export async function* eventsIn({ body }: Response): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of body ?? []) {
    text += decoder.decode(bytes as Uint8Array, { stream: true });
    const blocks = text.split(/\r?\n\r?\n/);
    text = blocks.pop() ?? '';
    for (const block of blocks) yield eventOf(block);
  }
}

function eventOf(block: string): ServerSentEvent {
  let id: string | undefined;
  let type = 'message';
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (field === 'id') id = value;
    if (field === 'event') type = value;
    if (field === 'data') data.push(value);
  }
  return { id, type, data: data.join('\n') };
}
