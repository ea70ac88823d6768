// Texts and models, in and out.
import { expect, it } from 'vitest';
import { createModel } from 'unfold-rnn';
import { contents, drop, openPage, play, rest, restart, step, useSite, waitForStep } from './harness';

const SMALL = '#v=1&h=32&w=32&b=16';
useSite();

it('saves a model that another page opens and trains on', async () => {
  const { page, close } = await openPage({ at: SMALL });
  await waitForStep(page, 30);
  const saved = await rest(page);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(`unfold-gru-32-step-${saved}.safetensors`);
  const buffer = await contents(download);
  expect(buffer.length).toBeGreaterThan(10_000);

  const other = await openPage({ at: '#v=1&c=lstm&h=24&w=32&b=16' });
  await waitForStep(other.page, 5);
  await rest(other.page);
  await other.page
    .locator('input[accept^=".safetensors"]')
    .setInputFiles({ name: 'mine.safetensors', mimeType: '', buffer });
  await other.page.getByText(`mine.safetensors is open at step ${saved}.`).waitFor();
  expect(await step(other.page)).toBe(saved);
  expect(await other.page.getByLabel('Cell').inputValue()).toBe('gru');
  expect(await other.page.getByLabel('Hidden units').inputValue()).toBe('32');
  await play(other.page).click();
  await waitForStep(other.page, saved + 10);
  await drop(other.page, 'broken.safetensors', 'not a model');
  await other.page.getByRole('alert').filter({ hasText: 'cannot be opened' }).waitFor();
  const after = await step(other.page);
  await waitForStep(other.page, after + 5);
  expect(other.problems).toEqual([]);
  await other.close();
  await close();
});

it('opens a model of another text, to write and to be looked into, and says how it trains on', async () => {
  const text = 'sphinx of black quartz, judge my vow. '.repeat(100);
  const model = await createModel({ layers: [{ cell: 'gru', units: 12 }], seed: 2 }, text, { threads: 1 });
  await model.train({ steps: 7 });
  const file = [...(await model.save())];
  model.dispose();
  const { page, problems, close } = await openPage({ at: `${SMALL}&autostart=0` });
  await expect.poll(() => play(page).isEnabled()).toBe(true);
  await drop(page, 'vow.safetensors', file);
  await page.getByText('vow.safetensors is open at step 7.').waitFor();
  await page.getByText('choose its text and open the file again').waitFor();
  expect(await page.getByLabel('Hidden units').inputValue()).toBe('12');
  // It writes in its own alphabet.
  await expect.poll(() => page.locator('#written').innerText()).toMatch(/^[a-z ,.]{40}/);
  await play(page).click();
  await page.getByText('it can generate, but not train').waitFor();
  // With its text it trains on.
  await drop(page, 'vow.txt', text);
  await page.getByText('vow.txt is selected').waitFor();
  await drop(page, 'vow.safetensors', file);
  await expect.poll(() => page.getByText('vow.safetensors is open at step 7.').count()).toBeGreaterThan(0);
  await play(page).click();
  await waitForStep(page, 9);
  expect(problems).toEqual([]);
  await close();
});

it('trains on a dropped text, and shows markup as text', async () => {
  const { page, problems, close } = await openPage({ at: SMALL });
  await waitForStep(page, 2);
  const markup = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>\n';
  await rest(page);
  await drop(page, 'markup.txt', markup.repeat(200));
  await page.getByText('markup.txt is selected').waitFor();
  await restart(page);
  // It has come true.
  await expect.poll(() => page.getByText('markup.txt is selected').count()).toBe(0);
  await waitForStep(page, 250);
  await page.keyboard.press('w');
  await expect.poll(() => page.locator('#written').innerText(), { timeout: 15_000 }).toContain('<');
  expect(await page.locator('#written img, #written script, .past img').count()).toBe(0);
  expect(await page.evaluate(() => 'broken' in window)).toBe(false);
  expect(problems).toEqual([]);
  await close();
});

it('explains what it cannot use and keeps training', async () => {
  const { page, problems, close } = await openPage({ at: SMALL });
  await waitForStep(page, 2);
  await drop(page, 'image.txt', [0xff, 0xfe, 0x00, 0xc3, 0x28]);
  await page.getByRole('alert').filter({ hasText: 'image.txt is not a text' }).waitFor();
  await drop(page, 'empty.txt', '');
  await page.getByRole('alert').filter({ hasText: 'empty' }).waitFor();
  await drop(page, 'short.txt', 'too short');
  await page.getByText('short.txt is selected').waitFor();
  await page.getByRole('button', { name: 'Apply and restart' }).click();
  await page
    .getByRole('alert')
    .filter({ hasText: /cannot be used/ })
    .last()
    .waitFor();
  const at = await step(page);
  await waitForStep(page, at + 5);
  expect(problems).toEqual([]);
  await close();
});

it('refuses a text above the limit before reading it', async () => {
  const { page, close } = await openPage({ at: '#autostart=0' });
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([new Uint8Array(20_000_001)], 'huge.txt'));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  });
  await page
    .getByRole('alert')
    .filter({ hasText: 'huge.txt has 20,000,001 bytes. The limit is 20 MB' })
    .waitFor();
  await close();
});

it('takes one of several files, and says so', async () => {
  const { page, close } = await openPage({ at: `${SMALL}&autostart=0` });
  await expect.poll(() => play(page).isEnabled()).toBe(true);
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    for (const name of ['one.txt', 'two.txt', 'three.txt'])
      dataTransfer.items.add(new File([`${name} and more. `.repeat(400)], name));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  });
  await page.getByText('Only one.txt was opened, not the other 2 files.').waitFor();
  await expect
    .poll(() => page.getByLabel('Dataset', { exact: true }).locator('option:checked').innerText())
    .toBe('one.txt');
  await close();
});

it('takes a pasted text', async () => {
  const { page, problems, close } = await openPage({ at: `${SMALL}&autostart=0` });
  await expect.poll(() => play(page).isEnabled()).toBe(true);
  await page.getByRole('button', { name: 'Paste…' }).click();
  await page.getByRole('textbox', { name: 'Paste a text' }).fill('Grüße, Jürgen! 😀 '.repeat(300));
  await page.getByRole('button', { name: 'Use this text' }).click();
  await page.getByText('5,100 characters').waitFor();
  await play(page).click();
  await waitForStep(page, 10);
  expect(problems).toEqual([]);
  await close();
});
