// Updates from the worker reach the page at most once per animation frame. While the page is
// hidden no frame comes, so training goes on and nothing is drawn.
type Task = () => void;

const waiting = new Set<Task>();
let requested = false;

function flush(): void {
  requested = false;
  const tasks = [...waiting];
  waiting.clear();
  for (const task of tasks) task();
}

/** Runs the task in the next frame, once, however often it was asked for before that. */
export function nextFrame(task: Task): void {
  waiting.add(task);
  if (requested) return;
  requested = true;
  requestAnimationFrame(flush);
}

export const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Gives the browser a turn, so that long work stays below a visible delay. */
export const breathe = () => pause(0);
