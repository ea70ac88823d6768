/** What makes a program shorter without changing what it computes. */
import type { ArrayInfo, Expression, Loop, Statement } from './program.js';

/** Arrays that a statement reads and writes. */
export function touched(s: Statement): { reads: ArrayInfo[]; writes: ArrayInfo[] } {
  switch (s.kind) {
    case 'fill':
    case 'given':
      return { reads: [], writes: [s.to.array] };
    case 'lookup':
      return { reads: [s.to.array], writes: [s.to.array] };
    case 'linear':
      return { reads: [s.from.array, s.to.array], writes: [s.to.array] };
    case 'normalize':
      return { reads: [s.to.array], writes: [s.to.array] };
    case 'softmax':
    case 'context':
      return { reads: [s.from.array], writes: [s.to.array] };
    case 'attention':
      return {
        reads: [s.query.array, s.keys.array, ...s.memory.map(({ from }) => from.array)],
        writes: [s.to.array, s.weights],
      };
    case 'each':
      return {
        reads: s.assignments.flatMap(({ value }) => arraysOf(value)),
        writes: s.assignments.flatMap(({ to }) => ('place' in to ? [to.place.array] : [])),
      };
  }
}

function arraysOf(x: Expression): ArrayInfo[] {
  switch (x.kind) {
    case 'place':
      return [x.place.array];
    case 'unary':
    case 'waits':
      return arraysOf(x.x);
    case 'binary':
      return [...arraysOf(x.x), ...arraysOf(x.y)];
    case 'number':
    case 'vector':
    case 'local':
      return [];
  }
}

/** Moves what is the same at every step (it reads the context alone) to before the first one. */
export function hoist(
  loops: readonly Loop[],
  first: readonly Statement[],
): { begin: Statement[]; main: Loop[] } {
  const begin = [...first];
  const body = loops.flatMap((loop) => loop.body);
  const constant = new Set(
    [...begin, ...body].flatMap((s) => touched(s).writes).filter(({ span }) => span === 'step'),
  );
  const moves = (s: Statement) => {
    const { reads, writes } = touched(s);
    return s.kind !== 'lookup' && [...reads, ...writes].every((array) => constant.has(array));
  };
  for (let size = -1; size !== constant.size;) {
    size = constant.size;
    for (const s of body) if (!moves(s)) for (const array of touched(s).writes) constant.delete(array);
  }
  begin.push(...body.filter(moves));
  const main = loops.map((loop) => ({ ...loop, body: loop.body.filter((s) => !moves(s)) }));
  return { begin, main: main.filter((loop) => loop.body.length > 0) };
}

/** Joins the products of the square blocks of a block-diagonal matrix. */
export function mergeBlocks(body: readonly Statement[]): Statement[] {
  const merged: Statement[] = [];
  for (const s of body) {
    const last = merged.at(-1);
    if (s.kind !== 'linear' || last?.kind !== 'linear' || !follows(last, s)) merged.push(s);
    else {
      const blocks =
        s.from.row === last.from.row ? last.blocks : Math.max(last.blocks, s.from.row / s.rows + 1);
      merged[merged.length - 1] = { ...last, rows: last.rows + s.rows, blocks };
    }
  }
  return merged;
}

type Linear = Extract<Statement, { kind: 'linear' }>;

/** Whether `next` is the square block after those of `last`, which read from the first row on. */
function follows(last: Linear, next: Linear): boolean {
  const side = next.matrix.columns;
  const done = last.rows / side;
  return (
    next.matrix === last.matrix &&
    next.to.array === last.to.array &&
    next.from.array === last.from.array &&
    next.from.delay === last.from.delay &&
    next.rows === side &&
    last.from.row === 0 &&
    Number.isInteger(done) &&
    next.to.row === last.to.row + last.rows &&
    next.row === last.row + last.rows &&
    // Along the diagonal until the first block comes again, then round and round.
    ((next.from.row === done * side && done === last.blocks) || next.from.row === (done % last.blocks) * side)
  );
}
