import { signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { Segmented } from '../controls/Segmented';
import { embedding, type EmbedView, VIEWS } from './embed';
import { message } from '../i18n/messages';
import { copyText } from '../app/clipboard';
import { saveModel } from '../data/files';
import { notify } from '../app/notices';
import { type Run, store } from '../app/store';

const view = signal<EmbedView>('text');

async function copy(text: string, field: HTMLTextAreaElement | null): Promise<void> {
  if (await copyText(text, message.embed.refused)) notify('note', message.embed.copied);
  else field?.select();
}

function Lines({ run }: { run: Run }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const words = message.embed;
  const { cell, units: hidden, task } = run.settings;
  const model = `unfold-${cell}-${hidden}.safetensors`;
  const text = embedding(model, task, view.value);
  return (
    <div class="embed">
      <p>{words.lines}</p>
      <Segmented
        name="embed-view"
        label={words.view}
        value={view.value}
        choices={VIEWS.map((name) => [name, words.views[name]] as const)}
        onChoose={(chosen) => (view.value = chosen)}
      />
      <textarea
        ref={field}
        readOnly
        rows={4}
        spellcheck={false}
        aria-label={words.snippet}
        value={text}
        onFocus={(event) => event.currentTarget.select()}
      />
      <p>{words.file(model)}</p>
      <div class="embed-buttons">
        <button type="button" class="primary" onClick={() => void copy(text, field.current)}>
          {words.copy}
        </button>
        <button type="button" onClick={() => void saveModel(model)}>
          {words.save}
        </button>
      </div>
    </div>
  );
}

export function EmbedPanel() {
  return store.run.value && <Lines run={store.run.value} />;
}
