import type { JSX } from 'preact';

interface ChoiceProps<K extends string> {
  legend: string;
  name: string;
  chosen: K;
  words: Readonly<Record<K, { short: string; long: string }>>;
  /** What is not to be chosen here. */
  without?: K | undefined;
}

/** A group of radio buttons, each with a line that explains it. */
export function Choice<K extends string>({
  legend,
  name,
  chosen,
  words,
  without,
}: ChoiceProps<K>): JSX.Element {
  const offered = (Object.keys(words) as K[]).filter((value) => value !== without);
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      {offered.map((value) => (
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
