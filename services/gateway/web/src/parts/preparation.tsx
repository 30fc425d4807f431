import type { JSX } from 'preact';
import type { Preparation } from '../api-types.js';
import { PREPARING, sayPreparation } from '../preparation-words.js';

/** The bar of a session that is being created; it runs to and fro while nobody knows how much there is. */
export function PreparationBar({ preparation }: { preparation: Preparation }): JSX.Element {
  const { done, total } = preparation;
  // Two elements: one that has once had a value can't be without again.
  return total > 0 ? (
    <progress key="known" aria-label={PREPARING} value={Math.min(done, total)} max={total} />
  ) : (
    <progress key="unknown" aria-label={PREPARING} />
  );
}

/** The bar, with the sentence that says the same in figures. */
export function PreparationFigures({ preparation }: { preparation: Preparation }): JSX.Element {
  return (
    <div class="preparation">
      <PreparationBar preparation={preparation} />
      <p class="tabular">{sayPreparation(preparation)}</p>
    </div>
  );
}
