/** A model of series beside simple forecasts, in words. */
import type { Backtest, ForecastErrors, ForecastScores, Model, Split } from 'unfold-rnn';
import { counted, figure } from './progress.js';

type Name = Exclude<keyof ForecastScores, 'model'>;

const names: Record<Name, string> = {
  trivial: 'trivial baseline (a constant)',
  naive: 'naive (the last row again)',
  seasonalNaive: 'seasonal naive',
  drift: 'drift (on along a line)',
  linear: 'linear autoregression',
};

/** Undefined of other tasks than the next row of numbers, and where no example is left to measure. */
export async function backtestOf(model: Model, split: Split, steps?: number): Promise<Backtest | undefined> {
  const { data, config } = model.info;
  const { name, pooling = 'none' } = Object(config.task) as { name?: string; pooling?: string };
  if (name !== 'regress' || pooling !== 'none' || !data?.[split]) return undefined;
  return model.backtest({ split, ...(steps !== undefined && { steps }) });
}

/** A line each. */
export function linesOf(model: Model, { oneStep, multiStep, season, order, band }: Backtest): string[] {
  const targets = model.info.data!.columns?.filter(({ target }) => target) ?? [];
  const errors = ({ loss, rmse, mae }: ForecastErrors, name: string) => {
    const each = rmse.slice(0, 3).map((error, k) => {
      const column = rmse.length > 1 ? `${targets[k]?.name ?? k + 1} ` : '';
      return `${column}±${figure(error)} (mean ${figure(mae[k]!)})`;
    });
    const more = rmse.length > 3 ? ', …' : '';
    return `  loss ${figure(loss)}, ${each.join(', ')}${more}  ${name}`;
  };
  const share = (x: number) => `${(100 * x).toFixed(0)} %`;
  const held = ({ coverage = [] }: ForecastErrors) =>
    `  ${coverage.slice(0, 3).map(share).join(', ')} of the true numbers lie in the band of ${share(band!)}`;
  const block = (title: string, scores: ForecastScores) => [
    title,
    errors(scores.model, 'the model'),
    ...(scores.model.coverage ? [held(scores.model)] : []),
    ...baselinesOf(scores).map(([name, one]) => {
      const more =
        name === 'seasonalNaive'
          ? ` (${season} steps earlier)`
          : name === 'linear'
            ? ` of ${counted(order, 'row')}`
            : '';
      return errors(one, `${names[name]}${more}`);
    }),
  ];
  return [
    ...block(
      `One step ahead, ${counted(oneStep.predictions, 'row')} (root mean square and mean error):`,
      oneStep,
    ),
    ...(multiStep
      ? block(
          `${counted(multiStep.steps, 'step')} ahead, from ${counted(multiStep.origins, 'place')} in turn:`,
          multiStep,
        )
      : []),
  ];
}

const baselinesOf = (scores: ForecastScores) =>
  (Object.keys(names) as Name[]).flatMap((name) => {
    const errors = scores[name];
    return errors ? [[name, errors] as const] : [];
  });

/** What to say of a model that a simple forecast beats, with the likely cause. */
export function verdict({ oneStep, season }: Backtest): string | undefined {
  const [name, best] = baselinesOf(oneStep).reduce((a, b) => (b[1].loss < a[1].loss ? b : a));
  const { loss } = oneStep.model;
  if (loss < best.loss) return undefined;
  const causes: Record<Name, string> = {
    trivial: 'what follows may not depend on what came before, or the training was too short',
    naive: 'the rows may change at random, or the training was too short',
    seasonalNaive: `it has not learned the season of ${season} steps: train it longer`,
    drift: 'it has not learned the trend: train it longer, or give it differences instead of levels',
    linear: 'the training was too short or, where its training loss is far lower, the network is too large',
  };
  const cause =
    loss > oneStep.trivial.loss
      ? 'it has hardly learned, or learned its training rows by heart: try more --steps, another --learning-rate or fewer --units'
      : causes[name];
  return `The model does not beat a simple forecast: loss ${figure(loss)}, ${names[name]} ${figure(best.loss)}. Probably ${cause}.`;
}
