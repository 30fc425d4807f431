import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { branding } from '../branding.js';
import { Mark } from './icons.js';

/** The logo (or Sortie's mark) and the name of whoever runs this installation. */
export function Brand(): JSX.Element {
  const broken = useSignal('');
  const { logo_url, tenant_name } = branding.value;
  return (
    <span class="brand">
      {logo_url && broken.value !== logo_url ? (
        <img class="brand-logo" src={logo_url} alt="" onError={() => (broken.value = logo_url)} />
      ) : (
        <Mark />
      )}
      <span class="brand-name">{tenant_name}</span>
    </span>
  );
}
