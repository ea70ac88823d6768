import { cellEquations } from 'unfold-rnn/diagram';
import { Formulas } from '../controls/Formulas';
import { chosenGraph } from './graph';

/** The equations of a cell, as the network chosen on the page computes them. */
export function CellEquations({ cell }: { cell: string }) {
  const { operations } = chosenGraph.value?.graph ?? { operations: [] };
  const found = operations.find((one) => one.operation === 'cell' && one.cell === cell);
  return found?.operation === 'cell' ? <Formulas lines={cellEquations(found)} /> : null;
}
