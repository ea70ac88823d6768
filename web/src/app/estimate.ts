// What the network that is chosen on the page would cost.
import { checkConfig, type Config, UnfoldError } from 'unfold-rnn';
import { readRun, readWaiting } from '../inside/graph';
import { readsText, taskOf } from '../tasks';
import { countsCharacters } from '../tasks/perCharacter';
import { engine } from '../training/engine';
import { textOf, tooLarge } from './notices';
import { store, waiting } from './store';

/** Bytes that a network and its training may take: what WebAssembly has, less the engine’s reserve. */
const MEMORY_LIMIT = 3.5e9;

/** Of a text with more symbols than the vocabulary holds, the network keeps the most frequent ones. */
async function check(config: Config, size: { vocabulary: number; tokens?: number }) {
  const checked = await checkConfig(config, size);
  const { vocabulary } = checked.config;
  return size.vocabulary > vocabulary ? checkConfig(config, { ...size, vocabulary }) : checked;
}

let estimates = 0;

/** Asks the engine's validator; the newest question wins. */
export async function estimate(): Promise<void> {
  const [corpus, run] = [store.corpus.peek(), store.run.peek()];
  if (!corpus) return;
  const mine = ++estimates;
  if (run && waiting.peek().length === 0) {
    const { config, info } = run;
    const { parameters, memoryBytes } = info;
    store.estimate.value = { config, parameters, memoryBytes, rough: false, problem: null };
    if (engine.current) await readRun(engine.current, run, () => mine === estimates);
    return;
  }
  try {
    const settings = store.settings.peek();
    // How many symbols examples have is known once they are made.
    const counted = countsCharacters(settings.unit);
    const rough = !readsText(settings) || !counted;
    const { symbols, characters } = corpus;
    // How many words a text has, or tokens, is known once it is read: at most as many as the vocabulary holds.
    const vocabulary = counted ? symbols : settings.vocabulary;
    const size = readsText(settings)
      ? { vocabulary, tokens: characters }
      : { vocabulary: taskOf(settings).symbols };
    const checked = await check(store.state.peek().config, size);
    if (mine !== estimates) return;
    const { memoryBytes } = checked;
    const problem = (memoryBytes ?? 0) > MEMORY_LIMIT ? tooLarge(memoryBytes!, MEMORY_LIMIT) : null;
    store.estimate.value = { ...checked, rough, problem };
    await readWaiting(
      checked.config,
      Math.min(size.vocabulary, checked.config.vocabulary),
      () => mine === estimates,
    );
  } catch (error) {
    if (mine !== estimates) return;
    // An engine that could not be fetched says nothing of the network: Train fetches it again.
    if (error instanceof UnfoldError && error.code === 'LOAD_FAILED') return;
    store.estimate.value = {
      config: null,
      parameters: null,
      memoryBytes: null,
      rough: false,
      problem: textOf(error),
    };
  }
}
