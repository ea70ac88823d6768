// Why a run is not kept, or cannot be brought back.

/** `denied`: no storage here. `full`: no room. `taken`: another tab writes this run. `gone`: it was deleted. */
export type Trouble = 'denied' | 'full' | 'taken' | 'gone' | 'damaged';

export class VaultError extends Error {
  override readonly name = 'VaultError';
  constructor(
    readonly trouble: Trouble,
    cause?: unknown,
  ) {
    super(cause instanceof Error ? cause.message : trouble, { cause });
  }
}

/** Why nothing is kept of a run: it is too young, too large, or storage refused it. */
export type Never = 'early' | 'large' | Trouble;
export const NEVER: readonly Never[] = ['early', 'large', 'denied', 'full', 'taken', 'gone', 'damaged'];
