// The mutants' table of tests/README.md: areas that were run get new rows, and the others keep theirs.
import { expect, test } from 'vitest';
import { check, mergeTable, parseTable, read } from '../../scripts/quality/mutants.mjs';

const TABLE = `| area | faults | killed | survived | sources of |
|---|---|---|---|---|
| core | 64 | 64 | – | 2026-11-30 |
| gone | 3 | 3 | – | 2026-11-01 |
| page | 4 | 2 | \`a-b\`, \`c\` | 2026-11-02 |
| all | 71 | 69 | \`a-b\`, \`c\` | |
`;

test('every fault fits the sources of today', () => {
  expect(() => check(read())).not.toThrow();
});

test('a row is read back, and the sum is none', () => {
  expect(parseTable(TABLE)).toEqual([
    { area: 'core', count: 64, killed: 64, survived: [], date: '2026-11-30' },
    { area: 'gone', count: 3, killed: 3, survived: [], date: '2026-11-01' },
    { area: 'page', count: 4, killed: 2, survived: ['a-b', 'c'], date: '2026-11-02' },
  ]);
});

test('new rows replace those of their areas, in the order of the areas, and the sum counts all', () => {
  const rows = [
    { area: 'page', count: 5, killed: 4, survived: ['c'], date: '2026-12-01' },
    { area: 'bindings', count: 2, killed: 2, survived: [], date: '2026-12-01' },
  ];
  expect(mergeTable(TABLE, rows, ['bindings', 'core', 'package', 'page'])).toBe(
    `| area | faults | killed | survived | sources of |
|---|---|---|---|---|
| bindings | 2 | 2 | – | 2026-12-01 |
| core | 64 | 64 | – | 2026-11-30 |
| page | 5 | 4 | \`c\` | 2026-12-01 |
| all | 71 | 70 | \`c\` | |`,
  );
});
