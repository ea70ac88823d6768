// Examples, made and the reader's own, wherever a run can go: into a link, aside and back, through a reload, a file.
import { expect, it } from 'vitest';
import type { Page } from 'playwright';
import { contents, drop, openPage, pause, play, rest, step, useSite, waitForStep } from './harness';
import { answered, choose, LONG, STILL, TASKS } from './tasks';

useSite();

const preview = (page: Page) => page.locator('dialog[open]');
const previewTrain = (page: Page) => preview(page).getByRole('button', { name: 'Train', exact: true });
/** Trains on what the preview shows. */
async function trainPreviewed(page: Page): Promise<void> {
  await expect.poll(() => previewTrain(page).isEnabled()).toBe(true);
  await previewTrain(page).click();
}

it('is carried by a link, every choice of it', { timeout: LONG }, async () => {
  const { page, close } = await openPage({ at: STILL });
  await choose(page, { ...TASKS[0], dataset: 'sorting' });
  await page.getByLabel('Difficulty').fill('5');
  await page.getByLabel('Attention').selectOption('multiplicative');
  await page.getByLabel('Context').selectOption('initial');
  await page.getByLabel('Termination').selectOption('count');
  await page.getByLabel('Bidirectional').uncheck();
  await page.getByLabel('Hidden units').fill('24');
  await expect.poll(() => page.url()).toContain('h=24');
  const { hash } = new URL(page.url());
  await close();

  const other = await openPage({ at: hash.replace('&autostart=0', '') });
  await waitForStep(other.page, 3, LONG);
  await answered(other.page, 1);
  const values = await Promise.all(
    ['Task', 'Dataset', 'Difficulty', 'Attention', 'Context', 'Termination', 'Hidden units'].map((name) =>
      other.page.getByLabel(name, { exact: name !== 'Difficulty' }).inputValue(),
    ),
  );
  expect(values).toEqual(['translate', 'sorting', '5', 'multiplicative', 'initial', 'count', '24']);
  expect(await other.page.getByLabel('Bidirectional').isChecked()).toBe(false);
  await expect.poll(() => new URL(other.page.url()).hash).toBe(hash.replace('&autostart=0', ''));
  expect(other.problems).toEqual([]);
  await other.close();
});

it('waits for a restart, and Undo brings the text back', { timeout: LONG }, async () => {
  const { page, problems, close } = await openPage({ at: `#v=1&h=16&w=16&b=4&autostart=0` });
  await expect.poll(() => play(page).isEnabled()).toBe(true);
  await page.keyboard.press('s');
  await expect.poll(() => step(page)).toBe(1);
  await choose(page, TASKS[1]);
  expect(await page.locator('.changes').innerText()).toContain('Task');
  // The run on the page is still the one of the text.
  expect(await page.getByRole('heading', { name: 'Generated text' }).count()).toBe(1);
  await page.getByRole('button', { name: 'Apply and restart' }).click();
  await answered(page, 1);
  await pause(page).click();
  await page.getByRole('button', { name: /^Restore the previous run/ }).click();
  await expect.poll(() => step(page)).toBe(1);
  await page.getByRole('heading', { name: 'Generated text' }).waitFor();
  expect(await page.getByLabel('Dataset', { exact: true }).inputValue()).toBe('tales');
  // What moved with it at once is said for some seconds first.
  await expect.poll(() => page.locator('.changes').innerText()).toBe('No pending changes');
  await page.getByRole('button', { name: /^Restore the previous run/ }).click();
  await page.getByRole('heading', { name: 'Predicted classes' }).waitFor();
  await answered(page, 1);
  // Dismissed, a change of task leaves nothing behind.
  await choose(page, { label: 'Generate text' });
  await page.getByRole('button', { name: 'Discard' }).click();
  expect(await page.getByLabel('Dataset', { exact: true }).inputValue()).toBe('order');
  expect(problems).toEqual([]);
  await close();
});

it('goes on after a reload, made examples and the reader’s own', { timeout: LONG }, async () => {
  const { page, problems, close } = await openPage({ at: STILL });
  await choose(page, TASKS[1]);
  const kept = async (atLeast: number) => {
    await page.getByRole('button', { name: 'Runs', exact: true }).click();
    await expect
      .poll(() => page.locator('.run-row').first().innerText(), { timeout: 30_000 })
      .toMatch(new RegExp(`step ${atLeast.toLocaleString('en')}\\b`));
    await page.keyboard.press('Escape');
  };
  for (const to of [1, 2]) {
    await page.keyboard.press('s');
    await expect.poll(() => step(page)).toBe(to);
  }
  await kept(2);
  await page.reload();
  await expect.poll(() => step(page), { timeout: 30_000 }).toBe(2);
  await answered(page, 2);
  expect(await page.getByLabel('Dataset', { exact: true }).inputValue()).toBe('order');
  await page.keyboard.press('s');
  await expect.poll(() => step(page)).toBe(3);

  await page.getByRole('button', { name: 'Paste…' }).click();
  const lines = Array.from(
    { length: 60 },
    (_, at) => `${at % 2 ? 'odd' : 'even'}\t${'ab'.repeat(1 + (at % 3))}${at % 2 ? 'b' : 'a'}`,
  );
  await page.getByRole('textbox', { name: 'Paste a text' }).fill(lines.join('\n'));
  await page.getByRole('button', { name: 'Use this text' }).click();
  await trainPreviewed(page);
  await waitForStep(page, 20, LONG);
  const at = await rest(page);
  await kept(at);
  await page.reload();
  await expect.poll(() => step(page), { timeout: 30_000 }).toBe(at);
  await answered(page, at);
  expect(await page.getByLabel('Dataset', { exact: true }).locator('option:checked').innerText()).toBe(
    'Pasted text',
  );
  await page.getByLabel('Classify your own').fill('aba');
  await page.getByRole('button', { name: 'Predict' }).click();
  await expect.poll(() => page.locator('.own-answer b').innerText()).toMatch(/odd|even/);
  expect(problems).toEqual([]);
  await close();
});

it('opens a saved model with its examples, or as far as it can without them', { timeout: LONG }, async () => {
  const { page, problems, close } = await openPage({ at: STILL });
  const saved = async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save', exact: true }).click(),
    ]);
    return [...(await contents(download))];
  };
  await choose(page, { ...TASKS[0], dataset: 'sorting' });
  await page.getByLabel('Hidden units').fill('8');
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await expect.poll(() => step(page)).toBe(1);
  const made = await saved();
  await page.getByRole('button', { name: 'Paste…' }).click();
  const pairs = Array.from({ length: 40 }, (_, at) => `${'xyz'.slice(at % 3)}\t${'zyx'.slice(at % 3)}`);
  await page.getByRole('textbox', { name: 'Paste a text' }).fill(pairs.join('\n'));
  await page.getByRole('button', { name: 'Use this text' }).click();
  await trainPreviewed(page);
  await waitForStep(page, 3, LONG);
  await rest(page);
  const own = await saved();
  const last = await step(page);
  await close();

  const other = await openPage({ at: STILL });
  await expect.poll(() => play(other.page).isEnabled()).toBe(true);
  await drop(other.page, 'sorting.safetensors', made);
  await answered(other.page, 1);
  expect(await other.page.getByLabel('Dataset', { exact: true }).inputValue()).toBe('sorting');
  await other.page.keyboard.press('s');
  await expect.poll(() => step(other.page)).toBe(2);
  await drop(other.page, 'own.safetensors', own);
  await expect.poll(() => step(other.page)).toBe(last);
  await other.page.getByLabel('Try your own').fill('xyz');
  await other.page.getByRole('button', { name: 'Predict' }).click();
  await other.page.locator('.own-answer b').waitFor();
  await play(other.page).click();
  await other.page.getByText('it can predict, but not train').waitFor();
  expect([...problems, ...other.problems]).toEqual([]);
  await other.close();
});

it('says what is wrong with examples that are none, and goes on', { timeout: LONG }, async () => {
  const { page, close } = await openPage({ at: STILL });
  await choose(page, TASKS[0]);
  await page.getByRole('button', { name: 'Paste…' }).click();
  expect(await page.locator('#paste-hint').innerText()).toContain('a tab');
  await page.getByRole('textbox', { name: 'Paste a text' }).fill('no tab here\n'.repeat(9));
  await page.getByRole('button', { name: 'Use this text' }).click();
  // It is taken for something else, and refused as what was chosen before.
  await preview(page).getByLabel('Task', { exact: true }).selectOption({ label: 'Translate sequences' });
  await preview(page).getByRole('alert').filter({ hasText: 'line 1' }).waitFor();
  expect(await previewTrain(page).isEnabled()).toBe(false);
  await preview(page).getByRole('button', { name: 'Cancel' }).click();
  await page.getByLabel('Dataset', { exact: true }).selectOption('reversal');
  await play(page).click();
  await answered(page, 1);
  await close();
});
