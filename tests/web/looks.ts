/** What each tab of the look inside shows once it has what it asked the engine for. */
export const DRAWN = {
  text: '.reading-text',
  network: '.part-detail',
  step: '.stage',
  weights: '.spread',
  memory: '.memory-number',
};
