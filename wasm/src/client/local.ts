/** The session on this thread. Loaded only where it is used: a page with workers does without. */
import type { EngineFactory } from '../shared/engine.js';
import { UnfoldError } from '../shared/errors.js';
import type { Answer, Channel, Port } from '../shared/protocol.js';
import { serve } from '../worker/session.js';
import type { Build } from '../shared/types.js';

export async function openLocal(build: Build): Promise<Channel> {
  const load = build === 'simd-threads' ? import('../simd-threads.js') : import('../simd.js');
  const { default: factory } = await load.catch((error: unknown) => {
    throw new UnfoldError('LOAD_FAILED', `${build}.js could not be loaded: ${String(error)}`, {
      cause: error,
    });
  });
  return connectLocal(factory);
}

/** Messages arrive in microtasks, as asynchronous as from anywhere else. */
export function connectLocal(factory: EngineFactory): Channel {
  let receive: Parameters<Port['listen']>[0];
  let send: (answer: Answer) => void;
  serve(
    { post: (answer) => queueMicrotask(() => send(answer)), listen: (handler) => (receive = handler) },
    factory,
  );
  return {
    post: (request) => queueMicrotask(() => receive(request)),
    listen: ({ answer }) => (send = answer),
    hold: () => {},
    close: () => receive({ type: 'close' }),
  };
}
