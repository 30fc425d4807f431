// The clipboard of this computer. Browsers hide it on plain http, and may ask the person or say no: then the
// clipboard panel is the way, so a refusal here is no error.
const clipboard = (): Clipboard | undefined => navigator.clipboard as Clipboard | undefined;

let known = '';

/** Puts text that was copied inside the desktop into this computer's clipboard, where the browser lets it. */
export function keepLocalClipboard(text: string): void {
  if (text === '' || text === known) return;
  void writeLocalClipboard(text);
}

/** Copies text and tells whether the browser let it. */
export async function writeLocalClipboard(text: string): Promise<boolean> {
  try {
    await clipboard()?.writeText(text);
    known = text;
    return clipboard() !== undefined;
  } catch {
    return false;
  }
}

/** Hands over this computer's clipboard whenever the window gets the focus, if the person allowed that before. */
export function followLocalClipboard(take: (text: string) => void): () => void {
  const read = async (): Promise<void> => {
    const permission = await navigator.permissions?.query({
      name: 'clipboard-read' as PermissionName,
    });
    if (permission?.state !== 'granted') return;
    const text = (await clipboard()?.readText()) ?? '';
    if (text === '' || text === known) return;
    known = text;
    take(text);
  };
  const onFocus = (): void => void read().catch(() => undefined);
  addEventListener('focus', onFocus);
  return () => removeEventListener('focus', onFocus);
}
