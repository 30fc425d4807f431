import type { JSX } from 'preact';
import { chooseQuality, QUALITIES, quality } from './quality.js';

/** Chooses between a better picture and less data; it holds for every desktop in this browser. */
export function QualityPanel(): JSX.Element {
  return (
    <fieldset class="options">
      <legend>Picture quality</legend>
      {QUALITIES.map((each) => (
        <label key={each.name} class="option">
          <input
            type="radio"
            name="quality"
            checked={quality.value.name === each.name}
            onChange={() => chooseQuality(each)}
          />
          <span>
            {each.label}
            <span class="hint">{each.about}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
