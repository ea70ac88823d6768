// One tab writes a run. The lock is a Web Lock: it ends with the tab, however the tab ends.
const NAME = (id: string) => `unfold run ${id}`;

/** The runs this tab has; what lets each of them go. */
const held = new Map<string, () => void>();

const locks = (): LockManager | undefined => globalThis.navigator?.locks;

/**
 * False when another tab has the run, and still has it after `patience` milliseconds. Without locks (pages without
 * https) the check in RunStore is left.
 */
export async function lockRun(id: string, patience = 0): Promise<boolean> {
  const manager = locks();
  if (held.has(id) || !manager) return true;
  return new Promise((resolve) => {
    const hold = (lock: Lock | null): Promise<void> | undefined => {
      resolve(lock !== null);
      if (!lock) return undefined;
      return new Promise((release) => held.set(id, release));
    };
    const options = patience > 0 ? { signal: AbortSignal.timeout(patience) } : { ifAvailable: true };
    manager
      .request(NAME(id), options, hold)
      .catch((error: unknown) => resolve(!(error instanceof DOMException && error.name === 'TimeoutError')));
  });
}

export function unlockRun(id: string): void {
  held.get(id)?.();
  held.delete(id);
}

/** The runs that other tabs have. */
export async function lockedElsewhere(ids: readonly string[]): Promise<Set<string>> {
  const query = await locks()
    ?.query()
    .catch(() => undefined);
  const names = new Set(query?.held?.map(({ name }) => name));
  return new Set(ids.filter((id) => names.has(NAME(id)) && !held.has(id)));
}
