import { readFileSync } from 'node:fs';
import { z } from 'zod';

const colour = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'must be a colour like #398D9B');

export const branding = z.strictObject({
  logo_url: z
    .string()
    .max(2_048)
    .regex(/^(https?:\/\/\S+|\/\S*)?$/, 'must be an http(s) URL or a path')
    .default(''),
  primary_color: colour.default('#398D9B'),
  secondary_color: colour.default('#4AB7C3'),
  tenant_name: z.string().max(80).default('Sortie'),
});
export type Branding = z.infer<typeof branding>;

/** The branding file can't be used; the message names file and field. */
export class BrandingError extends Error {
  override readonly name = 'BrandingError';
}

/** Reads the optional branding JSON (S-74); no path, or no file there, means the defaults. Throws {@link BrandingError}. */
export function readBranding(path: string | undefined): Branding {
  const text = path === undefined ? '{}' : textOf(path);
  try {
    const parsed = branding.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new BrandingError(`${path}: ${issue?.path.join('.')}: ${issue?.message}`);
  } catch (cause) {
    if (cause instanceof BrandingError) throw cause;
    throw new BrandingError(`${path} is not JSON: ${String(cause)}`, { cause });
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    // S-74: an absent file means the defaults.
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return '{}';
    throw new BrandingError(`The branding file can't be read: ${String(cause)}`, { cause });
  }
}
