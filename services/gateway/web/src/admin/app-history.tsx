import type { JSX } from 'preact';
import { sayUser } from '../account.js';
import type { App, AppRevision } from '../api-types.js';
import type { Versioned } from '../api.js';
import { readDetails, sayField } from '../changes.js';
import { nowMs } from '../clock.js';
import { usePages } from '../pages.js';
import { confirm } from '../parts/confirm.js';
import { LoadMore, Loading, Trouble } from '../parts/states.js';
import { useNews } from '../resource.js';
import { sayExactly, sayWhen } from '../times.js';
import { tell, tellProblem } from '../toasts.js';
import { adminApi } from './admin-api.js';
import { ChangeList } from './change-list.js';

interface AppHistoryProps {
  appId: string;
  etag: string;
  onRevert: (app: App, etag: string) => void;
}

/** Every definition that an app had, and the way back to each. */
export function AppHistory({ appId, etag, onRevert }: AppHistoryProps): JSX.Element {
  const found = usePages(async (cursor) => {
    const page = await adminApi.history(appId, cursor);
    const items = page.revisions.map((revision) => ({ ...revision, id: revision.version }));
    return { items, next: page.next_cursor };
  }, appId);
  const refresh = (): void => void found.refresh();
  useNews(['catalog'], refresh);
  const revert = async (revision: AppRevision): Promise<void> => {
    const reverted = await goBack(appId, revision, etag);
    if (reverted) onRevert(reverted.value, reverted.etag);
  };
  if (found.problem.value) return <Trouble problem={found.problem.value} retry={refresh} />;
  if (!found.items.value) return <Loading what="Loading the history" />;
  return (
    <section class="panel" aria-labelledby="history">
      <h2 id="history">History</h2>
      <ol class="history">
        {found.items.value.map((revision, index) => (
          <Revision
            key={revision.version}
            revision={revision}
            revert={index > 0 && revision.app ? () => void revert(revision) : undefined}
          />
        ))}
      </ol>
      <LoadMore
        shown={found.next.value !== undefined}
        busy={found.busy.value}
        onMore={() => void found.more()}
      />
    </section>
  );
}

function Revision(props: { revision: AppRevision; revert: (() => void) | undefined }): JSX.Element {
  const { revision } = props;
  return (
    <li>
      <div class="history-head">
        <p>
          <strong>{sayRevision(revision)}</strong>{' '}
          <span class="muted">
            by {sayUser(revision.user, revision.user_name)},{' '}
            <time dateTime={revision.at} title={sayExactly(revision.at)}>
              {sayWhen(revision.at, nowMs.value)}
            </time>
          </span>
        </p>
        {props.revert && (
          <button
            type="button"
            class="button small"
            aria-label={`Revert to version ${revision.version}`}
            onClick={props.revert}
          >
            Revert to this
          </button>
        )}
      </div>
      <ChangeList changes={readDetails({ changes: revision.changes }).changes} />
    </li>
  );
}

function sayRevision({ version, action, reverted_to: to }: AppRevision): string {
  const said = `Version ${version}: ${sayField(action).toLowerCase()}`;
  return to === undefined ? said : `${said} to version ${to}`;
}

async function goBack(
  appId: string,
  { version, app }: AppRevision,
  etag: string,
): Promise<Versioned<App> | undefined> {
  const agreed = await confirm({
    title: `Revert to version ${version}?`,
    text: `The app becomes “${app?.name ?? appId}” as it was then. What it is now stays in its history, so that you can come back.`,
    yes: 'Yes, revert',
    no: 'Leave it as it is',
  });
  if (!agreed) return undefined;
  try {
    const reverted = await adminApi.revert(appId, version, etag);
    tell(`The app is again as it was in version ${version}.`);
    return reverted;
  } catch (thrown) {
    tellProblem(thrown);
    return undefined;
  }
}
