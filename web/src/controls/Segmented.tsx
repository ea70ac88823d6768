interface Props<T extends string> {
  name: string;
  label: string;
  value: T;
  choices: readonly (readonly [T, string])[];
  onChoose: (value: T) => void;
}

/** A few exclusive choices side by side: native radio buttons, so one tab stop and arrow keys. */
export function Segmented<T extends string>({ name, label, value, choices, onChoose }: Props<T>) {
  return (
    <fieldset class="segmented">
      <legend class="unseen">{label}</legend>
      {choices.map(([choice, text]) => (
        <label key={choice}>
          <input
            type="radio"
            name={name}
            value={choice}
            checked={choice === value}
            onChange={() => onChoose(choice)}
          />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
}
