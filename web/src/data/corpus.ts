// What is learnt from: a training text and what can be said of it before any network exists, or examples.
import type { Config, FileConfig } from 'unfold-rnn';
import index from '../../texts/index.json';
import { message } from '../i18n/messages';
import { breathe } from '../app/frame';
import { schema } from '../settings/schema';
import { OWN_TEXT } from '../settings/settings';

export interface Listing {
  id: string;
  title: string;
  file: string;
  description: string;
  characters: number;
}

/** How the reader's own file is read, as was chosen before training. */
export interface Reading {
  dataset?: FileConfig;
  validationSplit?: number;
  /** Steps of the longest example. */
  maxLength?: number;
}

export interface Corpus {
  id: string;
  title: string;
  description: string;
  /** The engine makes these examples from the configuration: there is no text, and nothing below is known. */
  made: boolean;
  bytes: Uint8Array;
  characters: number;
  symbols: number;
  /** Bits per character when every symbol is as likely as any other: log2 V. */
  uniform: number;
  /** Bits per character when only the symbol frequencies are known: -Σ p log2 p. */
  unigram: number;
  opening: string;
  reading?: Reading | undefined;
}

export const LISTINGS: readonly Listing[] = index;
export const SIZE_LIMIT = 20_000_000;

const OPENING = 600;
const CHUNK = 128 * 1024;

const addresses = import.meta.glob<string>('../../texts/*.txt', {
  query: '?url',
  import: 'default',
  eager: true,
});

export class TextProblem extends Error {}

class Counts {
  private readonly plane = new Uint32Array(0x10000);
  private readonly beyond = new Map<number, number>();
  characters = 0;

  add(text: string): void {
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      this.characters++;
      if (unit < 0xd800 || unit > 0xdbff) {
        this.plane[unit]!++;
        continue;
      }
      const point = text.codePointAt(at)!;
      this.beyond.set(point, (this.beyond.get(point) ?? 0) + 1);
      at++;
    }
  }

  summary(): Pick<Corpus, 'characters' | 'symbols' | 'uniform' | 'unigram'> {
    let symbols = 0;
    let unigram = 0;
    const count = (times: number) => {
      if (times === 0) return;
      symbols++;
      unigram -= (times / this.characters) * Math.log2(times / this.characters);
    };
    this.plane.forEach(count);
    this.beyond.forEach(count);
    return { characters: this.characters, symbols, uniform: Math.log2(Math.max(1, symbols)), unigram };
  }
}

export interface Source {
  id: string;
  title: string;
  description: string;
  bytes: Uint8Array;
  reading?: Reading | undefined;
}

/** The configuration of a network that learns from a file that is read so. */
export function withReading(config: Config, reading: Reading = {}): Config {
  const { dataset, validationSplit, maxLength } = reading;
  const task = typeof config.task === 'object' ? config.task : { name: config.task ?? 'next' };
  return {
    ...config,
    ...(dataset && { dataset }),
    ...(validationSplit !== undefined && { validationSplit }),
    ...(maxLength !== undefined && { task: { ...task, maxLength } }),
  };
}

/** A text that was kept with a run, or has just arrived. */
export async function examine(source: Source): Promise<Corpus> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const counts = new Counts();
  let opening = '';
  try {
    for (let at = 0; at < source.bytes.length; at += CHUNK) {
      const more = at + CHUNK < source.bytes.length;
      const text = decoder.decode(source.bytes.subarray(at, at + CHUNK), { stream: more });
      if (opening === '') opening = text.slice(0, OPENING);
      counts.add(text);
      if (more) await breathe();
    }
  } catch {
    throw new TextProblem(message.text.notText(source.title));
  }
  if (counts.characters === 0) throw new TextProblem(message.text.empty);
  return { ...source, made: false, ...counts.summary(), opening };
}

const known = new Map<string, Promise<Corpus>>();

async function fetchListing(listing: Listing): Promise<Corpus> {
  const address = addresses[`../../texts/${listing.file}`];
  const response = address ? await fetch(address) : undefined;
  if (!response?.ok) throw new TextProblem(message.text.unreachable(listing.title));
  return examine({ ...listing, bytes: new Uint8Array(await response.arrayBuffer()) });
}

/** A bundled text, fetched once and kept. */
export function bundled(id: string): Promise<Corpus> {
  const listing = LISTINGS.find((entry) => entry.id === id) ?? LISTINGS[0]!;
  let corpus = known.get(listing.id);
  if (!corpus) {
    corpus = fetchListing(listing);
    corpus.catch(() => known.delete(listing.id));
    known.set(listing.id, corpus);
  }
  return corpus;
}

const NOTHING = { characters: 0, symbols: 0, uniform: 0, unigram: 0, opening: '', bytes: new Uint8Array() };

/** Examples that are not here. */
export const absentCorpus = (): Corpus => ({
  id: OWN_TEXT,
  title: message.text.absent,
  description: '',
  made: true,
  ...NOTHING,
});

const made = new Map<string, Corpus>();

/** Examples that the engine makes; the same object for the same name. */
export function madeCorpus(name: string): Corpus {
  const card = schema.datasets.find((corpus) => corpus.name === name);
  const known = made.get(name);
  if (known) return known;
  const { label = name, summary = '' } = card ?? {};
  const said = message.said.corpora[name];
  const corpus = {
    id: name,
    title: said?.[0] ?? label,
    description: said?.[1] ?? summary,
    made: true,
    ...NOTHING,
  };
  if (card) made.set(name, corpus);
  return corpus;
}

export function pasted(text: string): Promise<Corpus> {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > SIZE_LIMIT)
    throw new TextProblem(message.text.tooLarge(message.text.pasted, bytes.length, SIZE_LIMIT));
  return examine({ id: OWN_TEXT, title: message.text.pasted, description: '', bytes });
}

export async function dropped(file: File, reading?: Reading): Promise<Corpus> {
  if (file.size > SIZE_LIMIT) throw new TextProblem(message.text.tooLarge(file.name, file.size, SIZE_LIMIT));
  const bytes = new Uint8Array(await file.arrayBuffer());
  return examine({ id: OWN_TEXT, title: file.name, description: '', bytes, reading });
}
