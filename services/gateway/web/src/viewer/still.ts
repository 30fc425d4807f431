const STILL = 'still';

/** Keeps the last picture of a desktop that lost its connection, so that waiting shows what was there. */
export function keepStill(screen: HTMLElement): void {
  const live = screen.querySelector<HTMLCanvasElement>(`canvas:not(.${STILL})`);
  if (!live || live.width === 0 || live.height === 0) return;
  dropStill(screen);
  const still = document.createElement('canvas');
  still.className = STILL;
  still.width = live.width;
  still.height = live.height;
  still.getContext('2d')?.drawImage(live, 0, 0);
  screen.prepend(still);
}

/** Removes the kept picture. */
export function dropStill(screen: HTMLElement): void {
  screen.querySelector(`canvas.${STILL}`)?.remove();
}
