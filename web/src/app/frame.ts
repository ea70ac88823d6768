// Updates from the worker reach the page at most thirty times a second: more cannot be read, and would cost a phone half
// of what it has. While the page is hidden no frame comes, so training goes on and nothing is drawn.
type Task = () => void;

/** Milliseconds between two updates: two frames at 60 Hz, less what their times vary. */
const APART = 30;

const waiting = new Set<Task>();
let requested = false;
let last = -APART;

function flush(now: number): void {
  last = now;
  requested = false;
  const tasks = [...waiting];
  waiting.clear();
  for (const task of tasks) task();
}

/**
 * Runs the task in the next frame, once, however often it was asked for before that. A frame that is asked for is drawn
 * even if nothing changes in it: the time until it is due is waited for without one.
 */
export function nextFrame(task: Task): void {
  waiting.add(task);
  if (requested) return;
  requested = true;
  const due = last + APART - performance.now();
  if (due > 0) setTimeout(requestAnimationFrame, due, flush);
  else requestAnimationFrame(flush);
}

export const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Gives the browser a turn, so that long work stays below a visible delay. */
export const breathe = () => pause(0);

const turns: Task[] = [];

const afterFrame = (task: Task) => requestAnimationFrame(() => setTimeout(task));

function takeTurn(): void {
  const task = turns.shift()!;
  if (turns.length > 0) afterFrame(takeTurn);
  task();
}

/** Runs the task after a frame of its own, and after those that asked before it. */
export function inTurn(task: Task): void {
  if (turns.push(task) === 1) afterFrame(takeTurn);
}
