// The tasks beyond the next character, as a person meets them: choose one, press Train, see what it answers.
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright';
import { nameOfKey } from '../../web/src/tasks/pianoRoll';
import {
  browser,
  later,
  pause,
  play,
  savedStep,
  site,
  step,
  useSite,
  violations,
  visit,
  waitForStep,
} from './harness';
import { answered, choose, LONG, STILL, TASKS, texts } from './tasks';

useSite();

describe.each(TASKS)('$task, $dataset', ({ task, dataset, label }) => {
  it(
    'learns in front of the reader, beside what an answer without information costs',
    async () => {
      const { page, problems, close } = await visit(browser, site, { at: STILL });
      await choose(page, { label, dataset });
      await play(page).click();
      await waitForStep(page, 5, LONG);
      await answered(page, 5);
      const baseline = await page.locator('[data-baselines]').getAttribute('data-baselines');
      expect(baseline).toMatch(/^Trivial baseline [\d.]+$/);
      expect(await page.locator('.flow').count()).toBe(0);
      await pause(page).click();
      await play(page).waitFor();
      await answered(page, await step(page));
      const view = page.locator('.task-view');
      if (task === 'translate') {
        expect((await texts(page, '.answers tbody tr')).length).toBe(6);
        await page.locator('.attention-map td').first().waitFor();
      }
      if (task === 'classify') {
        expect(await page.locator('.answers tbody tr').count()).toBe(6);
        const shares = await texts(page, '.answers tbody tr:first-child .probability-bar-text');
        const sum = shares.reduce((all, text) => all + Number.parseFloat(text), 0);
        expect(sum).toBeGreaterThan(99);
        expect(sum).toBeLessThan(101);
      }
      if (task === 'tag') {
        const marks = await texts(page, '.tagged:not(.own *) .tag-mark');
        expect(marks.filter((mark) => /[✓✗]/.test(mark)).length).toBe(40);
        expect(await view.innerText()).toMatch(/of these 40 tags are correct/);
      }
      if (task === 'generate') {
        const rows = await texts(page, '.answers tbody tr');
        expect(rows.length).toBe(10);
        for (const text of rows) expect(text).toMatch(/[✓✗]/);
      }
      if (dataset === 'sine') {
        expect(await page.locator('.forecast svg[role=img]').count()).toBe(3);
        const drawn = await page.locator('.forecast-own').first().getAttribute('d');
        expect(drawn!.split('L').length).toBe(33);
      }
      if (dataset === 'adding') {
        expect(await page.locator('.scatter circle').count()).toBe(16);
        expect(await page.locator('.answers tbody tr').count()).toBe(8);
      }
      if (task === 'notes') {
        const ink = await page.locator('.roll-canvas').evaluate((canvas: HTMLCanvasElement) => {
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
          return new Set(
            Array.from({ length: data.length / 4 }, (_, at) => data.slice(4 * at, 4 * at + 4).join()),
          ).size;
        });
        expect(ink).toBeGreaterThan(3);
        expect(await page.locator('.roll table tbody tr').count()).toBe(32);
      }
      expect(problems).toEqual([]);
      await close();
    },
    LONG,
  );
});

it.each([
  ['quantile', '80% prediction interval', 'pinball loss'],
  ['gaussian', '95% prediction interval', 'nats per number'],
])('draws the band of a forecast: %s', { timeout: LONG }, async (loss, legend, unit) => {
  const { page, problems, close } = await visit(browser, site, {
    at: `${STILL}&ta=regress&po=none&cp=sine&ls=${loss}`,
  });
  await expect.poll(() => play(page).isEnabled()).toBe(true);
  await play(page).click();
  await waitForStep(page, 5, LONG);
  await answered(page, 5);
  expect(await page.locator('#set-loss').inputValue()).toBe(loss);
  expect(await texts(page, '.forecast-key')).toContain(legend);
  expect(await page.locator('.loss').innerText()).toContain(unit);
  const bands = page.locator('.forecast').first().locator('.forecast-band');
  expect(await bands.count()).toBe(2);
  // There and back: the forecast has 32 steps.
  expect((await bands.last().getAttribute('d'))!.split('L').length).toBe(2 * 33);
  expect(await violations(page, '.forecasts')).toEqual([]);
  expect(problems).toEqual([]);
  await close();
});

it(
  'reverses, marks what is wrong on the way, and answers a question of the reader’s own',
  { timeout: 2 * LONG },
  async () => {
    const { page, problems, close } = await visit(browser, site, { at: STILL });
    await choose(page, TASKS[0]);
    await page.keyboard.press('s');
    await expect.poll(() => step(page), { timeout: LONG }).toBe(1);
    await answered(page, 1);
    // Each row by what it shows: the mark stands where input reversed and output part.
    const rows = await page.locator('.answers tbody tr').evaluateAll((rows) =>
      rows.map((row) => {
        const text = (selector: string) => row.querySelector(selector)?.textContent ?? '';
        const output = row.querySelector('td:last-child > bdi')!;
        const mark = output.querySelector('mark > [aria-hidden]')?.textContent ?? null;
        return { input: text('th'), target: text('td'), before: output.firstChild!.textContent ?? '', mark };
      }),
    );
    for (const { input, target, before, mark } of rows) {
      expect(target).toBe([...input].reverse().join(''));
      if (mark === null) expect(before).toBe(target);
      else {
        expect(target.startsWith(before)).toBe(true);
        expect(target.slice(before.length).startsWith(mark)).toBe(false);
      }
    }
    expect(rows.some(({ mark }) => mark !== null)).toBe(true);
    await play(page).click();
    await expect
      .poll(() => page.locator('.stream-meta').innerText(), { timeout: LONG })
      .toMatch(/validation accuracy (9\d(\.\d)?|100)%/);
    // All of them at one moment: the next answers may have a slip again.
    const allRight = () =>
      page
        .locator('.task-view')
        .evaluate(
          (view) =>
            view.textContent.includes('6 of these 6 outputs are correct') &&
            !view.querySelector('.first-wrong'),
        );
    await expect.poll(allRight, { timeout: LONG }).toBe(true);
    await pause(page).click();
    await play(page).waitFor();

    // The row that is chosen is the one whose attention is shown, by keyboard too.
    const first = page.locator('.pick').first();
    await first.focus();
    await page.keyboard.press('End');
    await expect.poll(() => page.locator('.pick').last().getAttribute('aria-pressed')).toBe('true');
    await expect
      .poll(async () => (await texts(page, '.attention-map thead th')).join(''))
      .toBe(await page.locator('.pick').last().innerText());

    await page.getByLabel('Try your own').fill('abcdef');
    await page.getByLabel('Beam width').fill('4');
    await page.getByLabel('Beam width').press('Enter');
    await page.locator('.own-answer b', { hasText: 'fedcba' }).waitFor({ timeout: LONG });
    expect(await page.locator('.own-answer tbody tr').count()).toBe(4);
    await page.getByLabel('Try your own').fill('abcX');
    await page.getByRole('button', { name: 'Predict' }).click();
    await page.locator('.own-problem', { hasText: 'input' }).waitFor();
    expect(problems).toEqual([]);
    await close();
  },
);

describe('music', () => {
  const script = `window.heard = { contexts: 0, notes: [] };
    const Context = window.AudioContext;
    window.AudioContext = class extends Context {
      constructor(...options) { super(...options); heard.contexts++; heard.context = this; }
      createOscillator() {
        const oscillator = super.createOscillator();
        const start = oscillator.start.bind(oscillator);
        oscillator.start = (at) => { heard.notes.push({ at, frequency: oscillator.frequency.value }); start(at); };
        return oscillator;
      }
    };`;
  const heard = (page: Page) =>
    page.evaluate(() => {
      const { contexts, notes, context } = (
        window as unknown as {
          heard: { contexts: number; notes: { at: number; frequency: number }[]; context?: AudioContext };
        }
      ).heard;
      return { contexts, notes, state: context?.state };
    });
  const rollStep = async (page: Page) => Number(await page.locator('.roll').getAttribute('data-step'));

  it(
    'is silent until it is asked for, plays what the roll shows, goes on live, and stops',
    { timeout: LONG },
    async () => {
      const { page, problems, close } = await visit(browser, site, { at: STILL, script, clock: true });
      await choose(page, TASKS[6]);
      await play(page).click();
      await answered(page, 2);
      const before = await rollStep(page);
      await expect.poll(() => rollStep(page), { timeout: LONG }).toBeGreaterThan(before);
      expect(await heard(page)).toMatchObject({ contexts: 0, notes: [] });

      await page.getByRole('button', { name: 'Play', exact: true }).click();
      const playhead = async () => Number(await page.locator('.roll-canvas').getAttribute('data-playhead'));
      await expect.poll(playhead).toBeGreaterThan(2);
      const { contexts, notes, state } = await heard(page);
      expect([contexts, state]).toEqual([1, 'running']);
      const listed = await texts(page, '.roll table tbody tr:first-child td');
      const first = Math.min(...notes.map(({ at }) => at));
      const sounding = notes
        .filter(({ at }) => at === first)
        .map(({ frequency }) => Math.round(12 * Math.log2(frequency / 27.5)));
      expect(
        sounding
          .sort((a, b) => a - b)
          .map(nameOfKey)
          .join(' '),
      ).toBe(listed[0]);

      // After the last bar the network has written more, with what it knows by then.
      const played = await rollStep(page);
      await expect.poll(() => rollStep(page), { timeout: 60_000 }).toBeGreaterThan(played);
      const more = (await heard(page)).notes.length;
      expect(more).toBeGreaterThan(notes.length);
      expect(await playhead()).toBeGreaterThan(7);

      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await expect.poll(() => page.locator('.roll-canvas').getAttribute('data-playhead')).toBeNull();
      // What was asked of the engine before has been answered; nothing that waited for its time plays on.
      await savedStep(page);
      const rest = (await heard(page)).notes.length;
      await later(page);
      await savedStep(page);
      expect((await heard(page)).notes.length).toBe(rest);
      expect(problems).toEqual([]);
      await close();
    },
  );

  it('goes on from what is played on a MIDI keyboard', { timeout: LONG }, async () => {
    const script = `window.keyboards = new Map();
      window.press = (status, note, timeStamp) => {
        for (const { onmidimessage } of keyboards.values())
          onmidimessage?.({ data: Uint8Array.of(status, note, 64), timeStamp });
      };
      const access = { inputs: keyboards, onstatechange: null };
      window.answers = [() => Promise.reject(new DOMException('no', 'NotAllowedError'))];
      navigator.requestMIDIAccess = () => (answers.shift() ?? (async () => access))();`;
    const { page, problems, close } = await visit(browser, site, { at: STILL, script });
    await choose(page, TASKS[6]);
    await play(page).click();
    await answered(page, 2);
    await pause(page).click();
    await play(page).waitFor();
    const keyboard = page.getByRole('button', { name: 'MIDI keyboard' });
    await keyboard.click();
    await page.getByText('Access to MIDI keyboards was denied.').waitFor();
    await keyboard.click();
    await page.getByText('No MIDI keyboard is connected.').waitFor();
    await page.evaluate('keyboards.set("one", { onmidimessage: null })');
    await keyboard.click();
    await page.getByText('Play an opening').waitFor();
    // C4 for a step of 300 ms; E4 and G4 for two; a key that no piano has, and a pedal, are none.
    await page.evaluate(`for (const [status, note, at] of [[0x90, 60, 1000], [0xb0, 64, 1010], [0x80, 60, 1310],
      [0x90, 64, 1290], [0x91, 67, 1300], [0x90, 120, 1300], [0x80, 64, 1890], [0x81, 67, 1910]]) press(status, note, at);`);
    await page.getByText('3 notes so far').waitFor();
    const rows = async () => (await texts(page, '.roll tbody tr')).slice(0, 5).map((row) => row.split(/\t/));
    await expect
      .poll(async () => (await rows()).map((row) => row[2]))
      .toEqual([...['given', 'given', 'given'], ...['generated', 'generated']]);
    expect((await rows()).slice(0, 3).map((row) => row[1])).toEqual(['C4', 'E4 G4', 'E4 G4']);
    await page.getByRole('button', { name: 'Another opening' }).click();
    await expect.poll(async () => (await rows())[3]![2]).toBe('given');
    expect(problems).toEqual([]);
    await close();
  });
});

it(
  'gives axe nothing to object to in any task, by light and in the dark',
  { timeout: 2 * LONG },
  async () => {
    const { page, problems, close } = await visit(browser, site, { at: STILL });
    for (const one of TASKS) {
      await choose(page, one);
      const apply = page.getByRole('button', { name: 'Apply and restart' });
      await ((await apply.isEnabled()) ? apply : play(page)).click();
      await expect
        .poll(() => page.locator('.changes').innerText(), { timeout: LONG })
        .not.toMatch(/Changed|Building/);
      await answered(page, 2);
      await pause(page).click();
      const own = page.locator('#own-input');
      if (await own.count()) {
        await own.fill('ab');
        await page.getByRole('button', { name: 'Predict' }).click();
        await expect.poll(() => page.locator('.own-answer').innerText()).not.toBe('');
      }
      expect(await violations(page), one.dataset).toEqual([]);
    }
    expect(problems).toEqual([]);
    await close();
  },
);

describe.each([
  { name: 'a small phone', viewport: { width: 360, height: 640 }, locale: 'en-US' },
  { name: 'a small phone, in German', viewport: { width: 360, height: 640 }, locale: 'de-DE' },
])('on $name', ({ viewport, locale }) => {
  it('fits, every task', { timeout: 2 * LONG }, async () => {
    const { page, close } = await visit(browser, site, {
      viewport,
      locale,
      isMobile: true,
      hasTouch: true,
      at: STILL,
    });
    await expect.poll(() => page.locator('#set-task option').count()).toBe(7);
    for (const { task, dataset } of TASKS) {
      await page.locator('#set-task').selectOption(task);
      await page.locator('#set-dataset').selectOption(dataset);
      const [train, apply] = [page.locator('.play'), page.locator('.apply-buttons button.primary')];
      await ((await apply.count()) ? apply : train).click();
      await page.locator(`.stream-task[data-task=${task}]`).waitFor({ timeout: LONG });
      await answered(page, 1);
      const [content, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(content, dataset).toBeLessThanOrEqual(room);
      expect(room).toBe(viewport.width);
    }
    await close();
  });
});
