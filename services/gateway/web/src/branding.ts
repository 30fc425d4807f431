import { signal } from '@preact/signals';
import { imageAddress } from './addresses.js';
import type { Branding } from './api-types.js';
import { api } from './api.js';
import { type Rgb, formatColor, inkOn, parseColor, readableOn } from './contrast.js';

const DEFAULT: Branding = {
  logo_url: '',
  primary_color: '#398D9B',
  secondary_color: '#4AB7C3',
  tenant_name: 'Sortie',
};

// The surfaces of each theme on which accent text has the least contrast (styles/tokens.css).
const LIGHT_PAGE: Rgb = [233, 240, 240];
const DARK_PAGE: Rgb = [31, 43, 47];
const DARK_INK: Rgb = [4, 20, 24];

/** The name, logo and colours of whoever runs this installation. */
export const branding = signal<Branding>(DEFAULT);

/** Loads the branding; without an answer the page keeps Sortie's own. */
export async function loadBranding(): Promise<void> {
  const loaded = await api.branding().catch(() => DEFAULT);
  branding.value = {
    logo_url: imageAddress(loaded.logo_url ?? '') ?? '',
    primary_color: parseColor(loaded.primary_color ?? '')
      ? loaded.primary_color
      : DEFAULT.primary_color,
    secondary_color: parseColor(loaded.secondary_color ?? '')
      ? loaded.secondary_color
      : DEFAULT.secondary_color,
    tenant_name: loaded.tenant_name?.trim() || DEFAULT.tenant_name,
  };
  paint(branding.value);
}

/** Names the browser tab after a screen. */
export function setTitle(page: string): void {
  const name = branding.value.tenant_name;
  document.title = page === '' ? name : `${page} · ${name}`;
}

function paint({ primary_color, secondary_color }: Branding): void {
  const primary = parseColor(primary_color) ?? DARK_INK;
  const secondary = parseColor(secondary_color) ?? primary;
  const light = readableOn(primary, LIGHT_PAGE);
  const dark = readableOn(secondary, DARK_PAGE);
  const { style } = document.documentElement;
  style.setProperty('--brand', formatColor(primary));
  style.setProperty('--brand-2', formatColor(secondary));
  style.setProperty('--accent-light', formatColor(light));
  style.setProperty('--accent-dark', formatColor(dark));
  style.setProperty('--on-accent-light', formatColor(inkOn(light, DARK_INK)));
  style.setProperty('--on-accent-dark', formatColor(inkOn(dark, DARK_INK)));
}
