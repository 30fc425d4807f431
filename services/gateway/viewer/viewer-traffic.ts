/** What the proxy has done since the process started, and what it holds now. */
export type ViewerStats = {
  readonly open: number;
  readonly upgrading: number;
  readonly opened: number;
  /** Refused upgrades by problem code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Closed connections by WebSocket close code. */
  readonly closed: Readonly<Record<string, number>>;
  readonly toViewerBytes: number;
  readonly toTargetBytes: number;
  readonly inputMessagesDropped: number;
  /** Bytes that slow viewers and slow targets make this process hold. */
  readonly heldBytes: number;
};

/** Payload bytes of one connection so far. */
export type ConnectionTraffic = {
  readonly toViewerBytes: number;
  readonly toTargetBytes: number;
  readonly inputMessagesDropped: number;
};

type Totals = Omit<ViewerStats, 'open' | 'upgrading' | 'heldBytes'>;

/** Adds up refused upgrades and closed connections; whoever holds the open ones adds theirs. */
export class ViewerTraffic {
  #opened = 0;
  #toViewerBytes = 0;
  #toTargetBytes = 0;
  #inputMessagesDropped = 0;
  readonly #refused = new Map<string, number>();
  readonly #closed = new Map<string, number>();

  opened(): void {
    this.#opened += 1;
  }

  refused(code: string): void {
    this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1);
  }

  closed(code: number, traffic: ConnectionTraffic): void {
    this.#closed.set(String(code), (this.#closed.get(String(code)) ?? 0) + 1);
    this.#toViewerBytes += traffic.toViewerBytes;
    this.#toTargetBytes += traffic.toTargetBytes;
    this.#inputMessagesDropped += traffic.inputMessagesDropped;
  }

  totals(): Totals {
    return {
      opened: this.#opened,
      refused: Object.fromEntries(this.#refused),
      closed: Object.fromEntries(this.#closed),
      toViewerBytes: this.#toViewerBytes,
      toTargetBytes: this.#toTargetBytes,
      inputMessagesDropped: this.#inputMessagesDropped,
    };
  }
}
