import type { Session } from './api-types.js';
import { api } from './api.js';
import { rememberSession } from './live-sessions.js';
import { confirm } from './parts/confirm.js';
import { tell, tellProblem } from './toasts.js';

/** Stops a session after asking; resolves to its last state, or undefined when it goes on. */
export async function stopSession(
  session: Session,
  onAgreed: () => void = () => undefined,
): Promise<Session | undefined> {
  const agreed = await confirm({
    title: `Stop ${session.app_name}?`,
    text: 'The desktop closes for good. What was not saved outside of it is lost.',
    yes: 'Yes, stop it',
    no: 'Keep it running',
  });
  if (!agreed) return undefined;
  onAgreed();
  return endSession(session, `${session.app_name} was stopped.`);
}

/** Ends a session without asking, as when it has not even started. */
export async function endSession(session: Session, told: string): Promise<Session | undefined> {
  try {
    const ended = await api.stopSession(session.id);
    rememberSession(ended);
    tell(told);
    return ended;
  } catch (thrown) {
    tellProblem(thrown);
    return undefined;
  }
}
