// The search for copied passages, against looking everywhere.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { charactersIn, sharedPassages } from '../../web/src/data/sharedPassages';

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

/** The longest run of characters of `short` in `long`, and what lies in runs of at least `least`. */
function everywhere(short: string, long: string, least: number) {
  const points = [...short];
  const marks = points.map(() => 0);
  let longest = 0;
  for (let from = 0; from < points.length; from++)
    for (let to = from + 1; to <= points.length && long.includes(points.slice(from, to).join('')); to++) {
      longest = Math.max(longest, to - from);
      if (to - from >= least) marks.fill(1, from, to);
    }
  return { longest, marks };
}

const text = (most: number) =>
  fc
    .array(fc.constantFrom('a', 'b', 'ab', 'é', 'è', '日', '😀', '😁', ' '), { maxLength: most })
    .map((parts) => parts.join(''));

it('finds the longest copied passage and marks all of the long ones', () => {
  fc.assert(
    fc.property(text(40), text(80), fc.integer({ min: 1, max: 5 }), (short, long, least) => {
      const [a, b] = [encode(short), encode(long)];
      const found = sharedPassages(a, b, Infinity, least);
      const { longest, marks } = everywhere(short, long, least);
      expect(found.characters).toBe(longest);
      const passage = decode(a.subarray(found.from, found.to));
      expect([...passage]).toHaveLength(longest);
      expect(long).toContain(passage);
      const perByte = [...short].flatMap((point, at) => [...encode(point)].map(() => marks[at]));
      expect([...found.marks]).toEqual(perByte);
    }),
    { numRuns: 500 },
  );
});

it('looks at the training part only', () => {
  const [short, long] = [encode('quick brown'), encode('é the quick red, then the quick brown')];
  expect(sharedPassages(short, long, 16).characters).toBe('quick '.length);
  expect(sharedPassages(short, long, charactersIn(long)).characters).toBe('quick brown'.length);
  // To the character, of however many bytes those before it are.
  for (let limit = 0; limit < 11; limit++)
    expect(sharedPassages(short, encode('日équick brown'), 2 + limit).characters).toBe(limit);
});

// Looking everywhere would take 10¹¹ comparisons here: it would not end before the test does.
it('searches twenty megabytes, once through', () => {
  const long = new Uint8Array(20_000_000).map((_, at) => 97 + ((at * 2654435761) % 26));
  expect(sharedPassages(long.slice(5_000_000, 5_010_000), long, Infinity).characters).toBe(10_000);
});
