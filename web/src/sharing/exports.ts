// Everything that can leave the page as a file. The dialog lists this table; a further format is one entry here,
// its two sentences in `message.exports`, and nothing else.
import { h, render } from 'preact';
import { type Colours, Curves } from '../charts/Curves';
import { baselines } from '../charts/guesses';
import { readTheme } from '../charts/theme';
import { message } from '../i18n/messages';
import { engine } from '../training/engine';
import type { Series } from '../training/series';
import { describeNetwork } from '../settings/settings';
import { type Run, type Sample, store } from '../app/store';
import { taskOf, unitOf } from '../tasks';
import { exportInWorker } from './exportClient';
import type { ExportName } from './exportNames';
import { FORMATS } from './formats';

/** `model`: what goes on elsewhere; `record`: what was seen of it here. */
export type Kind = 'model' | 'record';

export interface Export {
  name: ExportName;
  kind: Kind;
  /** Of the file's name. */
  ending: string;
  make(run: Run): Promise<Blob | null>;
}

const PICTURE = { width: 960, height: 540 };
/** Pixels a unit of the picture, for print. */
const FINE = 2;

const typed = (part: BlobPart, type: string) => new Blob([part], { type });

/** Every bin of the curve; a cell without a validation is empty. RFC 4180. */
export function curveTable(series: Series): string {
  const [steps, low, high, smooth, validation] = series.columns();
  const head = 'step,training_low,training_high,training_smoothed,validation';
  const rows = steps.map((step, at) =>
    [step, low[at], high[at], smooth[at], validation[at] ?? ''].map(String).join(','),
  );
  return [head, ...rows, ''].join('\r\n');
}

/** The oldest first, each under its step and loss. */
export function sampleText(samples: readonly Sample[]): string {
  const blocks = [...samples].reverse().map(({ step, loss, prompt, text }) => {
    const bits = loss === null ? '' : `, ${loss.toFixed(3)} bits per character`;
    return `== step ${step}${bits}\n${prompt}${text}\n`;
  });
  return blocks.join('\n');
}

function picture({ series, settings, corpus }: Run): string {
  const host = document.createElement('div');
  const colours: Colours = readTheme(document.body);
  const title = `${describeNetwork(settings)}, ${corpus.title}`;
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const props = { ...PICTURE, colours, dark, title, baselines: baselines() };
  const [unit, steps] = [`${message.units[unitOf(settings)]} · ${title}`, message.loss.step];
  render(h(Curves, { ...props, unit, steps, curves: [{ label: title, series }] }), host);
  const svg = new XMLSerializer().serializeToString(host.firstElementChild!);
  render(null, host);
  return svg;
}

async function rasterize(svg: string): Promise<Blob | null> {
  const image = new Image();
  const address = URL.createObjectURL(typed(svg, 'image/svg+xml'));
  try {
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = FINE * PICTURE.width;
    canvas.height = FINE * PICTURE.height;
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Written by a worker from what the engine saves. */
const FOREIGN = FORMATS.map(({ name, ending }): Export => ({
  name,
  kind: 'model',
  ending,
  make: async (run) => {
    const checkpoint = await engine.save();
    return checkpoint ? exportInWorker({ format: name, checkpoint, folder: stemOf(run) }) : null;
  },
}));

const EXPORTS: readonly Export[] = [
  {
    name: 'model',
    kind: 'model',
    ending: '.safetensors',
    make: async () => {
      const bytes = await engine.save();
      return bytes ? typed(bytes as Uint8Array<ArrayBuffer>, 'application/octet-stream') : null;
    },
  },
  ...FOREIGN,
  {
    name: 'config',
    kind: 'model',
    ending: '.json',
    make: async ({ state: { config } }) => typed(`${JSON.stringify(config, null, 2)}\n`, 'application/json'),
  },
  {
    name: 'samples',
    kind: 'record',
    ending: '-samples.txt',
    make: async () => {
      const { value: writing } = store.writing;
      return typed(sampleText([...(writing ? [writing] : []), ...store.samples.value]), 'text/plain');
    },
  },
  {
    name: 'csv',
    kind: 'record',
    ending: '-loss.csv',
    make: async ({ series }) => typed(curveTable(series), 'text/csv'),
  },
  {
    name: 'svg',
    kind: 'record',
    ending: '-loss.svg',
    make: async (run) => typed(picture(run), 'image/svg+xml'),
  },
  { name: 'png', kind: 'record', ending: '-loss.png', make: async (run) => rasterize(picture(run)) },
];

/** What there is for a run. */
export const exportsOf = (run: Run | null, kind: Kind): readonly Export[] =>
  EXPORTS.filter(
    ({ kind: of, name }) => of === kind && !(run && taskOf(run.settings).without.includes(name)),
  );

/** `unfold-gru-128-step-400`, as every file of one moment begins. */
export function stemOf({ settings: { cell, units: hidden } }: Run): string {
  return `unfold-${cell}-${hidden}-step-${engine.current?.info.step ?? 0}`;
}
