// The lines that put a run into another page: <unfold-playground> of the package, with the model's file beside the page.
import { version } from '../../../package.json';
import type { TaskName } from '../tasks/names';

export const VIEWS = ['text', 'network', 'chart'] as const;
export type EmbedView = (typeof VIEWS)[number];

/** Fixes of the same minor version are taken. */
const SCRIPT = `https://cdn.jsdelivr.net/npm/unfold-rnn@${version.replace(/\.\d+$/, '')}/dist/element.js`;

/** `model`: the file's name, of letters, digits, dots and hyphens. */
export function embedding(model: string, task: TaskName, view: EmbedView): string {
  return [
    `<script type="module" src="${SCRIPT}"></script>`,
    `<unfold-playground model="${model}" task="${task}" view="${view}" height="28rem"></unfold-playground>`,
    '',
  ].join('\n');
}
