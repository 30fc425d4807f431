import type { JSX } from 'preact';
import { encode } from 'uqr';

const BORDER = 3;

/** A text as a QR code, dark on white in both themes, as cameras expect it. */
export function Qr({ text }: { text: string }): JSX.Element {
  const { data, size } = encode(text, { ecc: 'M', border: BORDER });
  const path = data
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label="QR code of the secret">
      <path d={path} />
    </svg>
  );
}
