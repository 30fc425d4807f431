/** The part of noVNC 1.7 that the viewer uses (docs/API.md of novnc/noVNC). */
declare module '@novnc/novnc' {
  export interface RfbEvents {
    connect: CustomEvent<Record<string, never>>;
    disconnect: CustomEvent<{ clean: boolean }>;
    credentialsrequired: CustomEvent<{ types: string[] }>;
    securityfailure: CustomEvent<{ status: number; reason?: string }>;
    clipboard: CustomEvent<{ text: string }>;
    desktopname: CustomEvent<{ name: string }>;
  }

  export default class RFB {
    constructor(
      target: HTMLElement,
      urlOrChannel: string | WebSocket,
      options?: { shared?: boolean },
    );
    resizeSession: boolean;
    scaleViewport: boolean;
    viewOnly: boolean;
    background: string;
    qualityLevel: number;
    compressionLevel: number;
    addEventListener<K extends keyof RfbEvents>(
      type: K,
      listener: (event: RfbEvents[K]) => void,
    ): void;
    clipboardPasteFrom(text: string): void;
    /** Without `down`: presses and releases. */
    sendKey(keysym: number, code: string | null, down?: boolean): void;
    toBlob(callback: (picture: Blob | null) => void, type?: string): void;
    disconnect(): void;
    focus(options?: FocusOptions): void;
    blur(): void;
  }
}
