export type Icon =
  | { kind: 'image'; url: string }
  | { kind: 'text'; text: string }
  | { kind: 'letter'; text: string };

const GLYPHS_MAX = 2;
const TINTS = 6;

/** Answers the address when it is an absolute http or https one, the only kinds that a link may open. */
export function webAddress(text: string): string | undefined {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) ? text : undefined;
}

/** Answers the address when an image may be loaded from it: http, https, a picture as data, or a path of this site. */
export function imageAddress(text: string): string | undefined {
  if (/^\/(?!\/)/.test(text)) return text;
  if (/^data:image\/(png|jpeg|gif|webp|avif|svg\+xml)[;,]/i.test(text)) return text;
  return webAddress(text);
}

/** Tells how to draw an app's icon: a picture, an emoji or two letters as given, or its name's first letter. */
export function iconOf(app: { icon: string; name: string }): Icon {
  const icon = app.icon.trim();
  const url = imageAddress(icon);
  if (url) return { kind: 'image', url };
  if (icon !== '' && glyphs(icon).length <= GLYPHS_MAX) return { kind: 'text', text: icon };
  return { kind: 'letter', text: (glyphs(app.name.trim())[0] ?? '?').toUpperCase() };
}

/** Gives a name one of six tints, always the same one. */
export function tintOf(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521;
  return sum % TINTS;
}

function glyphs(text: string): string[] {
  return [...new Intl.Segmenter().segment(text)].map((each) => each.segment);
}
