import { signal } from '@preact/signals';
import { readQuality, writeQuality } from '../preferences.js';

/** How much picture is sent: noVNC's two figures, 0 to 9, under a name that says what they are good for. */
export interface Quality {
  name: string;
  label: string;
  about: string;
  qualityLevel: number;
  compressionLevel: number;
}

const BALANCED: Quality = {
  name: 'balanced',
  label: 'Balanced',
  about: 'Sharp text, photographs slightly coarser',
  qualityLevel: 6,
  compressionLevel: 2,
};

export const QUALITIES: readonly Quality[] = [
  {
    name: 'sharp',
    label: 'Sharp',
    about: 'The best picture; for a fast line',
    qualityLevel: 9,
    compressionLevel: 1,
  },
  BALANCED,
  {
    name: 'light',
    label: 'Light',
    about: 'The least data; for a slow line',
    qualityLevel: 2,
    compressionLevel: 8,
  },
];

/** Finds a quality by its name; any other name means the balanced one. */
export function qualityOf(name: string): Quality {
  return QUALITIES.find((each) => each.name === name) ?? BALANCED;
}

/** The quality that was chosen in this browser. */
export const quality = signal(qualityOf(readQuality(localStorage)));

/** Chooses a quality for every desktop in this browser. */
export function chooseQuality(next: Quality): void {
  quality.value = next;
  writeQuality(localStorage, next.name);
}
