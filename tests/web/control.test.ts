// What a visitor can do to a run: pause, step, reset, change, undo, share.
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright';
import { fact, loss, openPage, pause, play, restart, savedStep, step, useSite, waitForStep } from './harness';

const SMALL = '#v=1&h=32&w=32&b=16';
useSite();

/** Waits until the run has stopped, then reads its step: Train is offered once the last number is shown. */
async function pausedStep(page: Page): Promise<number> {
  await play(page).waitFor();
  return step(page);
}

it('pauses, steps and resets by keys and by buttons', async () => {
  const { page, problems, close } = await openPage({ at: SMALL });
  await waitForStep(page, 20);
  await page.keyboard.press('Space');
  const paused = await pausedStep(page);
  for (let times = 0; times < 2; times++) expect(await savedStep(page)).toBe(paused);
  expect(await step(page)).toBe(paused);
  await page.keyboard.press('s');
  await expect.poll(() => step(page)).toBe(paused + 1);
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await expect.poll(() => step(page)).toBe(paused + 2);
  await page.keyboard.press('r');
  await expect.poll(() => step(page)).toBe(0);
  await play(page).click();
  await waitForStep(page, 5);
  await page.getByRole('button', { name: 'Reset' }).click();
  await pause(page).waitFor();
  expect(problems).toEqual([]);
  await close();
});

it('says of a network that does not learn that it does not, and of no other', async () => {
  // The step beside which the sentence appears: both are drawn at once.
  const script = `
    new MutationObserver(() => {
      if (window.stuckAt !== undefined || !document.querySelector('.headline-stuck')) return;
      const fact = [...document.querySelectorAll('.facts div')].find(({ textContent }) => textContent.startsWith('Step'));
      window.stuckAt = Number(fact.querySelector('dd').textContent);
    }).observe(document, { childList: true, subtree: true });`;
  const { page, problems, close } = await openPage({ at: `${SMALL}&lr=1e-5`, script });
  await page.getByText('Not beating the trivial baseline').waitFor();
  expect(
    await page.evaluate(() => (window as unknown as { stuckAt: number }).stuckAt),
  ).toBeGreaterThanOrEqual(500);
  expect(problems).toEqual([]);
  await close();
  const other = await openPage({ at: `${SMALL}&lr=0.01` });
  await waitForStep(other.page, 700);
  expect(await other.page.getByText('Not beating the trivial baseline').count()).toBe(0);
  expect(other.problems).toEqual([]);
  await other.close();
});

it('stays in order when keys are hammered', async () => {
  const { page, problems, close } = await openPage({ at: SMALL });
  await waitForStep(page, 5);
  for (let at = 0; at < 40; at++) await page.keyboard.press(['Space', 'r', 's', 'w'][(at * 7) % 4]!);
  await page.keyboard.press('r');
  // What was pressed is done one after the other, and may end in a pause more than once.
  const trained = async () => {
    if (await play(page).isVisible()) await play(page).click();
    return step(page);
  };
  await expect.poll(trained, { timeout: 30_000, interval: 500 }).toBeGreaterThan(10);
  expect(problems).toEqual([]);
  await close();
});

it('keeps a change waiting, applies it, and brings the former run back', async () => {
  const { page, problems, close } = await openPage({ at: SMALL });
  await waitForStep(page, 60);
  await page.keyboard.press('Space');
  const before = await pausedStep(page);
  const apply = page.getByRole('button', { name: 'Apply and restart' });
  expect(await apply.isDisabled()).toBe(true);
  await page.getByLabel('Cell').selectOption('lstm');
  await page.getByLabel('Hidden units').fill('48');
  await page.getByText('Changed: Cell, Hidden units').waitFor();
  expect(await step(page)).toBe(before);
  await restart(page);
  await pause(page).waitFor();
  await waitForStep(page, 3);
  await page.keyboard.press('Space');
  await play(page).waitFor();
  await page.getByRole('button', { name: /^Restore the previous run/ }).click();
  await expect.poll(() => step(page)).toBe(before);
  expect(await page.getByLabel('Cell').inputValue()).toBe('gru');
  expect(await page.getByLabel('Hidden units').inputValue()).toBe('32');
  await play(page).click();
  await waitForStep(page, before + 5);
  expect(problems).toEqual([]);
  await close();
});

it('discards waiting changes and refuses numbers out of range', async () => {
  const { page, close } = await openPage({ at: `${SMALL}&autostart=0` });
  await play(page).click();
  await waitForStep(page, 2);
  const layers = page.getByLabel('Layers');
  await layers.fill('99');
  expect(await layers.getAttribute('aria-invalid')).toBe('true');
  await layers.fill('2');
  await page.getByText('Changed: Layers').waitFor();
  await page.getByRole('button', { name: 'Discard' }).click();
  expect(await layers.inputValue()).toBe('1');
  await close();
});

it('applies the learning rate at once', async () => {
  const { page, close } = await openPage({ at: SMALL });
  await waitForStep(page, 5);
  await page.getByLabel('Learning rate', { exact: true }).focus();
  await page.keyboard.press('Home');
  const shown = page.locator('.facts div', { hasText: 'Learning rate' }).locator('dd');
  await expect.poll(() => shown.innerText()).toMatch(/^(1\.0e-5|0\.00001)$/);
  await close();
});

it('follows a schedule of the learning rate at once, and clips each element', async () => {
  const { page, problems, close } = await openPage({ at: SMALL });
  await waitForStep(page, 5);
  expect(await fact(page, 'Learning rate')).toBe(0.003);
  await page.locator('summary', { hasText: 'Schedule' }).click();
  await page.getByLabel('Schedule', { exact: true }).selectOption({ label: 'Cosine decay' });
  await page.getByText('Schedule applies immediately').waitFor();
  await page.getByLabel('Steps', { exact: true }).fill('4');
  await expect.poll(() => fact(page, 'Learning rate')).toBe(0); // It ended before.
  await page.getByLabel('Schedule', { exact: true }).selectOption({ label: 'Constant' });
  await expect.poll(() => fact(page, 'Learning rate')).toBe(0.003);
  await page.getByLabel('Clip by value').fill('0.01');
  await expect.poll(() => new URL(page.url()).hash).toContain('cv=0.01');
  await page.locator('summary', { hasText: 'Configuration' }).click();
  const config = JSON.parse(await page.getByRole('textbox', { name: 'Configuration' }).inputValue());
  expect(config.clip).toEqual({ norm: 5, value: 0.01 });
  await page.getByText('No pending changes').waitFor();
  expect(problems).toEqual([]);
  await close();
});

it('writes the likeliest text where the temperature is 0: the same each time', async () => {
  const { page, close } = await openPage({ at: SMALL });
  await waitForStep(page, 60);
  await pause(page).click();
  const samples = page.locator('.past-row');
  /** The first characters of a sample that is asked for now: the one before it goes to the older ones. */
  const written = async () => {
    // With its spaces: the likeliest text of a young network may be nothing else.
    const text = async () => (await page.locator('#written').textContent()) ?? '';
    await expect.poll(async () => (await text()).length).toBeGreaterThan(0);
    const newest = async () => ((await samples.count()) > 0 ? samples.first().getAttribute('id') : null);
    const before = await newest();
    await page.getByRole('button', { name: 'Generate again' }).click();
    await expect.poll(newest).not.toBe(before);
    let now = '';
    await expect.poll(async () => (now = await text()).length).toBeGreaterThan(300);
    return now.slice(0, 300);
  };
  const drawn = await written();
  await page.getByRole('slider', { name: 'Temperature' }).press('Home');
  await page.getByText('greedy', { exact: true }).waitFor();
  await expect.poll(() => new URL(page.url()).hash).toContain('tm=0&');
  const first = await written();
  expect(await written()).toBe(first);
  expect(first).not.toBe(drawn);
  await close();
});

it('shows a loss that explodes without falling over', async () => {
  const { page, problems, close } = await openPage({ at: `${SMALL}&c=rnn&o=rmsprop&lr=1&cl=0` });
  await waitForStep(page, 60);
  expect(await loss(page)).toBeGreaterThan(8);
  const [content, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(content).toBeLessThanOrEqual(room);
  expect(problems).toEqual([]);
  await close();
});

describe('an overflow', () => {
  // Large steps of an unbounded cell: four of them, then infinity.
  const wild = '#v=1&h=24&w=128&b=4&c=rnn&co=activation:relu&o=sgd&lr=1&cl=0';
  const title = 'Training diverged: the loss is no longer a number';

  it.each([
    { way: 'Clip gradients to 1 and continue', link: 'cl=1', goesOn: true },
    { way: 'Continue at 0.5', link: 'lr=0.5', goesOn: false },
    { way: 'Start over at 0.5', link: 'lr=0.5', goesOn: false },
  ])(
    'is told by step and tensor, and left by one click: $way',
    { timeout: 120_000 },
    async ({ way, link, goesOn }) => {
      const { page, problems, close } = await openPage({ at: wild });
      const alert = page.getByRole('alert').filter({ hasText: title });
      await alert.waitFor({ timeout: 60_000 });
      expect(await alert.innerText()).toMatch(/Step \d+ was not applied: in (layers|readout)\.[\w.]+, /);
      const at = await pausedStep(page);
      await alert.getByRole('button', { name: way }).click();
      await expect.poll(() => page.url()).toContain(`&${link}`);
      if (goesOn) {
        await waitForStep(page, at + 10);
        expect(await alert.count()).toBe(0);
      } else {
        // This network overflows at half the rate too: another step, and the next half is offered.
        await alert.filter({ hasText: 'Continue at 0.25' }).waitFor({ timeout: 60_000 });
      }
      expect(problems).toEqual([]);
      await close();
    },
  );
});

it('brings the last copy back when the worker dies', async () => {
  const { page, close } = await openPage({ at: SMALL });
  await waitForStep(page, 20);
  await pause(page).click();
  const copied = await pausedStep(page);
  await play(page).click();
  await waitForStep(page, copied + 5);
  await Promise.all(page.workers().map((worker) => worker.evaluate(() => self.close()).catch(() => {})));
  const alert = page.getByRole('alert').filter({ hasText: 'The engine stopped' });
  await alert.getByRole('button', { name: `Restore step ${copied}` }).click();
  await pause(page).waitFor();
  await waitForStep(page, copied + 5);
  expect(await alert.count()).toBe(0);
  await close();
});

it('carries every setting in the link', async () => {
  const { page, close } = await openPage({ at: `${SMALL}&autostart=0` });
  await expect.poll(() => play(page).isEnabled()).toBe(true);
  await page.getByLabel('Dataset', { exact: true }).selectOption('tunes');
  await page.getByLabel('Cell').selectOption('peephole-lstm');
  await page.getByLabel('Optimizer').selectOption('rmsprop');
  for (const [label, value] of Object.entries({
    'Hidden units': '40',
    Layers: '2',
    'Sequence length': '20',
    Batch: '8',
    Seed: '77',
  })) {
    await page.getByLabel(label).fill(value);
  }
  await page.getByLabel('Prompt').fill('Ä & <b>=#%');
  await page.getByLabel('Temperature').focus();
  await page.keyboard.press('End');
  await page.getByLabel('Gradient clipping').focus();
  await page.keyboard.press('Home');
  await page.getByLabel('Log–log').check({ force: true });
  await expect.poll(() => new URL(page.url()).hash).toContain('y=loglog'); // what was changed last
  const link = new URL(page.url());
  expect(link.hash).toContain('v=1');
  expect(link.hash).toContain('autostart=0');
  const second = await openPage({ at: link.hash });
  await expect.poll(() => play(second.page).isEnabled()).toBe(true);
  const values = (from: Page) =>
    from.evaluate(() =>
      [...document.querySelectorAll<HTMLInputElement>('[id^=set-], [name=scale]')].map((input) =>
        input.type === 'radio' ? input.checked : input.value,
      ),
    );
  await expect.poll(() => values(second.page)).toEqual(await values(page));
  expect(second.problems).toEqual([]);
  await second.close();
  await close();
});
