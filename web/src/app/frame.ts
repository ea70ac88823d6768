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

/**
 * Gives the browser a turn, so that long work stays below a visible delay. By a message: a browser makes timers of a
 * hidden page wait for seconds.
 */
export const breathe = () =>
  new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

/** Bytes that are copied at one go: ten megabytes take as long as three frames. */
const PIECE = 1 << 20;

/** Hands over bytes a piece after the other, with a turn of the browser after each. */
export async function inPieces(
  bytes: Uint8Array,
  take: (piece: Uint8Array, at: number) => void,
): Promise<void> {
  for (let at = 0; at < bytes.length; at += PIECE) {
    if (at > 0) await breathe();
    take(bytes.subarray(at, at + PIECE), at);
  }
}

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
