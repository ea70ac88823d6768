import { Control } from '../controls/Control';
import { Select } from '../controls/Select';
import { message } from '../i18n/messages';
import { type Corpus, LISTINGS } from './corpus';
import { applies, OWN_TEXT } from '../settings/settings';
import { store } from '../app/store';
import { countsCharacters } from '../tasks/perCharacter';
import { chooseBundled } from './texts';
import { OwnData } from './OwnData';

const bundledChoices = LISTINGS.map(({ id, title }) => ({ name: id, label: title }));

/** Of a text with more symbols than the network’s vocabulary holds, how many it keeps. */
function sizeOf({ characters, symbols }: Corpus): string {
  const vocabulary = store.estimate.value?.config?.vocabulary ?? Infinity;
  const size = message.text.size(characters, symbols);
  if (!countsCharacters(store.settings.value.unit)) return message.text.characters(characters);
  return symbols > vocabulary ? `${size}; ${message.text.kept(vocabulary)}` : size;
}

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
      <OwnData hint={message.text.pasteHint} size={corpus && !corpus.made ? sizeOf(corpus) : ''} />
      <Control name="unit" />
      {applies('vocabulary', store.settings.value) && <Control name="vocabulary" />}
    </>
  );
}
