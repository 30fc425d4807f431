import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Projection, Projections } from '../api-types.js';
import { api } from '../api.js';
import { confirm } from '../parts/confirm.js';
import { Icon } from '../parts/icons.js';
import { Loading, Trouble } from '../parts/states.js';
import { useResource } from '../resource.js';
import { tell, tellProblem } from '../toasts.js';

/** The tables that are computed from the log: how far each has read, and a way to compute it anew. */
export function ProjectionsScreen(): JSX.Element {
  const { value, problem, reload } = useResource(api.projections, '', ['audit']);
  if (problem.value) return <Trouble problem={problem.value} retry={() => void reload()} />;
  const found = value.value;
  if (!found) return <Loading what="Asking the projections" />;
  return (
    <>
      <div class="bar">
        <p class="muted">
          Everything shown in Sortie is computed from one log, which has reached{' '}
          <strong class="tabular">{found.head.toLocaleString()}</strong>. {sayHealth(found)}
        </p>
        <button type="button" class="button" onClick={() => void reload()}>
          <Icon name="refresh" /> Refresh
        </button>
      </div>
      <div class="table-box" tabIndex={0} role="region" aria-label="Projections">
        <table class="stacking">
          <thead>
            <tr>
              <th scope="col">Projection</th>
              <th scope="col">Status</th>
              <th scope="col" class="number">
                Last event
              </th>
              <th scope="col" class="number">
                Lag
              </th>
              <th scope="col">
                <span class="unseen">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {found.projections.map((projection) => (
              <ProjectionRow
                key={projection.name}
                projection={projection}
                head={found.head}
                onChange={() => void reload()}
              />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function sayHealth({ projections }: Projections): string {
  const stopped = projections.filter(({ status }) => status === 'stopped').length;
  const behind = projections.filter(({ status, lag }) => status === 'live' && lag > 0).length;
  if (stopped > 0) return `${stopped} of ${projections.length} projections have stopped.`;
  if (behind > 0) return `${behind} of ${projections.length} projections catch up.`;
  return 'All projections are up to date.';
}

interface RowProps {
  projection: Projection;
  head: number;
  onChange: () => void;
}

function ProjectionRow({ projection, head, onChange }: RowProps): JSX.Element {
  const busy = useSignal(false);
  const rebuild = async (): Promise<void> => {
    busy.value = true;
    if (await askRebuild(projection.name)) onChange();
    busy.value = false;
  };
  return (
    <tr>
      <td>
        <strong>{projection.name}</strong>
      </td>
      <td data-label="Status">
        <Health projection={projection} head={head} />
        {projection.error && <p class="field-error">{projection.error}</p>}
      </td>
      <td data-label="Last event" class="number tabular">
        {projection.checkpoint.toLocaleString()}
      </td>
      <td data-label="Lag" class="number tabular">
        {projection.lag.toLocaleString()}
      </td>
      <td class="end">
        <button
          type="button"
          class="button"
          disabled={busy.value}
          aria-label={`Rebuild ${projection.name}`}
          onClick={() => void rebuild()}
        >
          {busy.value ? 'Rebuilding…' : 'Rebuild'}
        </button>
      </td>
    </tr>
  );
}

async function askRebuild(name: string): Promise<boolean> {
  const agreed = await confirm({
    title: `Rebuild ${name}?`,
    text: 'A new copy is computed from the whole log beside the present one, which stays in use until the new one is ready.',
    yes: 'Rebuild',
    no: 'Not now',
  });
  if (!agreed) return false;
  try {
    await api.rebuild(name);
    tell(`${name} is being rebuilt.`);
    return true;
  } catch (thrown) {
    tellProblem(thrown);
    return false;
  }
}

function Health({ projection, head }: { projection: Projection; head: number }): JSX.Element {
  const { status, lag, checkpoint } = projection;
  const tone = status === 'stopped' ? 'failed' : lag > 0 ? 'creating' : 'running';
  const word = status === 'stopped' ? 'Stopped' : lag > 0 ? 'Catching up' : 'Up to date';
  return (
    <div class="health">
      <span class={`chip chip-${tone}`}>{word}</span>
      <meter
        min={0}
        max={Math.max(1, head)}
        value={checkpoint}
        aria-label={`How far ${projection.name} has read`}
      />
    </div>
  );
}
