import { Select } from '../controls/Select';
import { message } from '../i18n/messages';
import { LISTINGS } from './corpus';
import { OWN_TEXT } from '../settings/settings';
import { store } from '../app/store';
import { chooseBundled } from './texts';
import { OwnData } from './OwnData';

const bundledChoices = LISTINGS.map(({ id, title }) => ({ name: id, label: title }));

export function TextChoice() {
  const corpus = store.corpus.value;
  const own = corpus?.id === OWN_TEXT ? [{ name: OWN_TEXT, label: corpus.title }] : [];
  return (
    <>
      <Select
        name="text"
        label={message.text.choose}
        value={store.settings.value.text}
        choices={[...bundledChoices, ...own]}
        onChoose={(id) => id !== OWN_TEXT && void chooseBundled(id)}
      />
      <p class="about" dir="auto">
        {(corpus && message.said.texts[corpus.id]) ||
          corpus?.description ||
          corpus?.opening.trim().replace(/\s+/g, ' ').slice(0, 200)}
      </p>
      <OwnData
        hint={message.text.pasteHint}
        size={corpus && !corpus.made ? message.text.size(corpus.characters, corpus.symbols) : ''}
      />
    </>
  );
}
