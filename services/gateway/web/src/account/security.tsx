import type { JSX } from 'preact';
import { PasswordForm } from '../screens/password.js';
import { SecondFactorPanel } from './second-factor.js';

/** The password and the second factor. */
export function SecurityPanel(): JSX.Element {
  return (
    <div class="panels">
      <section class="panel" aria-labelledby="password-title">
        <div class="panel-about">
          <h2 id="password-title">Password</h2>
          <p>A new password ends your other sign-ins.</p>
        </div>
        <PasswordForm />
      </section>
      <SecondFactorPanel />
    </div>
  );
}
