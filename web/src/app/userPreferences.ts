// What the reader's system asks for: less motion, less data, a network for a small machine.
const motion = matchMedia('(prefers-reduced-motion: reduce)');
const data = matchMedia('(prefers-reduced-data: reduce)');

const phone = matchMedia(
  '(pointer: coarse) and (max-width: 600px), (pointer: coarse) and (max-height: 600px)',
);

export const prefersReducedMotion = (): boolean => motion.matches;

export function prefersReducedData(): boolean {
  const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } };
  return connection?.saveData === true || data.matches;
}

/** A finger, and a screen that is small upright or lying: a narrow window of a computer is none. */
export const onPhone = (): boolean => phone.matches;
