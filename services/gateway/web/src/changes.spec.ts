import { describe, expect, it } from 'vitest';
import type { App } from './api-types.js';
import { compareApps, readDetails, sayField } from './changes.js';

const app: App = {
  id: 'a',
  name: 'Terminal',
  description: '',
  url: '',
  icon: '',
  category: 'Tools',
  visibility: 'public',
  launch_type: 'container',
};

describe('the details of an audit entry', () => {
  it('are split into changes and facts', () => {
    const details = {
      name: 'Terminal',
      count: 2,
      changes: { category: { from: '', to: 'Tools' } },
    };
    expect(readDetails(details)).toEqual({
      changes: [{ field: 'Category', from: '(empty)', to: 'Tools' }],
      facts: [
        { field: 'Name', value: 'Terminal' },
        { field: 'Count', value: '2' },
      ],
    });
  });

  it('are shown whatever shape they have', () => {
    expect(readDetails({ changes: { x: 'odd' }, list: [1] })).toEqual({
      changes: [{ field: 'X', from: '(empty)', to: '(empty)' }],
      facts: [{ field: 'List', value: '[1]' }],
    });
  });
});

describe('two versions of an app', () => {
  it('differ in the fields that somebody changed', () => {
    const theirs: App = { ...app, name: 'Shell', container_image: 'xterm:2' };
    expect(compareApps(app, theirs)).toEqual([
      { field: 'Name', from: 'Terminal', to: 'Shell' },
      { field: 'Container image', from: '(empty)', to: 'xterm:2' },
    ]);
    expect(compareApps(app, { ...app, container_image: '' })).toEqual([]);
  });
});

describe("a machine's word", () => {
  it('is said in ours', () => {
    expect(['CREATE_APP', 'launch_type'].map(sayField)).toEqual(['Create app', 'Launch type']);
  });
});
