import type { JSX } from 'preact';
import type { Analytics } from '../api-types.js';
import { api } from '../api.js';
import { apps } from '../catalog.js';
import { nowMs } from '../clock.js';
import { fillDays } from '../collections.js';
import { Empty, Loading, Trouble } from '../parts/states.js';
import { useResource } from '../resource.js';
import { sayWhen } from '../times.js';
import { BarChart } from './bar-chart.js';

const DAYS = 30;

/** How often apps were launched. */
export function AnalyticsScreen(): JSX.Element {
  const { value, problem, reload } = useResource(api.analytics, '', ['session', 'catalog']);
  if (problem.value) return <Trouble problem={problem.value} retry={() => void reload()} />;
  const found = value.value;
  if (!found) return <Loading what="Counting" />;
  if (found.total_launches === 0) {
    return (
      <Empty icon="apps" title="Nothing was launched yet">
        <p>Open an app, and its count appears here.</p>
        <a class="button primary" href="/">
          Choose an app
        </a>
      </Empty>
    );
  }
  return (
    <div class="analytics">
      <section class="panel" aria-labelledby="by-day">
        <div class="figure-head">
          <h2 id="by-day">Launches, last {DAYS} days</h2>
          <p class="figure tabular">
            {found.total_launches.toLocaleString()} <span class="muted">in all</span>
          </p>
        </div>
        <DayChart days={fillDays(found.days, DAYS, nowMs.value)} />
      </section>
      <section class="panel" aria-labelledby="by-app">
        <h2 id="by-app">By app</h2>
        <AppBars found={found} />
      </section>
    </div>
  );
}

function DayChart({ days }: { days: { day: string; launches: number }[] }): JSX.Element {
  const most = Math.max(0, ...days.map(({ launches }) => launches));
  const sum = days.reduce((total, { launches }) => total + launches, 0);
  return (
    <BarChart
      label={`${sum} launches, at most ${most} on one day`}
      bars={days.map(({ day, launches }) => ({
        key: day,
        name: `${sayDay(day)}: ${launches}`,
        count: launches,
      }))}
      ends={[sayDay(days[0]?.day), sayDay(days.at(-1)?.day)]}
    />
  );
}

function sayDay(day = ''): string {
  const shown = { day: 'numeric', month: 'short', timeZone: 'UTC' } as const;
  return day && new Intl.DateTimeFormat(undefined, shown).format(new Date(day));
}

function AppBars({ found }: { found: Analytics }): JSX.Element {
  const sorted = found.apps.toSorted((one, other) => other.launches - one.launches);
  const most = Math.max(1, sorted[0]?.launches ?? 0);
  const nameOf = (id: string): string => apps.value?.find((app) => app.id === id)?.name ?? id;
  return (
    <ol class="bars">
      {sorted.map((app) => (
        <li key={app.app_id}>
          <span class="bars-name">{app.app_name ?? nameOf(app.app_id)}</span>
          <span class="bars-track" aria-hidden="true">
            <svg class="bars-fill" viewBox="0 0 100 1" preserveAspectRatio="none">
              <rect width={(app.launches / most) * 100} height="1" />
            </svg>
          </span>
          <span class="tabular">{app.launches}</span>
          <span class="muted bars-last">{sayWhen(app.last_launched_at, nowMs.value)}</span>
        </li>
      ))}
    </ol>
  );
}
