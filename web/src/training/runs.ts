// A run, whoever trains it: its name, its words, and its place on the page.
import { dismissErrors } from '../app/notices';
import { NOTHING_YET, type Run, store } from '../app/store';
import { integer } from '../i18n/format';
import { message } from '../i18n/messages';

/** Random: two tabs never mean the same run by chance. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(36).padStart(2, '0')).join('');
}

/** Puts a run on the page. */
export function showRun(run: Run): void {
  const { step, epoch } = run.info;
  const { latest: loss, latestValidation: validation } = run.series;
  dismissErrors();
  store.run.value = run;
  store.samples.value = run.samples;
  store.chosen.value = null;
  store.writing.value = null;
  store.baselines.value = run.baselines ?? null;
  store.flow.value = null;
  store.zoom.value = null;
  store.numbers.value = { ...NOTHING_YET, step, epoch, loss, validation };
  store.phase.value = 'paused';
  store.drawn.value++;
}

/** What Undo would bring back, in a few words. */
export function describeRun(run: Run): string {
  const { cell, layers, units: hidden } = run.settings;
  const size = layers > 1 ? `${layers} × ${hidden}` : String(hidden);
  return message.apply.former(cell, size, integer(run.info.step));
}
