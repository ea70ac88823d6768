// The keys of the loss chart: arrows move the cursor, plus and minus zoom around it.
import type uPlot from 'uplot';
import { zoomBy, zoomOut } from './zoom';

const MOVES: Record<string, number> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageDown: -10,
  PageUp: 10,
  Home: -1e9,
  End: 1e9,
};

const ZOOMS: Record<string, number> = { '+': 0.5, '=': 0.5, '-': 2, Escape: 0 };

export function onPlotKey(plot: uPlot | null, event: KeyboardEvent): void {
  const turn = ZOOMS[event.key];
  if (plot && turn !== undefined) {
    event.preventDefault();
    const at = plot.cursor.idx;
    if (turn === 0) zoomOut();
    else zoomBy(turn, at == null ? undefined : plot.data[0][at]);
    return;
  }
  const move = MOVES[event.key];
  if (!plot || move === undefined || plot.data[0].length === 0) return;
  event.preventDefault();
  const last = plot.data[0].length - 1;
  const by = Math.sign(move) * Math.max(Math.abs(move), Math.ceil(last / 100));
  const index = Math.min(last, Math.max(0, (plot.cursor.idx ?? last) + by));
  plot.setCursor({ left: plot.valToPos(plot.data[0][index]!, 'x'), top: 0 });
}
