/**
 * Where a running session's RFB (VNC) server listens: a unix socket path for the process and Docker
 * drivers, or host and port for Kubernetes. Comes from the session service only, never from a client.
 */
export type RuntimeEndpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };
