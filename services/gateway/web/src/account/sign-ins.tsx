import type { JSX } from 'preact';
import { signOutEverywhere } from '../account.js';
import { api } from '../api.js';
import type { SignIn } from '../api-types.js';
import { nowMs } from '../clock.js';
import { confirm } from '../parts/confirm.js';
import { Icon } from '../parts/icons.js';
import { Loading, Trouble } from '../parts/states.js';
import { useResource } from '../resource.js';
import { sayExactly, sayWhen } from '../times.js';
import { tell, tellProblem } from '../toasts.js';
import { sayDevice } from './devices.js';

/** Where the person is signed in, and the way to end that. */
export function SignInsPanel(): JSX.Element {
  const found = useResource(api.signIns, '', ['access']);
  const reload = (): void => void found.reload();
  if (found.problem.value) return <Trouble problem={found.problem.value} retry={reload} />;
  if (!found.value.value) return <Loading what="Loading your sign-ins" />;
  const end = async (signIn: SignIn): Promise<void> => {
    try {
      await api.endSignIn(signIn.id);
      tell(`${sayDevice(signIn.user_agent)} was signed out.`);
      reload();
    } catch (thrown) {
      tellProblem(thrown);
    }
  };
  return (
    <>
      <p class="lead">
        Everywhere you are signed in. What you do not know, end it, and change your password.
      </p>
      <ul class="rows">
        {found.value.value.sign_ins.map((signIn) => (
          <Row key={signIn.id} signIn={signIn} onEnd={() => void end(signIn)} />
        ))}
      </ul>
      <button type="button" class="button" onClick={() => void endAll()}>
        Sign out everywhere
      </button>
    </>
  );
}

function Row({ signIn, onEnd }: { signIn: SignIn; onEnd: () => void }): JSX.Element {
  const device = sayDevice(signIn.user_agent);
  return (
    <li class="row">
      <span class="row-icon">
        <Icon name="system" />
      </span>
      <div class="row-text">
        <p class="row-name">
          {device} {signIn.current && <span class="chip chip-running">This one</span>}
        </p>
        <p class="muted tabular">
          {signIn.ip && `${signIn.ip}, `}
          <time dateTime={signIn.last_seen_at} title={sayExactly(signIn.last_seen_at)}>
            last seen {sayWhen(signIn.last_seen_at, nowMs.value)}
          </time>
          , signed in {sayWhen(signIn.created_at, nowMs.value)}
        </p>
      </div>
      {!signIn.current && (
        <button
          type="button"
          class="button small"
          aria-label={`Sign out ${device}`}
          onClick={onEnd}
        >
          Sign out
        </button>
      )}
    </li>
  );
}

async function endAll(): Promise<void> {
  const agreed = await confirm({
    title: 'Sign out everywhere?',
    text: 'All browsers, this one too. Desktops go on running, and API tokens stay.',
    yes: 'Yes, sign out everywhere',
    no: 'Stay signed in',
  });
  if (agreed) await signOutEverywhere();
}
