import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { answerAndClose, formatRefusal } from './refusal.js';

describe('a refused upgrade', () => {
  const answer = formatRefusal(
    { status: 403, code: 'OriginNotAllowed', detail: 'This site may not – open a viewer.' },
    '/api/sessions/s1/viewer',
  );
  const [head = '', body = ''] = answer.split('\r\n\r\n');

  it('is answered with a problem document', () => {
    expect(head).toContain('HTTP/1.1 403 Forbidden\r\nContent-Type: application/problem+json');
    expect(JSON.parse(body)).toEqual({
      type: 'urn:sortie:problem:OriginNotAllowed',
      title: 'Forbidden',
      status: 403,
      detail: 'This site may not – open a viewer.',
      instance: '/api/sessions/s1/viewer',
      code: 'OriginNotAllowed',
    });
  });

  it('gives its length in bytes, not characters', () => {
    expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}`);
    expect(Buffer.byteLength(body)).toBeGreaterThan(body.length);
  });

  it('says when to try again, or with which version', () => {
    const about = (status: 426 | 429 | 503) =>
      formatRefusal({ status, code: 'C', detail: 'd' }, '/');
    expect(about(429)).toContain('Retry-After: ');
    expect(about(503)).toContain('Retry-After: ');
    expect(about(426)).toContain('Sec-WebSocket-Version: 13');
  });

  it('lets go of a socket that is gone already', () => {
    const socket = new PassThrough();
    socket.destroy();
    expect(() => answerAndClose(socket, answer, 10)).not.toThrow();
  });
});
