const STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Milliseconds within which a second signal is the first again: `timeout` and `npx` send each of theirs twice. */
const ECHO = 1000;

/** Why work was given up, and the status to end with. */
export class Interrupted extends Error {
  readonly status: number;

  constructor(signal: string, status: number) {
    super(`interrupted (${signal}).`);
    this.status = status;
  }
}

export interface Interruption {
  /** Its reason is an `Interrupted`. */
  signal: AbortController['signal'];
  /** What the process should end with. */
  readonly status: number;
  release(): void;
}

/** The first signal asks for an orderly end, one that comes after a second ends the process. */
export function interruption(): Interruption {
  const controller = new AbortController();
  let status = 0;
  let first = 0;
  const handlers = Object.entries(STATUS).map(([name, number]) => {
    const handler = () => {
      if (status) {
        if (performance.now() - first < ECHO) return;
        process.exit(status);
      }
      status = number;
      first = performance.now();
      controller.abort(new Interrupted(name, number));
    };
    process.on(name, handler);
    return [name, handler] as const;
  });
  return {
    signal: controller.signal,
    get status() {
      return status;
    },
    release() {
      for (const [name, handler] of handlers) process.off(name, handler);
    },
  };
}
