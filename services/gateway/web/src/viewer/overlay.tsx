import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { DesktopLink, LinkState } from './desktop-link.js';

const TICK_MS = 250;

/** Lies over the desktop while it is not connected, and says what is happening. */
export function Overlay({ link, name }: { link: DesktopLink; name: string }): JSX.Element | null {
  const state = link.state.value;
  if (state.name === 'connected') return null;
  return (
    <div class="overlay">
      <div class="stage-card" role="status">
        {explain(state, link, name)}
      </div>
    </div>
  );
}

function explain(
  state: Exclude<LinkState, { name: 'connected' }>,
  link: DesktopLink,
  name: string,
): JSX.Element {
  switch (state.name) {
    case 'connecting':
      return (
        <>
          <span class="spinner large" aria-hidden="true" />
          <h2>Connecting to {name}</h2>
        </>
      );
    case 'reconnecting':
      return (
        <>
          <span class="spinner large" aria-hidden="true" />
          <h2>Reconnecting</h2>
          <p>{state.why} Your apps keep running meanwhile.</p>
          <Countdown until={state.nextAtMs} attempt={state.attempt} />
          <button type="button" class="button" onClick={() => link.retryNow()}>
            Try now
          </button>
        </>
      );
    case 'ended':
      return (
        <>
          <h2>Disconnected</h2>
          <p>{state.ending.why}</p>
          <div class="actions centered">
            <a class="button" href="/">
              Back to the apps
            </a>
            {state.ending.canRetry && (
              <button type="button" class="button primary" onClick={() => link.retryNow()}>
                Connect again
              </button>
            )}
          </div>
        </>
      );
  }
}

function Countdown({ until, attempt }: { until: number; attempt: number }): JSX.Element {
  const leftMs = useSignal(until - Date.now());
  useEffect(() => {
    const tick = (): void => void (leftMs.value = until - Date.now());
    tick();
    const timer = setInterval(tick, TICK_MS);
    return () => clearInterval(timer);
  }, [until]);
  const seconds = Math.ceil(leftMs.value / 1_000);
  return (
    <p class="muted tabular" aria-hidden="true">
      Attempt {attempt} {seconds > 0 ? `in ${seconds} s` : 'now'}
    </p>
  );
}
