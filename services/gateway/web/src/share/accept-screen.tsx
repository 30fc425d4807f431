import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { api } from '../api.js';
import { Page } from '../parts/page.js';
import { Empty, Loading } from '../parts/states.js';
import { asProblem } from '../problem.js';
import { navigate } from '../router.js';
import { tell } from '../toasts.js';
import { takeFragment } from '../fragment.js';

/** Takes a link that somebody sent, and shows the desktop behind it. */
export function AcceptScreen(): JSX.Element {
  const problem = useSignal('');
  const accept = async (): Promise<void> => {
    try {
      const { session_id } = await api.acceptShare(takeFragment());
      navigate(`/shared/${session_id}`, { replace: true });
    } catch (thrown) {
      const { status, code, message } = asProblem(thrown);
      if (code === 'ShareIsYours') {
        navigate('/sessions', { replace: true });
        tell(message);
        return;
      }
      // What was typed off wrongly is no secret at all, and the server's sentence about it would help nobody.
      problem.value = status === 422 || status === 400 ? 'This link is not complete.' : message;
    }
  };
  useEffect(() => void accept(), []);
  return (
    <Page title="Shared desktop">
      {problem.value === '' ? (
        <Loading what="Opening the link" />
      ) : (
        <div role="alert">
          <Empty icon="share" title="This link does not open">
            <p>{problem.value} Ask whoever sent it for a new one.</p>
            <a class="button primary" href="/">
              Go to the apps
            </a>
          </Empty>
        </div>
      )}
    </Page>
  );
}
