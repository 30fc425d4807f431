import type { Share } from '../api-types.js';

/** Says whom a share lets in: names, or how many have taken the link. */
export function sayPeople(share: Pick<Share, 'kind' | 'people' | 'people_max'>): string {
  const names = share.people.map((person) => person.user_name ?? 'Somebody').join(', ');
  if (share.kind === 'person') return names;
  const taken = `Link, taken by ${share.people.length} of ${share.people_max}`;
  return names === '' ? taken : `${taken}: ${names}`;
}
