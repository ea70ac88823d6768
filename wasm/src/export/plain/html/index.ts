import { refuse } from '../../../shared/errors.js';
import { javaScriptOf } from '../javascript/index.js';
import type { Storage } from '../javascript/storage.js';
import { type PlainModel, readModel } from '../model.js';
import { escape, formOf } from './forms.js';
import { pageScript } from './page-script.js';
import { sha256 } from './sha256.js';
import { STYLE } from './style.js';

/** How `toHtml` writes. */
export interface HtmlOptions {
  /**
   * `float32`: weights as they are. `compact`: one printable character for each weight of a matrix (91 levels, with a
   * scale for every 64 weights of a row), a fifth of the size. Default: `float32`, from 180 000 weights on `compact`.
   */
  precision?: 'float32' | 'compact';
  /** Of the page. Default: what the task does. At most 200 characters. */
  title?: string;
}

/** Weights beyond which `compact` is the default, so that a page stays below a megabyte. */
const MOST_FLOATS = 180_000;

/** Where there is no answer: it is replaced by the first one. Modules and `replaceChildren` are of 2020. */
const NO_SCRIPT = 'This page needs JavaScript and a browser of 2021 or newer.';

/**
 * A saved model as one HTML page that works from a disk, a mail attachment or any server, without a network: it writes
 * text, or answers in the way of its task. The page allows itself nothing from elsewhere (a Content-Security-Policy with
 * the hashes of its one script and one style). Inside is what {@link toJavaScript} gives, its weights stored as
 * `precision` says. By default a page stays below 1 MB up to about 930 000 weights.
 *
 * @param checkpoint what `Model.save()` or `Network.save()` gave
 * @throws UnfoldError `INVALID_CHECKPOINT`: not such a file; `UNSUPPORTED`: one without a graph (open it and save it once);
 *   `UNSUPPORTED`: an operation or task that plain programs do not know, by name; `INVALID_ARGUMENT`: a longer title,
 *   or another precision
 */
export function toHtml(checkpoint: Uint8Array, options: HtmlOptions = {}): string {
  const model = readModel(checkpoint);
  const form = formOf(model);
  const { title = form.title } = options;
  const { precision = defaultOf(model) } = options;
  if (precision !== 'float32' && precision !== 'compact')
    throw refuse('INVALID_ARGUMENT', 'precision', "'float32' or 'compact'", precision);
  if (typeof title !== 'string' || title.length > 200)
    throw refuse('INVALID_ARGUMENT', 'title', 'at most 200 characters', 'something else');
  const script = javaScriptOf(model, precision) + pageScript(form);
  const policy = `default-src 'none'; script-src 'sha256-${sha256(script)}'; style-src 'sha256-${sha256(STYLE)}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escape(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escape(title)}</h1>
<p>${escape(form.sentence)}</p>
<form>${form.fields}<button>${form.button}</button></form>
<output aria-live="polite" aria-label="Answer">${NO_SCRIPT}</output>
</main>
<script type="module">${script}</script>
</body>
</html>
`;
}

function defaultOf({ program }: PlainModel): Storage {
  const weights = program.matrices.reduce((sum, { data }) => sum + data.length, 0);
  return weights > MOST_FLOATS ? 'compact' : 'float32';
}
