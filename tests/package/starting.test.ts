/** How long a worker's start may be silent, by a clock of the test's own. In browsers: worker-start.test.ts. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
// Not exported: timers are its whole subject, and browsers have no others.
import { inquire } from '../../dist/client/inquire.js';
import { watchStart } from '../../dist/client/starting.js';

const url = 'http://page/worker.js';
const script = (body: string) => new Response(body, { headers: { 'Content-Type': 'text/javascript' } });

let worker: EventTarget;
let dead: string[];
let closed: AbortController;
let scope: EventTarget;
let answer: (url: string) => Promise<Response>;

beforeEach(() => {
  vi.useFakeTimers();
  [worker, dead, closed, scope] = [new EventTarget(), [], new AbortController(), new EventTarget()];
  answer = async () => script('onmessage = () => {};');
  vi.stubGlobal('fetch', async (address: string) =>
    Object.defineProperty(await answer(address), 'url', { value: address }),
  );
  vi.stubGlobal('addEventListener', scope.addEventListener.bind(scope));
  watchStart(worker as unknown as Worker, url, inquire, (reason) => dead.push(reason), closed.signal);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const tell = (type: string, more: object = {}) => worker.dispatchEvent(Object.assign(new Event(type), more));
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

describe('a worker', () => {
  test('that says nothing for five seconds is dead, once', async () => {
    await pass(4000);
    expect(dead).toEqual([]);
    await pass(1000);
    expect(dead).toEqual(['it ended, or does not answer']);
    tell('error', { message: 'late' });
    await pass(60_000);
    expect(dead).toHaveLength(1);
  });

  test('that says anything lives', async () => {
    await pass(4000);
    tell('message');
    await pass(60_000);
    expect(dead).toEqual([]);
  });

  test('that is closed meanwhile is not heard of again', async () => {
    tell('error');
    closed.abort();
    await pass(60_000);
    expect(dead).toEqual([]);
  });

  test('that reports an error is dead at once', () => {
    tell('error', { message: 'mine' });
    expect(dead).toEqual(['mine']);
  });
});

describe('the network', () => {
  test('may take as long as it likes, for the script and for what it imports', async () => {
    const later = (body: string) =>
      new Promise<Response>((resolve) => setTimeout(() => resolve(script(body)), 60_000));
    answer = (address) => later(address === url ? 'import{a}from"./a.js";' : '');
    await pass(121_000);
    expect(dead).toEqual([]);
    await pass(4000);
    expect(dead).toEqual(['it ended, or does not answer']);
  });

  test('that is gone is a reason', async () => {
    answer = () => Promise.reject(new TypeError('Failed to fetch'));
    await pass(5000);
    expect(dead).toEqual(['it could not be fetched']);
  });

  describe('that a policy closes to this thread', () => {
    const refuse = async () => {
      setTimeout(() => {
        const event = new Event('securitypolicyviolation');
        scope.dispatchEvent(Object.assign(event, { effectiveDirective: 'connect-src' }));
      });
      throw new TypeError('Failed to fetch');
    };

    test('is no reason, and that it was closed is told beside the silence', async () => {
      answer = refuse;
      await pass(4000);
      expect(dead).toEqual([]);
      await pass(1000);
      expect(dead).toEqual([expect.stringMatching(/^it ended, or does not answer \(.*connect-src/)]);
    });

    test('is not what was wrong with a worker that was refused', async () => {
      answer = refuse;
      tell('error');
      await pass(5000);
      expect(dead).toEqual([expect.stringContaining('was refused')]);
    });
  });

  test('that never says what was wrong with a script does not keep the error', async () => {
    answer = () => new Promise(() => {});
    tell('error');
    await pass(5000);
    expect(dead).toEqual([expect.stringContaining('was refused')]);
  });
});

test.each([
  ['import "./a.js";', 'http://page/a.js'],
  ['import{b as c}from"../b.js";', 'http://page/b.js'],
  ['export * from "/c.js"', 'http://page/c.js'],
  ["import d from 'http://other/d.js'", 'http://other/d.js'],
])('%s: what is wrong with that is the reason', async (body, address) => {
  answer = async (asked) => (asked === url ? script(body) : new Response('no', { status: 404 }));
  await pass(5000);
  expect(dead).toEqual([`${address} could not be loaded: status 404`]);
});
