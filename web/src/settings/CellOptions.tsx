import type { SchemaOption } from 'unfold-rnn';
import { describedBy } from '../help/helpTarget';
import { Field } from '../controls/Field';
import type { HelpName } from '../help/equations';
import { message } from '../i18n/messages';
import { readOptions, writeOptions } from './config';
import { choices } from './menus';
import { cellOf } from './schema';
import { set, store } from '../app/store';

function change(option: SchemaOption, value: string): void {
  const options = readOptions(store.settings.peek().options);
  if (value === String(option.default)) options.delete(option.name);
  else options.set(option.name, value);
  set('options', writeOptions(options));
}

function OptionField({ option, value }: { option: SchemaOption; value: string }) {
  // A newer engine may have options that nothing here knows.
  const name = option.name as HelpName;
  const id = `set-${name}`;
  const about = message.about[name] ? { 'aria-describedby': describedBy(name) } : { title: option.help };
  const label = message.settings[name] ?? name;
  return (
    <Field id={id} label={label}>
      {'choices' in option ? (
        <span class="select">
          <select
            id={id}
            {...about}
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
          {...about}
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
  const known = cellOf(cell)?.options ?? [];
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
