// The far end of calls.mjs, in a browser's worker or in a process of Node's. No imports: it is served to pages.

/**
 * Answers each call {id, name, args} with {id, value} or {id, error}.
 * @param {Record<string, (...args: never[]) => unknown>} handlers
 */
export function answerCalls(handlers) {
  const inNode = typeof process === 'object' && process.send !== undefined;
  /** @param {object} message */
  const reply = (message) => (inNode ? process.send?.(message) : postMessage(message));
  /** @param {{ id: number, name: string, args: never[] }} call */
  const receive = async ({ id, name, args }) => {
    try {
      reply({ id, value: await handlers[name](...args) });
    } catch (error) {
      reply({ id, error: error instanceof Error ? error.message : String(error) });
    }
  };
  if (inNode) process.on('message', receive).on('disconnect', () => process.exit());
  else addEventListener('message', (event) => receive(event.data));
}

/**
 * Steps a second over about `seconds`, at least one step. `step` may return a promise.
 * @param {() => unknown} step
 * @param {number} seconds
 */
export async function stepsPerSecond(step, seconds) {
  const start = performance.now();
  let steps = 0;
  do {
    await step();
    ++steps;
  } while (performance.now() - start < 1000 * seconds);
  return (1000 * steps) / (performance.now() - start);
}
