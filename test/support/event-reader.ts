import { get, type IncomingMessage } from 'node:http';
import { until } from './waits.js';

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into events of every shape
export type ReadEvent = Readonly<{ id: string; event: string; data: any }>;

/** Reads server-sent events as a browser's EventSource does (WHATWG HTML, section 9.2), and can be made to stall. */
export class EventReader {
  readonly events: ReadEvent[] = [];
  lastEventId = '';
  isEnded = false;
  readonly status: number;
  readonly #response: IncomingMessage;
  #rest = '';

  private constructor(response: IncomingMessage) {
    this.#response = response;
    this.status = response.statusCode ?? 0;
    response.setEncoding('utf8');
    response.on('close', () => (this.isEnded = true));
    response.on('error', () => undefined);
  }

  /** Connects; with `stalled` nothing is read until {@link read}. */
  static open(
    url: string,
    headers: Record<string, string>,
    { path = '/api/events', stalled = false } = {},
  ): Promise<EventReader> {
    return new Promise((resolve, reject) => {
      const request = get(`${url}${path}`, { headers, agent: false }, (response) => {
        const reader = new EventReader(response);
        if (!stalled) reader.read();
        resolve(reader);
      });
      request.on('error', reject);
    });
  }

  read(): void {
    this.#response.on('data', (chunk: string) => {
      const blocks = (this.#rest + chunk).split('\n\n');
      this.#rest = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
    });
  }

  /** Cuts the connection, as a lost network does. */
  cut(): void {
    this.#response.destroy();
  }

  /** Waits for an event that matches. */
  next(what: string, matches: (event: ReadEvent) => boolean, deadlineMs?: number) {
    return until(what, () => this.events.find(matches), deadlineMs);
  }

  #take(block: string): void {
    const fields = block.split('\n').map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at), line.slice(at + 1).replace(/^ /, '')] as const;
    });
    const of = (name: string) => fields.find(([field]) => field === name)?.[1];
    this.lastEventId = of('id') ?? this.lastEventId;
    const data = of('data');
    if (data === undefined) return;
    this.events.push({
      id: this.lastEventId,
      event: of('event') ?? 'message',
      data: JSON.parse(data),
    });
  }
}
