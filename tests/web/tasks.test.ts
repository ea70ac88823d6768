// The tasks beyond the next character, as a person meets them: choose one, press Train, see what it answers.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright';
import { errorOf } from '../../web/src/tasks/foretold';
import { firstWrong, judge } from '../../web/src/tasks/marks';
import { frequencyOf, nameOfKey, notesOf } from '../../web/src/tasks/roll';
import {
  drop,
  openBrowser,
  openSite,
  pause,
  play,
  type Site,
  step,
  violations,
  visit,
  waitForStep,
} from './harness';

const STILL = '#autostart=0';
const LONG = 180_000;

let browser: Browser;
let site: Site;

beforeAll(async () => {
  [browser, site] = await Promise.all([openBrowser(), openSite()]);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

const TASKS = [
  { task: 'translate', corpus: 'reversal', label: 'Turn one sequence into another' },
  { task: 'classify', corpus: 'order', label: 'Sort into classes' },
  { task: 'tag', corpus: 'copy', label: 'Label every step' },
  { task: 'generate', corpus: 'anbn', label: 'Write sequences' },
  { task: 'regress', corpus: 'sine', label: 'Foretell numbers' },
  { task: 'regress', corpus: 'adding', label: 'Foretell numbers' },
  { task: 'notes', corpus: 'melodies', label: 'Play music' },
] as const;

/** Chooses a task as a person does. */
async function choose(page: Page, { label, corpus }: { label: string; corpus?: string }): Promise<void> {
  await expect.poll(() => page.locator('#set-task option').count()).toBe(7);
  await page.getByLabel('Task').selectOption({ label });
  if (corpus) await page.getByLabel('Learn from').selectOption(corpus);
  await expect.poll(() => play(page).isEnabled()).toBe(true);
}

/** The panel shows answers of at least that step. */
const answered = (page: Page, atLeast: number) =>
  page.waitForFunction(
    (least) =>
      Number(
        document.querySelector('.task-view [data-step], .task-view[data-step]')?.getAttribute('data-step') ??
          -1,
      ) >= least,
    atLeast,
    { timeout: LONG },
  );

const texts = (page: Page, selector: string) => page.locator(selector).allInnerTexts();

describe('the first wrong character', () => {
  it('is found where the two part, whichever ends first', () => {
    expect(firstWrong('abc', 'abc')).toBeNull();
    expect(firstWrong('abc', 'abd')).toBe(2);
    expect(firstWrong('abc', 'ab')).toBe(2);
    expect(firstWrong('ab', 'abc')).toBe(2);
    expect(firstWrong('', 'x')).toBe(0);
    expect(firstWrong('😀b', '😀c')).toBe(1);
  });
});

describe('a made language', () => {
  it.each([
    ['anbn', ['ab', 'aaabbb'], ['', 'aab', 'aba', 'b', 'a']],
    ['dyck', ['()', '([])[]', '[[()]]'], ['', '(', ')', '(]', '([)]']],
    [
      'elman',
      [
        'John walks .',
        'boys who chase dogs see .',
        'boy who girls see walks .',
        'cat who dogs who feed Mary chase lives .',
      ],
      [
        '',
        'John walk .',
        'boys who chases dogs see .',
        'boy who girls walk sees .',
        'boy who girls see walk .',
        'John walks',
        'John chases .',
        'Mary who walks lives .',
      ],
    ],
  ])('%s has its words and no others', (corpus, inside, outside) => {
    for (const text of inside) expect(judge(corpus, text), text).toBeNull();
    for (const text of outside) expect(judge(corpus, text), text).toMatchObject({ kind: expect.any(String) });
  });

  it('is judged only where it is known', () => {
    expect(judge('reversal', 'abc')).toBeUndefined();
    expect(judge('constructor', 'abc')).toBeUndefined();
  });
});

describe('a piano roll', () => {
  const row = (...keys: number[]) => Array.from({ length: 88 }, (_, key) => (keys.includes(key) ? 1 : 0));
  it('holds what goes on, and begins anew where the network does', () => {
    const rows = [row(39, 43), row(39), row(39), row(43)];
    expect(notesOf(rows)).toEqual([
      { key: 39, from: 0, steps: 3 },
      { key: 43, from: 0, steps: 1 },
      { key: 43, from: 3, steps: 1 },
    ]);
    expect(notesOf(rows, 2).filter(({ key }) => key === 39)).toEqual([
      { key: 39, from: 0, steps: 2 },
      { key: 39, from: 2, steps: 1 },
    ]);
  });

  it('has the keys of a piano', () => {
    expect([0, 39, 48, 87].map(nameOfKey)).toEqual(['A0', 'C4', 'A4', 'C8']);
    expect(frequencyOf(48)).toBeCloseTo(440, 9);
  });
});

it('measures a forecast against what came', () => {
  expect(errorOf({ series: [0, 1, 2, 3], answer: [], forecast: [2, 5], from: 2 })).toBe(2);
});

describe.each(TASKS)('$task, $corpus', ({ task, corpus, label }) => {
  it(
    'learns in front of the reader, beside what an answer without information costs',
    async () => {
      const { page, problems, close } = await visit(browser, site, { at: STILL });
      await choose(page, { label, corpus });
      await play(page).click();
      await waitForStep(page, 5, LONG);
      await answered(page, 5);
      const baseline = await page.locator('[data-baselines]').getAttribute('data-baselines');
      expect(baseline).toMatch(/^Without information [\d.]+$/);
      expect(await page.locator('.flow').count()).toBe(0);
      await pause(page).click();
      await play(page).waitFor();
      await page.waitForTimeout(300);
      const view = page.locator('.task-view');
      if (task === 'translate') {
        expect((await texts(page, '.answers tbody tr')).length).toBe(6);
        await page.locator('.attention-map td').first().waitFor();
      }
      if (task === 'classify') {
        expect(await page.locator('.answers tbody tr').count()).toBe(6);
        const shares = await texts(page, '.answers tbody tr:first-child .task-share-text');
        const sum = shares.reduce((all, text) => all + Number.parseFloat(text), 0);
        expect(sum).toBeGreaterThan(99);
        expect(sum).toBeLessThan(101);
      }
      if (task === 'tag') {
        const marks = await texts(page, '.tagged:not(.own *) .tag-mark');
        expect(marks.filter((mark) => /[✓✗]/.test(mark)).length).toBe(40);
        expect(await view.innerText()).toMatch(/of these 40 labels are right/);
      }
      if (task === 'generate') {
        const rows = await texts(page, '.answers tbody tr');
        expect(rows.length).toBe(10);
        for (const text of rows) expect(text).toMatch(/[✓✗]/);
      }
      if (corpus === 'sine') {
        expect(await page.locator('.forecast svg[role=img]').count()).toBe(3);
        const drawn = await page.locator('.forecast-own').first().getAttribute('d');
        expect(drawn!.split('L').length).toBe(33);
      }
      if (corpus === 'adding') {
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
      .poll(() => page.locator('.task-view').innerText(), { timeout: LONG })
      .toContain('6 of these 6 answers are right');
    await expect
      .poll(() => page.locator('.stream-meta').innerText(), { timeout: LONG })
      .toMatch(/(9\d(\.\d)?|100)% of the held-out/);
    expect(await page.locator('.first-wrong').count()).toBe(0);
    await pause(page).click();

    // The row that is chosen is the one whose attention is shown, by keyboard too.
    const first = page.locator('.pick').first();
    await first.focus();
    await page.keyboard.press('End');
    await expect.poll(() => page.locator('.pick').last().getAttribute('aria-pressed')).toBe('true');
    const last = await page.locator('.pick').last().innerText();
    expect((await texts(page, '.attention-map thead th')).join('')).toBe(last);

    await page.getByLabel('Try your own').fill('abcdef');
    await page.getByLabel('Beam width').fill('4');
    await page.getByLabel('Beam width').press('Enter');
    await page.locator('.own-answer b', { hasText: 'fedcba' }).waitFor({ timeout: LONG });
    expect(await page.locator('.own-answer tbody tr').count()).toBe(4);
    await page.getByLabel('Try your own').fill('abcX');
    await page.getByRole('button', { name: 'Ask' }).click();
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
      const { page, problems, close } = await visit(browser, site, { at: STILL, script });
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
      await page.waitForTimeout(1000);
      const rest = (await heard(page)).notes.length;
      await page.waitForTimeout(1500);
      expect((await heard(page)).notes.length).toBe(rest);
      expect(problems).toEqual([]);
      await close();
    },
  );
});

it('is carried by a link, every choice of it', { timeout: LONG }, async () => {
  const { page, close } = await visit(browser, site, { at: STILL });
  await choose(page, { ...TASKS[0], corpus: 'sorting' });
  await page.getByLabel('Difficulty').fill('5');
  await page.getByLabel('Attention').selectOption('multiplicative');
  await page.getByLabel('Context goes to').selectOption('initial');
  await page.getByLabel('How it ends').selectOption('count');
  await page.getByLabel('Encoder reads both ways').uncheck();
  await page.getByLabel('Hidden units').fill('24');
  await expect.poll(() => page.url()).toContain('h=24');
  const { hash } = new URL(page.url());
  await close();

  const other = await visit(browser, site, { at: hash.replace('&autostart=0', '') });
  await waitForStep(other.page, 3, LONG);
  await answered(other.page, 1);
  const values = await Promise.all(
    ['Task', 'Learn from', 'Difficulty', 'Attention', 'Context goes to', 'How it ends', 'Hidden units'].map(
      (name) => other.page.getByLabel(name).inputValue(),
    ),
  );
  expect(values).toEqual(['translate', 'sorting', '5', 'multiplicative', 'initial', 'count', '24']);
  expect(await other.page.getByLabel('Encoder reads both ways').isChecked()).toBe(false);
  await expect.poll(() => new URL(other.page.url()).hash).toBe(hash.replace('&autostart=0', ''));
  expect(other.problems).toEqual([]);
  await other.close();
});

it('waits for a restart, and Undo brings the text back', { timeout: LONG }, async () => {
  const { page, problems, close } = await visit(browser, site, { at: `#v=1&h=16&w=16&b=4&autostart=0` });
  await expect.poll(() => play(page).isEnabled()).toBe(true);
  await page.keyboard.press('s');
  await expect.poll(() => step(page)).toBe(1);
  await choose(page, TASKS[1]);
  expect(await page.locator('.changes').innerText()).toContain('Task');
  // The run on the page is still the one of the text.
  expect(await page.getByRole('heading', { name: 'Written by the network' }).count()).toBe(1);
  await page.getByRole('button', { name: 'Apply and restart' }).click();
  await answered(page, 1);
  await pause(page).click();
  await page.getByRole('button', { name: /^Bring back the former run/ }).click();
  await expect.poll(() => step(page)).toBe(1);
  await page.getByRole('heading', { name: 'Written by the network' }).waitFor();
  expect(await page.getByLabel('Learn from').inputValue()).toBe('tales');
  // What moved with it at once is said for some seconds first.
  await expect.poll(() => page.locator('.changes').innerText()).toBe('No change waits');
  await page.getByRole('button', { name: /^Bring back the former run/ }).click();
  await page.getByRole('heading', { name: 'Sorted by the network' }).waitFor();
  await answered(page, 1);
  // Dismissed, a change of task leaves nothing behind.
  await choose(page, { label: 'Write text' });
  await page.getByRole('button', { name: 'Discard' }).click();
  expect(await page.getByLabel('Learn from').inputValue()).toBe('order');
  expect(problems).toEqual([]);
  await close();
});

it('goes on after a reload, made examples and the reader’s own', { timeout: LONG }, async () => {
  const { page, problems, close } = await visit(browser, site, { at: STILL });
  await choose(page, TASKS[1]);
  const kept = async (atLeast: number) => {
    await page.getByRole('button', { name: 'Runs', exact: true }).click();
    await expect
      .poll(() => page.locator('.run-row').first().innerText(), { timeout: 30_000 })
      .toMatch(new RegExp(`step (${atLeast})\\b`));
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
  expect(await page.getByLabel('Learn from').inputValue()).toBe('order');
  await page.keyboard.press('s');
  await expect.poll(() => step(page)).toBe(3);

  await page.getByRole('button', { name: 'Paste…' }).click();
  const lines = Array.from(
    { length: 60 },
    (_, at) => `${at % 2 ? 'odd' : 'even'}\t${'ab'.repeat(1 + (at % 3))}${at % 2 ? 'b' : 'a'}`,
  );
  await page.getByRole('textbox', { name: 'Paste a text' }).fill(lines.join('\n'));
  await page.getByRole('button', { name: 'Use this text' }).click();
  await page.getByRole('button', { name: 'Apply and restart' }).click();
  await waitForStep(page, 20, LONG);
  await pause(page).click();
  await play(page).waitFor();
  const at = await step(page);
  await kept(at);
  await page.reload();
  await expect.poll(() => step(page), { timeout: 30_000 }).toBe(at);
  await answered(page, at);
  expect(await page.getByLabel('Learn from').locator('option:checked').innerText()).toBe('Pasted text');
  await page.getByLabel('Sort your own').fill('aba');
  await page.getByRole('button', { name: 'Ask' }).click();
  await expect.poll(() => page.locator('.own-answer b').innerText()).toMatch(/odd|even/);
  expect(problems).toEqual([]);
  await close();
});

it('opens a saved model with its examples, or as far as it can without them', { timeout: LONG }, async () => {
  const { page, problems, close } = await visit(browser, site, { at: STILL });
  const saved = async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save', exact: true }).click(),
    ]);
    return [...(await readFile(await download.path()))];
  };
  await choose(page, { ...TASKS[0], corpus: 'sorting' });
  await page.getByLabel('Hidden units').fill('8');
  await page.keyboard.press('s');
  await expect.poll(() => step(page)).toBe(1);
  const made = await saved();
  await page.getByRole('button', { name: 'Paste…' }).click();
  const pairs = Array.from({ length: 40 }, (_, at) => `${'xyz'.slice(at % 3)}\t${'zyx'.slice(at % 3)}`);
  await page.getByRole('textbox', { name: 'Paste a text' }).fill(pairs.join('\n'));
  await page.getByRole('button', { name: 'Use this text' }).click();
  await page.getByRole('button', { name: 'Apply and restart' }).click();
  await waitForStep(page, 3, LONG);
  await pause(page).click();
  await play(page).waitFor();
  const own = await saved();
  const last = await step(page);
  await close();

  const other = await visit(browser, site, { at: STILL });
  await expect.poll(() => play(other.page).isEnabled()).toBe(true);
  await drop(other.page, 'sorting.safetensors', made);
  await answered(other.page, 1);
  expect(await other.page.getByLabel('Learn from').inputValue()).toBe('sorting');
  await other.page.keyboard.press('s');
  await expect.poll(() => step(other.page)).toBe(2);
  await drop(other.page, 'own.safetensors', own);
  await expect.poll(() => step(other.page)).toBe(last);
  await other.page.getByLabel('Try your own').fill('xyz');
  await other.page.getByRole('button', { name: 'Ask' }).click();
  await other.page.locator('.own-answer b').waitFor();
  await play(other.page).click();
  await other.page.getByText('it can answer, not train').waitFor();
  expect([...problems, ...other.problems]).toEqual([]);
  await other.close();
});

it('says what is wrong with examples that are none, and goes on', { timeout: LONG }, async () => {
  const { page, close } = await visit(browser, site, { at: STILL });
  await choose(page, TASKS[0]);
  await page.getByRole('button', { name: 'Paste…' }).click();
  expect(await page.locator('#paste-hint').innerText()).toContain('a tab');
  await page.getByRole('textbox', { name: 'Paste a text' }).fill('no tab here\n'.repeat(9));
  await page.getByRole('button', { name: 'Use this text' }).click();
  await play(page).click();
  await page.locator('.notice', { hasText: 'This text cannot be used' }).waitFor();
  await page.getByLabel('Learn from').selectOption('reversal');
  await play(page).click();
  await answered(page, 1);
  await close();
});

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  it('gives axe nothing to object to in any task', { timeout: 2 * LONG }, async () => {
    const { page, problems, close } = await visit(browser, site, { colorScheme, at: STILL });
    for (const one of TASKS) {
      await choose(page, one);
      if ((await step(page)) === 0) await play(page).click();
      else await page.getByRole('button', { name: 'Apply and restart' }).click();
      await expect
        .poll(() => page.locator('.changes').innerText(), { timeout: LONG })
        .not.toContain('Changed');
      await answered(page, 2);
      await pause(page).click();
      const own = page.locator('#own-input');
      if (await own.count()) {
        await own.fill('ab');
        await page.getByRole('button', { name: 'Ask' }).click();
        await expect.poll(() => page.locator('.own-answer').innerText()).not.toBe('');
      }
      expect(await violations(page), one.corpus).toEqual([]);
    }
    expect(problems).toEqual([]);
    await close();
  });
});

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
    for (const { task, corpus } of TASKS) {
      await page.locator('#set-task').selectOption(task);
      await page.locator('#set-corpus').selectOption(corpus);
      const [train, apply] = [page.locator('.play'), page.locator('.apply-buttons button.primary')];
      await ((await apply.count()) ? apply : train).click();
      await page.locator(`.stream-task[data-task=${task}]`).waitFor({ timeout: LONG });
      await answered(page, 1);
      const [content, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(content, corpus).toBeLessThanOrEqual(room!);
      expect(room).toBe(viewport.width);
    }
    await close();
  });
});
