// What the reader's system asks for: less motion, less data.
const motion = matchMedia('(prefers-reduced-motion: reduce)');
const data = matchMedia('(prefers-reduced-data: reduce)');

export const wantsCalm = (): boolean => motion.matches;

export function savesData(): boolean {
  const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } };
  return connection?.saveData === true || data.matches;
}
