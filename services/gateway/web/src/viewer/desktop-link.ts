import { effect, signal } from '@preact/signals';
import RFB from '@novnc/novnc';
import type { ViewerMode } from '../api-types.js';
import { api } from '../api.js';
import { backoffMs } from '../backoff.js';
import { type Ending, endingOfClose, endingOfRefusal } from '../ending.js';
import { asProblem } from '../problem.js';
import type { Key } from './keysyms.js';
import { quality } from './quality.js';
import { dropStill, keepStill } from './still.js';

const CONNECT_TIMEOUT_MS = 15_000;
const CLOSED_WITHOUT_CODE = 1006;

export type LinkState =
  | { name: 'connecting' }
  | { name: 'connected' }
  | { name: 'reconnecting'; why: string; attempt: number; nextAtMs: number }
  | { name: 'ended'; ending: Ending };

/**
 * Keeps a live picture of one session's desktop in an element. A lost connection comes back by itself, each time with
 * a fresh one-time ticket, until the server says that there is nothing to come back to.
 */
export class DesktopLink {
  readonly state = signal<LinkState>({ name: 'connecting' });
  /** The last text that was copied inside the desktop. */
  readonly clipboard = signal('');
  /** What the last ticket allows; undefined until there was one. */
  readonly mode = signal<ViewerMode | undefined>(undefined);
  readonly #sessionId: string;
  readonly #resizes: boolean;
  #unfollow: () => void = () => undefined;
  #screen: HTMLElement | undefined;
  #rfb: RFB | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #turn = 0;

  /** Only its owner's window gives the desktop its size; other windows show it smaller or larger. */
  constructor(sessionId: string, options: { resizes: boolean }) {
    this.#sessionId = sessionId;
    this.#resizes = options.resizes;
  }

  open(screen: HTMLElement): void {
    this.#screen = screen;
    this.#unfollow = effect(() => this.#useQuality());
    void this.#connect();
  }

  close(): void {
    this.#unfollow();
    this.#cut();
  }

  /** Lets go of the desktop until {@link renew}: it is about to end. */
  pause(): void {
    this.#cut();
  }

  /** Connects anew, with a ticket for what the person may do now. */
  renew(): void {
    this.#cut();
    this.#attempt = 0;
    this.state.value = { name: 'connecting' };
    void this.#connect();
  }

  #cut(): void {
    this.#turn += 1;
    clearTimeout(this.#timer);
    this.#rfb?.disconnect();
    this.#rfb = undefined;
  }

  /** Connects at once instead of waiting for the next attempt. */
  retryNow(): void {
    if (this.state.value.name === 'connected' || this.state.value.name === 'connecting') return;
    this.renew();
  }

  paste(text: string): void {
    if (this.state.value.name === 'connected' && text !== '') this.#rfb?.clipboardPasteFrom(text);
  }

  /** Presses and releases a key, or only does the one half. */
  sendKey({ keysym, code }: Key, down?: boolean): void {
    this.#rfb?.sendKey(keysym, code, down);
  }

  /** Types characters and keys by their keysyms, whatever keyboard they come from. */
  type(keysyms: readonly number[]): void {
    for (const keysym of keysyms) this.#rfb?.sendKey(keysym, null);
  }

  /** Gives what the desktop shows now, as a PNG. */
  picture(): Promise<Blob | undefined> {
    return new Promise((resolve) => {
      if (this.#rfb) this.#rfb.toBlob((picture) => resolve(picture ?? undefined), 'image/png');
      else resolve(undefined);
    });
  }

  focus(): void {
    this.#rfb?.focus({ preventScroll: true });
  }

  blur(): void {
    this.#rfb?.blur();
  }

  async #connect(): Promise<void> {
    const turn = (this.#turn += 1);
    try {
      const { ticket, url, mode } = await api.viewerTicket(this.#sessionId);
      if (turn !== this.#turn) return;
      this.mode.value = mode;
      this.#attach(ticket, url, turn);
    } catch (thrown) {
      if (turn !== this.#turn) return;
      const problem = asProblem(thrown);
      const ending = endingOfRefusal(problem.status, problem.message);
      if (ending) this.#end(ending);
      else this.#retry(problem.message);
    }
  }

  #attach(ticket: string, url: string, turn: number): void {
    const screen = this.#screen;
    if (!screen) return;
    const address = new URL(url, location.href);
    address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    // noVNC tells no close code, so the socket is made here; its own listener comes first.
    const channel = new WebSocket(address, ['binary', `ticket.${ticket}`]);
    let code = CLOSED_WITHOUT_CODE;
    channel.addEventListener('close', (event) => {
      code = event.code;
      if (this.state.value.name === 'connected') keepStill(screen);
    });
    const rfb = new RFB(screen, channel, { shared: true });
    // The server lets nothing of a watcher through either; here it spares the person a pointer that does nothing.
    rfb.viewOnly = this.mode.value === 'view';
    rfb.resizeSession = this.#resizes && !rfb.viewOnly;
    rfb.scaleViewport = true;
    rfb.background = 'transparent';
    this.#rfb = rfb;
    this.#useQuality();
    const tooLate = setTimeout(() => rfb.disconnect(), CONNECT_TIMEOUT_MS);
    rfb.addEventListener('connect', () => {
      clearTimeout(tooLate);
      if (turn === this.#turn) this.#connected();
    });
    rfb.addEventListener('clipboard', (event) => (this.clipboard.value = event.detail.text));
    rfb.addEventListener('credentialsrequired', () => {
      this.#end({
        why: 'This desktop asks for a password that Sortie does not have.',
        canRetry: false,
      });
    });
    rfb.addEventListener('disconnect', () => {
      clearTimeout(tooLate);
      if (turn === this.#turn) this.#lost(code);
    });
  }

  #useQuality(): void {
    const { qualityLevel, compressionLevel } = quality.value;
    if (!this.#rfb) return;
    this.#rfb.qualityLevel = qualityLevel;
    this.#rfb.compressionLevel = compressionLevel;
  }

  #connected(): void {
    this.#attempt = 0;
    if (this.#screen) dropStill(this.#screen);
    this.state.value = { name: 'connected' };
    this.focus();
  }

  #lost(code: number): void {
    this.#rfb = undefined;
    const ending = endingOfClose(code);
    if (ending) this.#end(ending);
    else this.#retry('The connection to the desktop was lost.');
  }

  #retry(why: string): void {
    const waitMs = backoffMs(this.#attempt, Math.random());
    this.#attempt += 1;
    this.state.value = {
      name: 'reconnecting',
      why,
      attempt: this.#attempt,
      nextAtMs: Date.now() + waitMs,
    };
    this.#timer = setTimeout(() => void this.#connect(), waitMs);
  }

  #end(ending: Ending): void {
    this.#cut();
    if (this.#screen) dropStill(this.#screen);
    this.state.value = { name: 'ended', ending };
  }
}
