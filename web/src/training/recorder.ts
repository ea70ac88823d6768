// Takes every report of a training run and shows it at a pace people can read.
import type { ModelInfo, Progress } from 'unfold-rnn';
import { message } from '../i18n/messages';
import { announce } from '../app/announce';
import { decimals, integer } from '../i18n/format';
import { nextFrame } from '../app/frame';
import type { Series } from './series';
import { store, type Run } from '../app/store';
import { measured, taskOf, unitOf } from '../tasks';
import { perCharacter } from '../tasks/perCharacter';
import type { Unit } from '../tasks/task';

const SHOW_EVERY = 160; // Milliseconds: faster digits cannot be read.
const SPEAK_EVERY_EPOCHS = 1;

export class Recorder {
  private latest: Progress | null = null;
  private shownAt = 0;
  private ended = false;
  private epochsSpoken: number;
  private readonly unit: Unit;
  private readonly perCharacter: { train: number; validation: number };

  constructor(private readonly run: Run) {
    this.epochsSpoken = Math.floor(run.info.epoch);
    this.unit = unitOf(run.settings);
    const { info } = run;
    this.perCharacter = {
      train: perCharacter(info, 'train'),
      validation: perCharacter(info, 'validation'),
    };
  }

  take(progress: Progress): void {
    const { series, history } = this.run;
    const { step, gradientNorm, learningRate, tokensPerSecond, accuracy } = progress;
    if (progress.losses.length > 0)
      history.add({ step, gradientNorm, learningRate, tokensPerSecond, accuracy: accuracy ?? NaN });
    const first = progress.step - progress.losses.length + 1;
    const { train, validation } = this.perCharacter;
    progress.losses.forEach((loss, index) => series.add(first + index, train * measured(this.unit, loss)));
    if (progress.validationLoss !== null && progress.validationStep !== null) {
      const loss = validation * measured(this.unit, progress.validationLoss);
      series.addValidation(progress.validationStep, loss);
    }
    this.latest = progress;
    this.ended = false;
    this.speak(progress, series);
    nextFrame(this.showSoon);
  }

  private speak(progress: Progress, series: Series): void {
    const epochs = Math.floor(progress.epoch);
    if (epochs < this.epochsSpoken + SPEAK_EVERY_EPOCHS) return;
    this.epochsSpoken = epochs;
    announce(
      message.announcements.epoch(integer(epochs), decimals(series.latest, 2), message.units[this.unit]),
    );
  }

  private readonly showSoon = (): void => {
    if (this.ended) return;
    if (performance.now() - this.shownAt >= SHOW_EVERY) this.show();
    else nextFrame(this.showSoon);
  };

  /** Shows the newest numbers now; at the end of a run, of the model itself: it may be ahead of its last report. */
  show(end?: ModelInfo): void {
    this.shownAt = performance.now();
    this.ended = end !== undefined;
    if (!this.latest || store.run.peek() !== this.run) return;
    const { gradientNorm, learningRate, tokens: characters, tokensPerSecond } = this.latest;
    const { accuracy, validationAccuracy } = this.latest;
    const { accuracy: counted } = taskOf(this.run.settings);
    const { step, epoch } = end ?? this.latest;
    const { latest: loss, latestValidation: validation } = this.run.series;
    store.numbers.value = {
      step,
      epoch,
      loss,
      validation,
      gradientNorm,
      learningRate,
      characters,
      tokensPerSecond,
      accuracy: counted ? accuracy : null,
      validationAccuracy: counted ? validationAccuracy : null,
    };
    store.drawn.value++;
  }
}
