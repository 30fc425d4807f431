import type { IncomingMessage } from 'node:http';
import type { RuntimeEndpoint } from '#shared/contracts/runtime-endpoint.js';
import type { ViewerLimits } from './limits.js';

/** What a redeemed ticket allows: one viewer of one session, until `expiresAt` (epoch milliseconds). */
export type ViewerGrant = {
  readonly sessionId: string;
  readonly userId: string;
  readonly signInId: string;
  readonly mode: 'control' | 'view';
  readonly target: RuntimeEndpoint;
  readonly expiresAt: number;
  /** It can't be prolonged past this: the end of the sign-in, or of the share. */
  readonly latestAt?: number;
  /** The share that lets the user into somebody else's session. */
  readonly shareId?: string;
  /** From where the viewer comes. */
  readonly ip?: string;
  readonly userAgent?: string;
};

/** Why an upgrade was answered with an HTTP error; `detail` is shown to the client. */
export type ViewerRefusal = {
  readonly status: 400 | 401 | 403 | 404 | 409 | 426 | 429 | 502 | 503;
  readonly code: string;
  readonly detail: string;
};

export type TicketRequest = {
  readonly sessionId: string;
  readonly ticket: string;
  readonly ip: string;
  readonly userAgent: string;
};

export type TicketAnswer =
  | { readonly kind: 'granted'; readonly grant: ViewerGrant }
  | { readonly kind: 'refused'; readonly refusal: ViewerRefusal };

/** The reason a live connection is closed with: a code of close-reasons.ts, text of at most 123 bytes. */
export type CloseReason = { readonly code: number; readonly text: string };

export type ViewerClosed = {
  readonly code: number;
  readonly toViewerBytes: number;
  readonly toTargetBytes: number;
  readonly durationMs: number;
};

/** What the proxy needs from the rest of the gateway. */
export type ViewerPorts = {
  /** Takes the ticket, atomically and once; a rejection is answered 503 and its text reaches no client. */
  redeem(request: TicketRequest): Promise<TicketAnswer>;
  /** A person used keyboard, pointer or clipboard; at most once per `inputReportIntervalMs`. */
  inputSeen(grant: ViewerGrant, at: number): void;
  opened?(grant: ViewerGrant): void;
  closed?(grant: ViewerGrant, how: ViewerClosed): void;
};

export type ViewerLog = (
  level: 'info' | 'warn',
  message: string,
  fields: Readonly<Record<string, string | number>>,
) => void;

export type ViewerOptions = {
  /** Exact origins (`scheme://host[:port]`, no default port) that may open a viewer with this request. */
  readonly allowedOrigins: (request: IncomingMessage) => readonly string[];
  readonly log?: ViewerLog;
  readonly limits?: Partial<ViewerLimits>;
};
