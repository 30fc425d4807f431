import type { JSX } from 'preact';

interface ChoiceProps<K extends string> {
  legend: string;
  name: string;
  chosen: K;
  words: Readonly<Record<K, { short: string; long: string }>>;
}

/** A group of radio buttons, each with a line that explains it. */
export function Choice<K extends string>({
  legend,
  name,
  chosen,
  words,
}: ChoiceProps<K>): JSX.Element {
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      {(Object.keys(words) as K[]).map((value) => (
        <label key={value} class="choice-option">
          <input type="radio" name={name} value={value} defaultChecked={value === chosen} />
          <span>
            {words[value].short}
            <span class="hint">{words[value].long}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
