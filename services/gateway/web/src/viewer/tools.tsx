import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Session, Viewer } from '../api-types.js';
import { Icon, type IconName } from '../parts/icons.js';
import { lazy } from '../parts/lazy.js';
import { stopSession } from '../stopping.js';
import { tell, tellProblem } from '../toasts.js';
import { ClipboardPanel } from './clipboard-panel.js';
import type { DesktopLink } from './desktop-link.js';
import { KeysPanel } from './keys-panel.js';
import { QualityPanel } from './quality-panel.js';
import { savePicture } from './screenshot.js';

const SharePanel = lazy(async () => (await import('../share/share-panel.js')).SharePanel);

interface ToolsProps {
  link: DesktopLink;
  session: Session;
  /** Whose desktop it is: somebody else's has neither Share nor Stop. */
  isOwn: boolean;
  /** Who has it on screen, the person included. */
  viewers: readonly Viewer[];
  onGone: () => void;
}

/** The tools in the bar above a desktop; who only watches has none that would send anything to it. */
export function Tools({ link, session, isOwn, viewers, onGone }: ToolsProps): JSX.Element {
  const controls = link.mode.value !== 'view';
  const stop = async (): Promise<void> => {
    let agreed = false;
    const ended = await stopSession(session, () => {
      agreed = true;
      link.pause();
    });
    if (ended) onGone();
    else if (agreed) link.renew();
    else link.focus();
  };
  return (
    <>
      {controls && (
        <>
          <PanelTool icon="clipboard" text="Clipboard" id="clipboard-panel">
            <ClipboardPanel link={link} />
          </PanelTool>
          <PanelTool icon="keyboard" text="Keys" id="keys-panel">
            <KeysPanel link={link} />
          </PanelTool>
        </>
      )}
      <PanelTool icon="quality" text="Quality" id="quality-panel">
        <QualityPanel />
      </PanelTool>
      <Tool icon="camera" text="Screenshot" onUse={() => void takePicture(link, session)} />
      <FullScreenTool link={link} />
      {isOwn && (
        <>
          <PanelTool icon="share" text="Share" id="share-panel" count={viewers.length - 1}>
            <SharePanel session={session} viewers={viewers} />
          </PanelTool>
          <Tool icon="stop" text="Stop session" stops onUse={() => void stop()} />
        </>
      )}
      <p class="unseen">
        Press Control, Alt and Shift together to come back from the desktop to these buttons.
      </p>
    </>
  );
}

function Tool(props: {
  icon: IconName;
  text: string;
  stops?: boolean;
  onUse: () => void;
}): JSX.Element {
  return (
    <button
      type="button"
      class={`button quiet tool ${props.stops ? 'tool-stop' : ''}`}
      title={props.text}
      onClick={props.onUse}
    >
      <Icon name={props.icon} />
      <span class="tool-text">{props.text}</span>
    </button>
  );
}

/** A tool that opens a panel; what is in it exists only while it is open. */
function PanelTool(props: {
  icon: IconName;
  text: string;
  id: string;
  count?: number;
  children: ComponentChildren;
}): JSX.Element {
  const open = useSignal(false);
  return (
    <>
      <button
        type="button"
        class="button quiet tool"
        popovertarget={props.id}
        aria-expanded={open.value}
        title={props.text}
      >
        <Icon name={props.icon} />
        <span class="tool-text">{props.text}</span>
        {props.count && props.count > 0 ? (
          <span class="count">
            {props.count}
            <span class="unseen"> more here</span>
          </span>
        ) : null}
      </button>
      <div
        id={props.id}
        class="menu tool-panel"
        popover="auto"
        role="dialog"
        aria-label={props.text}
        onToggle={(event) => (open.value = event.newState === 'open')}
      >
        {open.value && props.children}
      </div>
    </>
  );
}

function FullScreenTool({ link }: { link: DesktopLink }): JSX.Element | null {
  const full = useFullScreen();
  if (!document.fullscreenEnabled) return null;
  return (
    <Tool
      icon={full ? 'shrink' : 'expand'}
      text={full ? 'Leave full screen' : 'Full screen'}
      onUse={() => void toggleFullScreen().then(() => link.focus(), tellProblem)}
    />
  );
}

async function takePicture(link: DesktopLink, session: Session): Promise<void> {
  const picture = await link.picture();
  if (picture) savePicture(picture, session.app_name, new Date());
  else tell('There is no picture to save yet.', { tone: 'bad' });
  link.focus();
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
