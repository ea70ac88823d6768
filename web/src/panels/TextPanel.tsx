import { useRef } from 'preact/hooks';
import { FileButton } from '../controls/FileButton';
import { Select } from '../controls/Select';
import { message } from '../messages';
import { LISTINGS } from '../state/corpus';
import { takeFile } from '../state/files';
import { OWN_TEXT } from '../state/settings';
import { store } from '../state/store';
import { chooseBundled } from '../state/texts';
import { PasteDialog } from './PasteDialog';

const bundledChoices = LISTINGS.map(({ id, title }) => ({ name: id, label: title }));

export function TextPanel() {
  const paste = useRef<HTMLDialogElement>(null);
  const corpus = store.corpus.value;
  const own = corpus?.id === OWN_TEXT ? [{ name: OWN_TEXT, label: corpus.title }] : [];
  return (
    <section class="group" aria-labelledby="text-title">
      <div class="group-head">
        <h2 id="text-title">{message.text.title}</h2>
        <span class="group-note">{message.network.restarts}</span>
      </div>
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
      <div class="text-foot">
        <p class="text-size">{corpus ? message.text.size(corpus.characters, corpus.symbols) : ''}</p>
        <button type="button" class="slim" onClick={() => paste.current?.showModal()}>
          {message.text.paste}
        </button>
        <FileButton
          slim
          accept=".txt,.md,.csv,.json,text/*"
          label={message.text.file}
          onFile={(file) => void takeFile(file)}
        >
          {message.text.file}
        </FileButton>
      </div>
      <PasteDialog dialog={paste} />
    </section>
  );
}
