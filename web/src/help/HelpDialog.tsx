import type { RefObject } from 'preact';
import { message } from '../i18n/messages';
import { keepHere } from '../storage/autosave';
import { engine } from '../training/engine';
import { type Language, LANGUAGES, language, rememberLanguage } from '../i18n/language';
import { notify } from '../app/notices';
import { store } from '../app/store';

const KEYS: [string, string][] = [
  ['Space', `${message.bar.play} / ${message.bar.pause}`],
  ['S', message.bar.step],
  ['R', message.bar.reset],
  ['W', message.stream.write],
];

/** Takes effect with a new load; the run is kept first, and comes back with it. */
async function choose(next: Language): Promise<void> {
  if (next === language || !rememberLanguage(next)) return;
  await engine.pause();
  if (await keepHere()) location.reload();
  else notify('note', message.help.later);
}

function LanguageChoice() {
  return (
    <div class="language">
      <label for="language">{message.help.language}</label>
      <span class="select">
        <select
          id="language"
          value={language}
          onChange={(event) => void choose(event.currentTarget.value as Language)}
        >
          {Object.entries(LANGUAGES).map(([tag, name]) => (
            <option key={tag} value={tag} lang={tag}>
              {name}
            </option>
          ))}
        </select>
      </span>
    </div>
  );
}

export function HelpDialog({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }) {
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="help-title" closedby="any">
      <h2 id="help-title">{message.help.title}</h2>
      <p>{message.help.intro}</p>
      <p>{message.help.bits}</p>
      <p>{message.help.tasks}</p>
      <p>{message.help.flow}</p>
      <p>{message.help.privacy}</p>
      <h3>{message.help.keys}</h3>
      <dl class="keys">
        {KEYS.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={store.letterKeys.value}
          onChange={(event) => (store.letterKeys.value = event.currentTarget.checked)}
        />
        {message.help.letters}
      </label>
      <LanguageChoice />
      <form method="dialog" class="dialog-end">
        <button class="primary">{message.help.close}</button>
      </form>
    </dialog>
  );
}
