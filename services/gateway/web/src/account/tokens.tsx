import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { api } from '../api.js';
import type { ApiToken } from '../api-types.js';
import { nowMs } from '../clock.js';
import { confirm } from '../parts/confirm.js';
import { CopyField } from '../parts/copy-field.js';
import { Dialog } from '../parts/dialog.js';
import { Icon } from '../parts/icons.js';
import { Empty, Loading, Trouble } from '../parts/states.js';
import { useResource } from '../resource.js';
import { sayExactly, sayWhen } from '../times.js';
import { tell, tellProblem } from '../toasts.js';
import { sayScopes } from './scopes.js';
import { TokenForm } from './token-form.js';

/** The tokens that programs use in the person's name. */
export function TokensPanel(): JSX.Element {
  const found = useResource(api.tokens, '', ['access']);
  const making = useSignal(false);
  const made = useSignal('');
  const reload = (): void => void found.reload();
  const close = (): void => {
    making.value = false;
    made.value = '';
  };
  return (
    <>
      <div class="lead-row">
        <p class="lead">
          A token lets a program act for you, as far as you allow. It goes in the header{' '}
          <code>Authorization: Bearer</code>.
        </p>
        <button type="button" class="button primary" onClick={() => (making.value = true)}>
          <Icon name="plus" />
          New token
        </button>
      </div>
      <Dialog
        title={made.value ? 'Your new token' : 'New token'}
        open={making.value}
        onClose={close}
      >
        {made.value ? (
          <Made token={made.value} done={close} />
        ) : (
          <TokenForm
            onCancel={close}
            onMade={(token) => {
              made.value = token;
              reload();
            }}
          />
        )}
      </Dialog>
      {found.problem.value && <Trouble problem={found.problem.value} retry={reload} />}
      {!found.problem.value && !found.value.value && <Loading what="Loading your tokens" />}
      {found.value.value && <List tokens={found.value.value.tokens} onRevoked={reload} />}
    </>
  );
}

function Made({ token, done }: { token: string; done: () => void }): JSX.Element {
  return (
    <div class="stack">
      <p class="notice warn">It is shown this once. Copy it now.</p>
      <CopyField label="Token" text={token} />
      <div class="actions">
        <button type="button" class="button primary" onClick={done}>
          Done
        </button>
      </div>
    </div>
  );
}

function List({
  tokens,
  onRevoked,
}: {
  tokens: readonly ApiToken[];
  onRevoked: () => void;
}): JSX.Element {
  if (tokens.length === 0) {
    return (
      <Empty icon="key" title="No tokens">
        <p>Make one for a script, a pipeline, or the sortie command.</p>
      </Empty>
    );
  }
  const revoke = async (token: ApiToken): Promise<void> => {
    const agreed = await confirm({
      title: `Revoke ${token.name}?`,
      text: 'Programs that use it are refused from now on.',
      yes: 'Yes, revoke it',
      no: 'Keep it',
    });
    if (!agreed) return;
    try {
      await api.revokeToken(token.id);
      tell(`${token.name} was revoked.`);
      onRevoked();
    } catch (thrown) {
      tellProblem(thrown);
    }
  };
  return (
    <ul class="rows">
      {tokens.map((token) => (
        <Row key={token.id} token={token} onRevoke={() => void revoke(token)} />
      ))}
    </ul>
  );
}

function Row({ token, onRevoke }: { token: ApiToken; onRevoke: () => void }): JSX.Element {
  return (
    <li class="row">
      <span class="row-icon">
        <Icon name="key" />
      </span>
      <div class="row-text">
        <p class="row-name">
          {token.name} {!token.active && <span class="chip">No longer valid</span>}
        </p>
        <p class="muted tabular">
          {sayScopes(token.scopes)}.{' '}
          {token.last_used_at
            ? `Last used ${sayWhen(token.last_used_at, nowMs.value)}`
            : 'Not used yet'}
          ,{' '}
          <time dateTime={token.expires_at} title={sayExactly(token.expires_at)}>
            valid until {new Date(token.expires_at).toLocaleDateString()}
          </time>
        </p>
      </div>
      <button
        type="button"
        class="button small"
        aria-label={`Revoke ${token.name}`}
        onClick={onRevoke}
      >
        Revoke
      </button>
    </li>
  );
}
