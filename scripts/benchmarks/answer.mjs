// The far end of calls.mjs, in a browser's worker or in a process of Node's. No imports: it is served to pages.

/** Answers each call {id, name, args} with {id, value} or {id, error}. */
export function answerCalls(handlers) {
  const inNode = typeof process === 'object' && process.send !== undefined;
  const reply = (message) => (inNode ? process.send(message) : postMessage(message));
  const receive = async ({ id, name, args }) => {
    try {
      reply({ id, value: await handlers[name](...args) });
    } catch (error) {
      reply({ id, error: String(error?.message ?? error) });
    }
  };
  if (inNode) process.on('message', receive).on('disconnect', () => process.exit());
  else addEventListener('message', (event) => receive(event.data));
}

/** Steps a second over about `seconds`, at least one step. `step` may return a promise. */
export async function stepsPerSecond(step, seconds) {
  const start = performance.now();
  let steps = 0;
  do {
    await step();
    ++steps;
  } while (performance.now() - start < 1000 * seconds);
  return (1000 * steps) / (performance.now() - start);
}
