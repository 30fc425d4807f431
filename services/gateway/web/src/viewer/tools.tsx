import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Session } from '../api-types.js';
import { Icon, type IconName } from '../parts/icons.js';
import { stopSession } from '../stopping.js';
import { tellProblem } from '../toasts.js';
import { ClipboardPanel } from './clipboard-panel.js';
import type { DesktopLink } from './desktop-link.js';

interface ToolsProps {
  link: DesktopLink;
  session: Session;
  onGone: () => void;
}

/** The tools in the bar above a desktop: clipboard, full screen, stop. */
export function Tools({ link, session, onGone }: ToolsProps): JSX.Element {
  const full = useFullScreen();
  const stop = async (): Promise<void> => {
    if (await stopSession(session)) onGone();
    else link.focus();
  };
  return (
    <>
      <button
        type="button"
        class="button quiet tool"
        popovertarget="clipboard-panel"
        title="Clipboard"
      >
        <Label icon="clipboard" text="Clipboard" />
      </button>
      <ClipboardPanel link={link} />
      {document.fullscreenEnabled && (
        <button
          type="button"
          class="button quiet tool"
          onClick={() => void toggleFullScreen().then(() => link.focus(), tellProblem)}
        >
          <Label
            icon={full ? 'shrink' : 'expand'}
            text={full ? 'Leave full screen' : 'Full screen'}
          />
        </button>
      )}
      <button type="button" class="button quiet tool tool-stop" onClick={() => void stop()}>
        <Label icon="stop" text="Stop session" />
      </button>
      <p class="unseen">
        Press Control, Alt and Shift together to come back from the desktop to these buttons.
      </p>
    </>
  );
}

function Label({ icon, text }: { icon: IconName; text: string }): JSX.Element {
  return (
    <>
      <Icon name={icon} />
      <span class="tool-text">{text}</span>
    </>
  );
}

function useFullScreen(): boolean {
  const full = useSignal(document.fullscreenElement !== null);
  useEffect(() => {
    const follow = (): void => {
      full.value = document.fullscreenElement !== null;
    };
    document.addEventListener('fullscreenchange', follow);
    return () => {
      document.removeEventListener('fullscreenchange', follow);
      if (document.fullscreenElement) void document.exitFullscreen();
    };
  }, []);
  return full.value;
}

function toggleFullScreen(): Promise<void> {
  return document.fullscreenElement
    ? document.exitFullscreen()
    : document.documentElement.requestFullscreen();
}
