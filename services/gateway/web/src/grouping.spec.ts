import { describe, expect, it } from 'vitest';
import type { App } from './api-types.js';
import { groupApps, searchApps } from './grouping.js';

const app = (name: string, category = '', description = ''): App => ({
  id: name,
  name,
  category,
  description,
  url: '',
  icon: '',
  visibility: 'public',
  launch_type: 'container',
});
const names = (apps: readonly App[]): string[] => apps.map((each) => each.name);

describe('grouping apps', () => {
  it('sorts categories and apps by name and puts apps without a category last', () => {
    const groups = groupApps([app('b', 'Tools'), app('x'), app('a', 'Tools'), app('c', 'Art')]);
    expect(groups.map((group) => [group.category, names(group.apps)])).toEqual([
      ['Art', ['c']],
      ['Tools', ['a', 'b']],
      ['Other', ['x']],
    ]);
  });
});

describe('searching apps', () => {
  const apps = [
    app('Text editor', 'Office'),
    app('Terminal', 'Tools', 'A shell'),
    app('Écran', 'Art'),
  ];

  it('finds all with no words', () => {
    expect(searchApps(apps, '  ')).toHaveLength(3);
  });

  it('needs every word, in any field, in any case, with or without accents', () => {
    expect(names(searchApps(apps, 'SHELL tools'))).toEqual(['Terminal']);
    expect(names(searchApps(apps, 'ecran'))).toEqual(['Écran']);
    expect(searchApps(apps, 'shell office')).toEqual([]);
  });

  it('puts names that start with the first word in front', () => {
    expect(names(searchApps([app('My note'), app('Notes'), app('x', 'note')], 'note'))).toEqual([
      'Notes',
      'My note',
      'x',
    ]);
  });
});
