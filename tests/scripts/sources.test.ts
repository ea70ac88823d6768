// The order of C++ includes and the lengths of files: what scripts/quality/sources.mjs refuses, and in which words.
import { expect, test } from 'vitest';
import { longFiles, problemsOf } from '../../scripts/quality/sources.mjs';

const files = (includes: Record<string, string[]>) => new Map(Object.entries(includes));

test('includes of the own folder, of the folders below and from wasm/ are in order', () => {
  const includes = files({
    'core/base/real.h': [],
    'core/base/rng.h': ['unfold/base/real.h'],
    'core/model/cell.h': ['unfold/base/real.h'],
    'core/model/cells/lstm.cpp': ['unfold/model/cell.h', 'unfold/base/rng.h'],
    'core/tools/main.cpp': ['unfold/model/cell.h'],
    'wasm/bindings/reply.h': ['unfold/model/cell.h'],
    'wasm/bindings/bindings.cpp': ['reply.h', 'unfold/base/rng.h'],
  });
  expect(problemsOf(includes)).toEqual([]);
});

test('an include of a folder further up is refused with both files and the rule', () => {
  const [problem, ...others] = problemsOf(
    files({ 'core/base/rng.h': ['unfold/model/cell.h'], 'core/model/cell.h': [] }),
  );
  expect(others).toEqual([]);
  expect(problem).toBe(
    'core/base/rng.h: may not include core/model/cell.h: core/base comes before core/model (core/base ← core/kernels ← ' +
      'core/config ← core/model ← core/data ← core/train ← core/generate ← core/inspect ← core/io ← core/api ← ' +
      'core/tools ← core/examples ← wasm)',
  );
});

test('the bindings, the examples and the programs of core/tools do not include each other', () => {
  const includes = files({
    'core/examples/train.cpp': ['unfold/tools/options.h'],
    'wasm/bindings/bindings.cpp': ['unfold/tools/options.h'],
    'core/tools/options.h': [],
    'core/tools/main.cpp': ['../../wasm/bindings/reply.h'],
    'wasm/bindings/reply.h': [],
  });
  expect(problemsOf(includes)).toEqual([
    expect.stringMatching(
      /^core\/examples\/train.cpp: may not include core\/tools\/options.h: .* part of the other/,
    ),
    expect.stringMatching(
      /^wasm\/bindings\/bindings.cpp: may not include core\/tools\/options.h: .* part of the other/,
    ),
    expect.stringMatching(
      /^core\/tools\/main.cpp: may not include wasm\/bindings\/reply.h: core\/tools comes before wasm/,
    ),
  ]);
});

test('a file of no folder and an include of no file are refused', () => {
  expect(problemsOf(files({ 'core/stray.h': [], 'core/base/rng.h': ['unfold/base/none.h'] }))).toEqual([
    expect.stringMatching(/^core\/stray.h: in none of the folders core\/base ← /),
    expect.stringMatching(/^core\/base\/rng.h: includes "unfold\/base\/none.h", which is no file of core\//),
  ]);
});

test('350 lines are a file, 351 are too many', () => {
  const found = (count: number) => longFiles(new Map([['core/base/a.cpp', '// text\n'.repeat(count)]]));
  expect(found(350)).toEqual([]);
  expect(found(351)).toEqual(['core/base/a.cpp: 351 lines, at most 350']);
});
