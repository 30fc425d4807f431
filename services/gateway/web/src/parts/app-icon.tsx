import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { iconOf, tintOf } from '../addresses.js';

/** Draws an app's icon; a picture that does not load gives way to the first letter of the name. */
export function AppIcon({ app }: { app: { icon: string; name: string } }): JSX.Element {
  const broken = useSignal('');
  const wanted = iconOf(app);
  const icon =
    wanted.kind === 'image' && broken.value === wanted.url
      ? iconOf({ icon: '', name: app.name })
      : wanted;
  if (icon.kind === 'image') {
    return (
      <span class="app-icon" aria-hidden="true">
        <img src={icon.url} alt="" loading="lazy" onError={() => (broken.value = icon.url)} />
      </span>
    );
  }
  return (
    <span class={`app-icon app-icon-${icon.kind} tint-${tintOf(app.name)}`} aria-hidden="true">
      {icon.text}
    </span>
  );
}
