import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Session } from '../api-types.js';
import { api } from '../api.js';
import { nowMs } from '../clock.js';
import { expiryOf, sayExpiry } from '../expiry.js';
import { rememberSession } from '../live-sessions.js';
import { tell, tellProblem } from '../toasts.js';
import { Icon } from './icons.js';

/** Warns over a desktop that its session ends soon, and offers to go on. */
export function ExpiryBanner({
  session,
  onExtended,
}: {
  session: Session;
  onExtended: () => void;
}): JSX.Element {
  const busy = useSignal(false);
  const expiry = expiryOf(session, nowMs.value);
  const extend = async (): Promise<void> => {
    busy.value = true;
    try {
      rememberSession(await api.extendSession(session.id));
      tell(`${session.app_name} goes on.`);
      onExtended();
    } catch (thrown) {
      tellProblem(thrown);
    } finally {
      busy.value = false;
    }
  };
  return (
    <div class="expiry-place" role="status">
      {expiry && (
        <div class="expiry">
          <Icon name="clock" />
          <p class="tabular">{sayExpiry(expiry, nowMs.value)}</p>
          <button
            type="button"
            class="button small"
            disabled={busy.value}
            onClick={() => void extend()}
          >
            Extend
          </button>
        </div>
      )}
    </div>
  );
}
