import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { api } from '../api.js';
import type { SecondFactor } from '../api-types.js';
import { nowMs } from '../clock.js';
import { CopyField } from '../parts/copy-field.js';
import { Field, formText } from '../parts/field.js';
import { Icon } from '../parts/icons.js';
import { Loading, Trouble } from '../parts/states.js';
import { asProblem } from '../problem.js';
import { useResource } from '../resource.js';
import { sayWhen } from '../times.js';
import { tell } from '../toasts.js';
import { Qr } from './qr.js';

type Setup = { secret: string; uri: string };

/** A second factor: set up with a QR code, confirmed with a code, removed with the password. */
export function SecondFactorPanel(): JSX.Element {
  const factor = useResource(api.secondFactor, '', ['access']);
  const setup = useSignal<Setup | undefined>(undefined);
  const codes = useSignal<readonly string[] | undefined>(undefined);
  const { value: state, problem } = factor;
  const reload = (): void => void factor.reload();
  const begin = async (): Promise<void> => {
    setup.value = await api.beginSecondFactor().catch((thrown: unknown) => {
      tell(asProblem(thrown).message, { tone: 'bad' });
      return undefined;
    });
  };
  const confirmed = (given: readonly string[] | null): void => {
    setup.value = undefined;
    codes.value = given ?? [];
    reload();
  };
  return (
    <section class="panel" aria-labelledby="second-factor-title">
      <div class="panel-about">
        <h2 id="second-factor-title">Second factor</h2>
        <p>
          Besides your password, a code from an app on your phone: who has the one has not both.
        </p>
      </div>
      <div class="stack">
        {problem.value && <Trouble problem={problem.value} retry={reload} />}
        {!problem.value && !state.value && <Loading what="Loading" />}
        {codes.value && (
          <RecoveryCodes codes={codes.value} done={() => (codes.value = undefined)} />
        )}
        {setup.value && <Confirm setup={setup.value} onConfirmed={confirmed} />}
        {state.value && !setup.value && !codes.value && (
          <State factor={state.value} begin={() => void begin()} onRemoved={reload} />
        )}
      </div>
    </section>
  );
}

function State(props: {
  factor: SecondFactor;
  begin: () => void;
  onRemoved: () => void;
}): JSX.Element {
  const { status, confirmed_at, recovery_codes_left } = props.factor;
  if (status !== 'confirmed') {
    return (
      <>
        <p class="state">
          <span class="chip">Off</span> Your password alone lets you in.
        </p>
        <p>
          <button type="button" class="button primary" onClick={props.begin}>
            Set up a second factor
          </button>
        </p>
      </>
    );
  }
  return (
    <>
      <p class="state">
        <span class="chip chip-running">On</span>
        {confirmed_at && ` since ${sayWhen(confirmed_at, nowMs.value)}, `}
        {recovery_codes_left} recovery codes left
      </p>
      {recovery_codes_left < 3 && (
        <p class="notice warn">
          Few recovery codes are left. Remove the second factor and set it up again to get new ones.
        </p>
      )}
      <Remove onRemoved={props.onRemoved} />
    </>
  );
}

function Confirm(props: {
  setup: Setup;
  onConfirmed: (codes: readonly string[] | null) => void;
}): JSX.Element {
  const problem = useSignal('');
  const busy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!form.current) return;
    busy.value = true;
    problem.value = '';
    try {
      const { recovery_codes } = await api.confirmSecondFactor(
        formText(form.current, 'code').replaceAll(/\s/g, ''),
      );
      props.onConfirmed(recovery_codes);
    } catch (thrown) {
      problem.value = asProblem(thrown).message;
    } finally {
      busy.value = false;
    }
  };
  return (
    <form ref={form} class="stack" onSubmit={(event) => void submit(event)}>
      <div class="qr-row">
        <Qr text={props.setup.uri} />
        <div class="stack">
          <p>Scan this with an authenticator app, then type the six digits that it shows.</p>
          <CopyField label="Or type this secret" text={props.setup.secret} />
        </div>
      </div>
      <Field label="Code" error={problem.value || undefined}>
        <input
          name="code"
          class="code"
          inputMode="numeric"
          autocomplete="one-time-code"
          maxLength={9}
          required
          autofocus
        />
      </Field>
      <p>
        <button type="submit" class="button primary" disabled={busy.value}>
          Turn it on
        </button>
      </p>
    </form>
  );
}

function RecoveryCodes(props: { codes: readonly string[]; done: () => void }): JSX.Element {
  return (
    <div class="stack" role="status">
      <p class="notice good">
        <Icon name="check" /> The second factor is on. Keep these codes somewhere safe: each lets
        you in once, without the phone. They are shown this once.
      </p>
      <ul class="codes" aria-label="Recovery codes">
        {props.codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <CopyField label="All of them" text={props.codes.join(' ')} />
      <p>
        <button type="button" class="button primary" onClick={props.done}>
          I have kept them
        </button>
      </p>
    </div>
  );
}

function Remove({ onRemoved }: { onRemoved: () => void }): JSX.Element {
  const open = useSignal(false);
  const problem = useSignal('');
  const form = useRef<HTMLFormElement>(null);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!form.current) return;
    problem.value = '';
    try {
      await api.removeSecondFactor(formText(form.current, 'password'));
      tell('The second factor is off.');
      onRemoved();
    } catch (thrown) {
      problem.value = asProblem(thrown).message;
    }
  };
  if (!open.value) {
    return (
      <p>
        <button type="button" class="button" onClick={() => (open.value = true)}>
          Remove it…
        </button>
      </p>
    );
  }
  return (
    <form ref={form} class="stack" onSubmit={(event) => void submit(event)}>
      <Field label="Your password, to remove it" error={problem.value || undefined}>
        <input name="password" type="password" autocomplete="current-password" required autofocus />
      </Field>
      <div class="actions">
        <button type="button" class="button" onClick={() => (open.value = false)}>
          Keep it
        </button>
        <button type="submit" class="button danger">
          Remove the second factor
        </button>
      </div>
    </form>
  );
}
