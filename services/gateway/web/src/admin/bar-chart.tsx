import type { JSX } from 'preact';

const HEIGHT = 120;
const STEP = 20;
const BAR = 13;
const LEAST = 4;
const EMPTY = 1.5;

export interface Bar {
  key: string;
  /** What stands beside the pointer. */
  name: string;
  count: number;
  /** How many of them to show as bad. */
  bad?: number;
}

interface BarChartProps {
  /** What a screen reader says in place of the picture. */
  label: string;
  bars: readonly Bar[];
  ends: readonly [first: string, last: string];
  /** What a click on a bar does; whoever has no pointer needs another way to it. */
  onPick?: (key: string) => void;
}

/** A row of bars over time. */
export function BarChart({ label, bars, ends, onPick }: BarChartProps): JSX.Element {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return (
    <>
      <svg
        class={onPick ? 'bar-chart picking' : 'bar-chart'}
        viewBox={`0 0 ${bars.length * STEP} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
        onClick={(event) => {
          const key = event.target instanceof Element && event.target.getAttribute('data-key');
          if (key) onPick?.(key);
        }}
      >
        {bars.map((bar, index) => (
          <Column key={bar.key} bar={bar} x={index * STEP} most={most} />
        ))}
      </svg>
      <p class="chart-ends muted">
        <span>{ends[0]}</span>
        <span>{ends[1]}</span>
      </p>
    </>
  );
}

function Column({ bar, x, most }: { bar: Bar; x: number; most: number }): JSX.Element {
  const heightOf = (count: number): number =>
    count === 0 ? 0 : Math.max(LEAST, (count / most) * HEIGHT);
  const height = Math.max(EMPTY, heightOf(bar.count));
  const bad = Math.min(height, heightOf(bar.bad ?? 0));
  const left = x + (STEP - BAR) / 2;
  return (
    <g class={bar.count === 0 ? 'none' : ''}>
      <rect x={left} y={HEIGHT - height} width={BAR} height={height} rx="2" />
      <rect class="bad" x={left} y={HEIGHT - bad} width={BAR} height={bad} rx="2" />
      <rect class="reach" data-key={bar.key} x={x} y="0" width={STEP} height={HEIGHT}>
        <title>{bar.name}</title>
      </rect>
    </g>
  );
}
