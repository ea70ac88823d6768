// Why a run is not kept, or cannot be brought back.

/** `denied`: no storage here. `full`: no room. `taken`: another tab writes this run. `gone`: it was deleted. */
export type StorageProblem = 'denied' | 'full' | 'taken' | 'gone' | 'damaged';

export class StorageError extends Error {
  override readonly name = 'StorageError';
  constructor(
    readonly problem: StorageProblem,
    cause?: unknown,
  ) {
    super(cause instanceof Error ? cause.message : problem, { cause });
  }
}

/** Why nothing is kept of a run: it is too young, too large, or storage refused it. */
export type NotKeptReason = 'early' | 'large' | StorageProblem;
export const NOT_KEPT_REASONS: readonly NotKeptReason[] = [
  'early',
  'large',
  'denied',
  'full',
  'taken',
  'gone',
  'damaged',
];
