import type { JSX } from 'preact';
import type { AuditFilter } from '../api-types.js';
import { nowMs } from '../clock.js';
import { useResource } from '../resource.js';
import { adminApi } from './admin-api.js';
import { BarChart } from './bar-chart.js';
import { type Bucket, bucketOf, fillBuckets } from './timeline-buckets.js';

type Unit = 'hour' | 'day';

interface AuditTimelineProps {
  filter: AuditFilter;
  onPick: (span: { since: string; until: string }) => void;
}

/** How much happened when, of what the filter lets through; a bar leads to its own time. */
export function AuditTimeline({ filter, onPick }: AuditTimelineProps): JSX.Element | null {
  const unit = bucketOf(filter, nowMs.peek());
  const { value, problem } = useResource(
    () => adminApi.timeline(filter, unit),
    JSON.stringify(filter),
    ['audit'],
  );
  if (problem.value) return <p class="timeline muted">{problem.value.message}</p>;
  if (!value.value) return <div class="timeline timeline-blank" />;
  const buckets = fillBuckets(value.value);
  const sum = buckets.reduce((total, { entries }) => total + entries, 0);
  const pick = (start: string): void => {
    const bucket = buckets.find((each) => each.start === start);
    if (bucket) onPick({ since: bucket.start, until: bucket.end });
  };
  return (
    <section class="panel timeline" aria-labelledby="timeline">
      <div class="figure-head">
        <h2 id="timeline">{unit === 'day' ? 'Day by day' : 'Hour by hour'}</h2>
        <p class="muted tabular">{sum === 1 ? '1 entry' : `${sum.toLocaleString()} entries`}</p>
      </div>
      <BarChart
        label={sayTimeline(buckets, sum, unit)}
        bars={buckets.map((bucket) => ({
          key: bucket.start,
          name: sayBucket(bucket, unit),
          count: bucket.entries,
          bad: bucket.refused,
        }))}
        ends={[sayStart(buckets.at(0), unit), sayStart(buckets.at(-1), unit)]}
        onPick={pick}
      />
      <AsTable buckets={buckets.filter(({ entries }) => entries > 0)} unit={unit} pick={pick} />
    </section>
  );
}

function AsTable(props: {
  buckets: readonly Bucket[];
  unit: Unit;
  pick: (start: string) => void;
}): JSX.Element | null {
  if (props.buckets.length === 0) return null;
  return (
    <details class="as-table">
      <summary>As a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col" class="number">
              Entries
            </th>
            <th scope="col" class="number">
              Refused
            </th>
            <th scope="col">
              <span class="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {props.buckets.map((bucket) => (
            <tr key={bucket.start}>
              <td>{sayStart(bucket, props.unit)}</td>
              <td class="number tabular">{bucket.entries}</td>
              <td class="number tabular">{bucket.refused}</td>
              <td class="end">
                <button
                  type="button"
                  class="button small"
                  aria-label={`Show ${sayStart(bucket, props.unit)}`}
                  onClick={() => props.pick(bucket.start)}
                >
                  Show
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

// A day of the trail is a day in UTC; an hour is told in the reader's own zone.
function sayStart(bucket: Bucket | undefined, unit: Unit): string {
  if (!bucket) return '';
  const shown =
    unit === 'day'
      ? ({ day: 'numeric', month: 'short', timeZone: 'UTC' } as const)
      : ({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const);
  return new Intl.DateTimeFormat(undefined, shown).format(new Date(bucket.start));
}

function sayBucket(bucket: Bucket, unit: Unit): string {
  const refused = bucket.refused > 0 ? `, ${bucket.refused} refused` : '';
  return `${sayStart(bucket, unit)}: ${bucket.entries}${refused}`;
}

function sayTimeline(buckets: readonly Bucket[], sum: number, unit: Unit): string {
  const refused = buckets.reduce((total, bucket) => total + bucket.refused, 0);
  const most = Math.max(0, ...buckets.map(({ entries }) => entries));
  return `${sum} entries, ${refused} of them refused, at most ${most} in one ${unit}`;
}
