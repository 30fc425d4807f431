/** Names a picture after its app and the moment, with nothing that a file name may not have. */
export function pictureName(app: string, at: Date): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  const time = [two(at.getHours()), two(at.getMinutes()), two(at.getSeconds())].join('.');
  const name = app.replaceAll(/[\p{Cc}\\/:*?"<>|]+/gu, ' ').trim() || 'Desktop';
  return `${name} ${day} ${time}.png`;
}

/** Has the browser save a picture as a file. */
export function savePicture(picture: Blob, app: string, at: Date): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(picture);
  link.download = pictureName(app, at);
  link.click();
  // The browser has taken the file over by the next task.
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}
