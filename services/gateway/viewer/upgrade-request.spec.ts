import { describe, expect, it } from 'vitest';
import { requireHandshake, requireOrigin, requireTicket } from './upgrade-request.js';

const ORIGIN = 'https://sortie.example:8443';
const TICKET = 'q'.repeat(43);

const head = (headers: Record<string, string>, method = 'GET') => ({ method, headers });

function refusalOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    const { refusal } = error as { refusal: { status: number; code: string } };
    return `${refusal.status} ${refusal.code}`;
  }
}

describe('the Origin of an upgrade', () => {
  it('is accepted when it is exactly an allowed one', () => {
    expect(refusalOf(() => requireOrigin(head({ origin: ORIGIN }), [ORIGIN]))).toBeUndefined();
  });

  it('is refused when missing', () => {
    expect(refusalOf(() => requireOrigin(head({}), [ORIGIN]))).toBe('403 OriginMissing');
  });

  it.each([
    'https://evil.example',
    'https://sortie.example:8443.evil.example',
    'https://evil-sortie.example:8443',
    'http://sortie.example:8443',
    'https://sortie.example',
    'https://sortie.example:8443/',
    'https://SORTIE.example:8443',
    `${ORIGIN}, https://evil.example`,
    'null',
    '',
  ])('is refused when it is %j', (origin) => {
    expect(refusalOf(() => requireOrigin(head({ origin }), [ORIGIN]))).toBe('403 OriginNotAllowed');
  });

  it('null is refused even if somebody allowed it', () => {
    expect(refusalOf(() => requireOrigin(head({ origin: 'null' }), ['null']))).toBe(
      '403 OriginNotAllowed',
    );
  });
});

describe('the handshake of an upgrade', () => {
  const good = {
    upgrade: 'WebSocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };

  it.each([
    ['that is good', good, 'GET', undefined],
    ['that is not a GET', good, 'POST', '400 NotAWebSocket'],
    ['to something else', { ...good, upgrade: 'h2c' }, 'GET', '400 NotAWebSocket'],
    ['of an old version', { ...good, 'sec-websocket-version': '8' }, 'GET', '426 WebSocketVersion'],
    ['with a short key', { ...good, 'sec-websocket-key': 'abc' }, 'GET', '400 WebSocketKey'],
  ])('%s is judged before a ticket is spent', (_what, headers, method, refusal) => {
    expect(refusalOf(() => requireHandshake(head(headers, method)))).toBe(refusal);
  });
});

describe('the ticket of an upgrade', () => {
  const offering = (protocols: string) => head({ 'sec-websocket-protocol': protocols });

  it('is read from the subprotocols, in any order', () => {
    expect(requireTicket(offering(`binary, ticket.${TICKET}`))).toBe(TICKET);
    expect(requireTicket(offering(`ticket.${TICKET},binary`))).toBe(TICKET);
  });

  it.each([
    ['nothing', '', '401 TicketMissing'],
    ['no ticket', 'binary', '401 TicketMissing'],
    ['a ticket that is too short', 'binary, ticket.abc', '401 TicketMissing'],
    ['two tickets', `binary, ticket.${TICKET}, ticket.${TICKET}x`, '401 TicketMissing'],
    ['no binary', `ticket.${TICKET}`, '400 SubprotocolMissing'],
    ['a name twice', `binary, binary, ticket.${TICKET}`, '400 SubprotocolRepeated'],
  ])('is refused when %s is offered', (_what, protocols, refusal) => {
    expect(refusalOf(() => requireTicket(offering(protocols)))).toBe(refusal);
  });
});
