// The tasks of the page, chosen as a person does.
import type { Page } from 'playwright';
import { expect } from 'vitest';
import { play } from './harness';

export const STILL = '#autostart=0';
/** Of tests that wait for a network to learn something, on a machine that others use too. */
export const LONG = 180_000;

export const TASKS = [
  { task: 'translate', dataset: 'reversal', label: 'Translate sequences' },
  { task: 'classify', dataset: 'order', label: 'Classify sequences' },
  { task: 'tag', dataset: 'copy', label: 'Tag every step' },
  { task: 'generate', dataset: 'anbn', label: 'Generate sequences' },
  { task: 'regress', dataset: 'sine', label: 'Predict numbers' },
  { task: 'regress', dataset: 'adding', label: 'Predict numbers' },
  { task: 'notes', dataset: 'melodies', label: 'Generate music' },
] as const;

/** Chooses a task as a person does. */
export async function choose(
  page: Page,
  { label, dataset }: { label: string; dataset?: string },
): Promise<void> {
  await expect.poll(() => page.locator('#set-task option').count()).toBe(7);
  await page.getByLabel('Task', { exact: true }).selectOption({ label });
  if (dataset) await page.getByLabel('Dataset', { exact: true }).selectOption(dataset);
  await expect.poll(() => play(page).isEnabled()).toBe(true);
}

/** The panel shows answers of at least that step. */
export const answered = (page: Page, atLeast: number) =>
  page.waitForFunction(
    (least) =>
      Number(
        document.querySelector('.task-view [data-step], .task-view[data-step]')?.getAttribute('data-step') ??
          -1,
      ) >= least,
    atLeast,
    { timeout: LONG },
  );

export const texts = (page: Page, selector: string) => page.locator(selector).allInnerTexts();
