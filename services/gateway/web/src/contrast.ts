export type Rgb = readonly [number, number, number];

const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];
const STEPS = 50;

/** WCAG 2.2 wants 4.5:1 for text (success criterion 1.4.3). */
export const TEXT_CONTRAST = 4.5;

/** Reads '#rgb' or '#rrggbb'; anything else is undefined. */
export function parseColor(text: string): Rgb | undefined {
  const match = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim());
  const digits = match?.[1];
  if (!digits) return undefined;
  const full = digits.length === 3 ? digits.replace(/./g, '$&$&') : digits;
  return [0, 2, 4].map((at) => Number.parseInt(full.slice(at, at + 2), 16)) as unknown as Rgb;
}

/** Writes a colour as '#rrggbb'. */
export function formatColor(color: Rgb): string {
  return `#${color.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

/** Gives the contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrastRatio(one: Rgb, other: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Moves `color` towards black or white, as little as is needed to be read as text on `background`. */
export function readableOn(color: Rgb, background: Rgb, ratio = TEXT_CONTRAST): Rgb {
  const target = luminance(background) > 0.18 ? BLACK : WHITE;
  for (let step = 0; step < STEPS; step += 1) {
    const mixed = mix(color, target, step / STEPS);
    if (contrastRatio(mixed, background) >= ratio) return mixed;
  }
  return target;
}

/** Chooses the text colour that reads better on `background`. */
export function inkOn(background: Rgb, dark: Rgb = BLACK, light: Rgb = WHITE): Rgb {
  return contrastRatio(background, dark) > contrastRatio(background, light) ? dark : light;
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return from.map((part, index) =>
    Math.round(part + ((to[index] ?? 0) - part) * share),
  ) as unknown as Rgb;
}

function luminance(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color.map((part) => {
    const share = part / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
