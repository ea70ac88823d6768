import { refuse } from '../../../shared/errors.js';
import { javaScriptOf } from '../javascript/index.js';
import { type PlainModel, readModel } from '../model.js';
import { type PlainOptions, type Precision, precisionOf } from '../options.js';
import { escape, formOf } from './forms.js';
import { pageScript } from './page-script.js';
import { sha256 } from './sha256.js';
import { STYLE } from './style.js';

export interface HtmlOptions extends PlainOptions {
  /** Of the page. Default: what the task does. At most 200 characters. */
  title?: string;
}

/** Weights beyond which 8-bit numbers are the default, so that a page stays below a megabyte. */
const MOST_FLOATS = 180_000;

/**
 * A saved model as one HTML page that works from a disk, a mail attachment or any server, without a network: it writes
 * text, or answers in the way of its task. The page allows itself nothing from elsewhere (a Content-Security-Policy with
 * the hashes of its one script and one style). Inside is what {@link toJavaScript} gives.
 *
 * @param checkpoint what `Model.save()` or `Network.save()` gave
 * @param options `precision` is by default `float32`, or `int8` from 180 000 weights on: a page stays below 1 MB up to
 *   about 700 000 weights
 * @throws UnfoldError `INVALID_CHECKPOINT`: not such a file, or one without a graph (open it and save it once);
 *   `UNSUPPORTED`: an operation or task that plain programs do not know, by name; `INVALID_ARGUMENT`: a title that is
 *   longer
 */
export function toHtml(checkpoint: Uint8Array, options: HtmlOptions = {}): string {
  const model = readModel(checkpoint);
  const form = formOf(model);
  const { title = form.title } = options;
  const precision = precisionOf(options) ?? usual(model);
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
<output aria-live="polite" aria-label="Answer"></output>
</main>
<script type="module">${script}</script>
</body>
</html>
`;
}

function usual({ program }: PlainModel): Precision {
  const weights = program.matrices.reduce((sum, { data }) => sum + data.length, 0);
  return weights > MOST_FLOATS ? 'int8' : 'float32';
}
