/** The page runs its own scripts and nothing else; icons may come from anywhere. */
const PAGE_POLICY = [
  "default-src 'self'",
  "img-src 'self' https: http: data:",
  "style-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Swagger UI sets styles inline. */
const DOCS_POLICY = PAGE_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'");

/** Headers of every answer (OWASP ASVS 5.0, 3.4). `path` chooses the content policy; HSTS needs https. */
export function securityHeaders(path: string, secure: boolean): Record<string, string> {
  return {
    'content-security-policy': path.startsWith('/api/docs') ? DOCS_POLICY : PAGE_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    ...(secure && { 'strict-transport-security': 'max-age=31536000' }),
  };
}
