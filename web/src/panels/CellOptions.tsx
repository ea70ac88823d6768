import type { SchemaOption } from 'unfold-rnn';
import { Field } from '../controls/Field';
import { message } from '../messages';
import { choices, readOptions, writeOptions } from '../state/config';
import { set, store } from '../state/store';

function change(option: SchemaOption, value: string): void {
  const options = readOptions(store.settings.peek().options);
  if (value === String(option.default)) options.delete(option.name);
  else options.set(option.name, value);
  set('options', writeOptions(options));
}

function OptionField({ option, value }: { option: SchemaOption; value: string }) {
  const id = `option-${option.name}`;
  const label = message.more.options[option.name] ?? option.name;
  return (
    <Field id={id} label={label}>
      {'choices' in option ? (
        <span class="select">
          <select
            id={id}
            title={option.help}
            value={value}
            onChange={(event) => change(option, event.currentTarget.value)}
          >
            {choices(option.choices).map((choice) => (
              <option key={choice.name} value={choice.name}>
                {choice.label}
              </option>
            ))}
          </select>
        </span>
      ) : (
        <input
          id={id}
          type="number"
          title={option.help}
          step="any"
          min={option.minimum}
          max={option.maximum}
          value={value}
          onChange={(event) => {
            const { value: written, validity } = event.currentTarget;
            if (validity.valid && written !== '') change(option, String(Number(written)));
            else event.currentTarget.value = value;
          }}
        />
      )}
    </Field>
  );
}

/** Whatever the schema says that the chosen cell can vary. */
export function CellOptions() {
  const { cell, options } = store.settings.value;
  const chosen = readOptions(options);
  const known = store.schema.value?.cells.find(({ name }) => name === cell)?.options ?? [];
  return (
    <>
      {known.map((option) => (
        <OptionField
          key={option.name}
          option={option}
          value={chosen.get(option.name) ?? String(option.default)}
        />
      ))}
    </>
  );
}
