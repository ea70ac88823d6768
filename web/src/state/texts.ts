// Choosing a text. The newest choice wins when two are on their way.
import { message } from '../messages';
import { bundled, dropped, pasted, type Corpus } from './corpus';
import { notify, report } from './notices';
import { set, store } from './store';

let newest = 0;

async function choose(find: () => Promise<Corpus>): Promise<boolean> {
  const mine = ++newest;
  try {
    const corpus = await find();
    if (mine !== newest) return false;
    store.corpus.value = corpus;
    set('text', corpus.id);
    return true;
  } catch (error) {
    report(error);
    return false;
  }
}

export function chooseBundled(id: string): Promise<boolean> {
  return choose(() => bundled(id));
}

export function choosePasted(text: string): Promise<boolean> {
  return choose(async () => pasted(text));
}

export async function chooseFile(file: File): Promise<void> {
  const chosen = await choose(() => dropped(file));
  if (chosen && store.run.peek()) notify('note', message.notice.textWaits(file.name));
}
