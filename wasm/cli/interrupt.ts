const STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export interface Interruption {
  signal: AbortController['signal'];
  /** What the process should end with. */
  readonly status: number;
  release(): void;
}

/** The first signal asks for an orderly end, the second one ends the process. */
export function interruption(): Interruption {
  const controller = new AbortController();
  let status = 0;
  const handlers = Object.entries(STATUS).map(([name, number]) => {
    const handler = () => {
      if (status) process.exit(status);
      status = number;
      controller.abort();
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
