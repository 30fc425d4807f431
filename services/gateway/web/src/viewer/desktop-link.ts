import { signal } from '@preact/signals';
import RFB from '@novnc/novnc';
import { api } from '../api.js';
import { backoffMs } from '../backoff.js';
import { type Ending, endingOfClose, endingOfRefusal } from '../ending.js';
import { asProblem } from '../problem.js';
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
  readonly #sessionId: string;
  #screen: HTMLElement | undefined;
  #rfb: RFB | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #turn = 0;

  constructor(sessionId: string) {
    this.#sessionId = sessionId;
  }

  open(screen: HTMLElement): void {
    this.#screen = screen;
    void this.#connect();
  }

  close(): void {
    this.#turn += 1;
    clearTimeout(this.#timer);
    this.#rfb?.disconnect();
    this.#rfb = undefined;
  }

  /** Connects at once instead of waiting for the next attempt. */
  retryNow(): void {
    if (this.state.value.name === 'connected' || this.state.value.name === 'connecting') return;
    this.close();
    this.#attempt = 0;
    this.state.value = { name: 'connecting' };
    void this.#connect();
  }

  paste(text: string): void {
    if (this.state.value.name === 'connected' && text !== '') this.#rfb?.clipboardPasteFrom(text);
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
      const { ticket, url } = await api.viewerTicket(this.#sessionId);
      if (turn === this.#turn) this.#attach(ticket, url, turn);
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
    rfb.resizeSession = true;
    rfb.scaleViewport = true;
    rfb.background = 'transparent';
    this.#rfb = rfb;
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
    this.close();
    if (this.#screen) dropStill(this.#screen);
    this.state.value = { name: 'ended', ending };
  }
}
