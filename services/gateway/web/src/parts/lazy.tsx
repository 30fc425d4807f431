import { useSignal } from '@preact/signals';
import { type ComponentType, type JSX, createElement } from 'preact';
import { useEffect } from 'preact/hooks';
import { Problem } from '../problem.js';
import { Loading, Trouble } from './states.js';

// A browser remembers a module that it could not fetch, so only a reload helps; it also brings a newer page.
const NOT_FETCHED = new Problem({
  status: 0,
  message:
    'A part of this page could not be fetched. The server may be away, or have a newer page.',
});

interface Shown<P> {
  part?: ComponentType<P>;
  problem?: Problem;
}

/** Makes a component whose code is fetched when it is first shown; `quiet` ones show nothing until then. */
export function lazy<P extends object>(
  load: () => Promise<ComponentType<P>>,
  options: { quiet?: boolean } = {},
): (props: P) => JSX.Element {
  let fetched: ComponentType<P> | undefined;
  return function Lazy(props: P): JSX.Element {
    const shown = useSignal<Shown<P>>({});
    const fetchPart = (): void => {
      load().then(
        (part) => {
          fetched = part;
          shown.value = { part };
        },
        () => (shown.value = { problem: NOT_FETCHED }),
      );
    };
    useEffect(() => {
      if (!fetched) fetchPart();
    }, []);
    const part = fetched ?? shown.value.part;
    if (part) return createElement(part, props);
    if (shown.value.problem)
      return <Trouble problem={shown.value.problem} retry={() => location.reload()} />;
    return options.quiet ? <></> : <Loading what="Loading" />;
  };
}
