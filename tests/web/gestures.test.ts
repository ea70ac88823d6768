// Gestures are drawn with synthetic pointers, learned, and recognized while others are drawn.
import type { Page } from 'playwright';
import { expect, it } from 'vitest';
import { COLUMNS, RATE, resample, rowsOf } from '../../web/src/gestures/strokes';
import { fromCsv, toCsv } from '../../web/src/gestures/csv';
import { browser, contents, site, useSite, violations, visit } from './harness';
import { choose, LONG, STILL, TASKS } from './tasks';

useSite();

it('brings strokes to a fixed rate: places since the beginning, and velocities', () => {
  const moments = [0, 10, 35, 90, 100].map((time) => ({ time: 5 + time, values: [0.2 + time / 1000, 0.5] }));
  const rows = rowsOf('pointer', moments);
  expect(rows).toHaveLength(1 + Math.floor((100 * RATE) / 1000));
  rows.forEach(([x, y, vx, vy], t) => {
    expect(x).toBeCloseTo(t / RATE, 9);
    expect(vx).toBeCloseTo(t ? 1 : 0, 9);
    expect([y, vy]).toEqual([0, 0]);
  });
  expect(resample([])).toEqual([]);
  expect(resample([{ time: 0, values: [1] }])).toEqual([[1]]);
});

it('writes and reads its table, and no other', () => {
  const list = [
    { name: 'a "b", c', strokes: [[[0, 1, 2, 3]], [[4, 5, 6, 7]]] },
    { name: 'd', strokes: [[[0.5, -1, 0, 0]]] },
  ];
  expect(fromCsv(toCsv({ source: 'pointer', list }))).toEqual({ source: 'pointer', list });
  const head = ['id', 't', ...COLUMNS.motion, 'label'].join();
  expect(fromCsv(`${head}\r\n0,0,1,2,3,up\r\n`)).toMatchObject({ source: 'motion', list: [{ name: 'up' }] });
  for (const wrong of ['', 'a,b\n1,2\n', `${head}\n`, `${head}\n0,0,1,2,up\n`, `${head}\n0,0,1,x,3,up\n`])
    expect(fromCsv(wrong), wrong).toBeNull();
});

/** Moves of a stroke on the canvas, one in each frame; `vary` makes no two alike. */
async function stroke(
  page: Page,
  shape: 'circle' | 'line' | 'zigzag',
  vary: number,
  upTo = 1,
): Promise<void> {
  await page.evaluate(
    async ([shape, vary, upTo]) => {
      const canvas = document.querySelector('.gestures-canvas')!;
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const size = 0.6 + 0.04 * vary;
      const points = Array.from({ length: 24 }, (_, k) => {
        const s = k / 23;
        if (shape === 'circle')
          return [0.5 + 0.3 * size * Math.cos(6.28 * s), 0.5 + 0.3 * size * Math.sin(6.28 * s)];
        if (shape === 'line') return [0.2 + 0.6 * size * s, 0.4 + 0.02 * vary];
        return [0.2 + 0.6 * size * s, 0.5 + 0.25 * size * (Math.abs(((s * 6) % 2) - 1) - 0.5)];
      });
      const send = (type: string, [x, y]: number[]) =>
        canvas.dispatchEvent(
          new PointerEvent(type, {
            bubbles: true,
            isPrimary: true,
            pointerId: 1,
            clientX: left + x! * width,
            clientY: top + y! * height,
          }),
        );
      send('pointerdown', points[0]!);
      for (const point of points.slice(0, Math.ceil(upTo * points.length))) {
        await new Promise(requestAnimationFrame);
        send('pointermove', point);
      }
      if (upTo === 1) send('pointerup', points.at(-1)!);
    },
    [shape, vary, upTo] as const,
  );
}

it(
  'records three gestures, learns them, and recognizes new strokes while they are drawn',
  { timeout: LONG },
  async () => {
    const { page, problems, close } = await visit(browser, site, { at: STILL });
    await choose(page, TASKS[1]);
    await page.getByRole('button', { name: 'Record gestures…' }).click();
    const dialog = page.locator('dialog[open]');
    const train = dialog.getByRole('button', { name: 'Train on these' });
    await train.waitFor();
    expect(await train.isDisabled()).toBe(true);
    const shapes = ['circle', 'line', 'zigzag'] as const;
    for (const shape of shapes) {
      await dialog.getByRole('radio', { name: `Record ${shape}` }).check();
      for (let vary = 0; vary < 11; vary++) await stroke(page, shape, vary);
      const item = dialog.locator('.gestures-item', {
        has: page.getByRole('radio', { name: `Record ${shape}` }),
      });
      await expect.poll(() => item.innerText()).toContain('11 examples');
      await item.getByRole('button', { name: 'Delete last' }).click();
      await expect.poll(() => item.innerText()).toContain('10 examples');
    }
    expect(await violations(page, 'dialog[open]')).toEqual([]);

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Export CSV' }).click(),
    ]);
    const csv = (await contents(download)).toString();
    expect(fromCsv(csv)?.list.map(({ name, strokes }) => [name, strokes.length])).toEqual(
      shapes.map((shape) => [shape, 10]),
    );

    await train.click();
    const status = dialog.locator('.gestures-status');
    const right = async () => Number(/accuracy ([\d.]+)/.exec(await status.innerText())?.[1] ?? 0);
    await expect.poll(right, { timeout: LONG }).toBeGreaterThanOrEqual(99);
    await dialog.getByRole('radio', { name: 'Recognize', exact: true }).check();
    const answer = dialog.locator('.gestures-answer b');
    for (const [at, shape] of shapes.entries()) {
      await stroke(page, shape, 3.5 + at);
      await expect.poll(() => answer.innerText()).toBe(shape);
      expect(await dialog.locator('.probability-bar').count()).toBe(3);
    }
    // Half a stroke is answered too, before the pointer is lifted.
    await dialog.getByRole('button', { name: 'Recognize the last circle' }).click();
    await expect.poll(() => answer.innerText()).toBe('circle');
    await stroke(page, 'line', 5, 0.9);
    await expect.poll(() => answer.innerText()).toBe('line');
    expect(problems).toEqual([]);
    await close();

    // The table is all that another page needs, without a pointer.
    const other = await visit(browser, site, { at: STILL });
    await choose(other.page, TASKS[1]);
    await other.page.getByRole('button', { name: 'Record gestures…' }).click();
    const file = { name: 'gestures.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) };
    await other.page.locator('dialog[open] input[type=file]').setInputFiles(file);
    await expect
      .poll(() => other.page.locator('dialog[open] .gestures-count').allInnerTexts())
      .toEqual(shapes.map(() => '10 examples'));
    await other.page.getByRole('button', { name: 'Train on these' }).click();
    await expect
      .poll(() => other.page.locator('.gestures-status').innerText(), { timeout: LONG })
      .toMatch(/^Step \d/);
    await other.close();
  },
);
