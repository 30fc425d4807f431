/**
 * Fetches the last picture of a desktop as a data URL, which the page's content policy allows as an image; undefined
 * when there is none.
 */
export async function fetchFrame(sessionId: string): Promise<string | undefined> {
  const response = await fetch(`/api/sessions/${encodeURIComponent(sessionId)}/frame`, {
    cache: 'no-store',
  }).catch(() => undefined);
  if (!response?.ok) return undefined;
  const picture = await response.blob().catch(() => undefined);
  return picture && readAsUrl(picture);
}

function readAsUrl(picture: Blob): Promise<string | undefined> {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.addEventListener('loadend', () => {
      resolve(typeof reader.result === 'string' ? reader.result : undefined);
    });
    reader.readAsDataURL(picture);
  });
}
