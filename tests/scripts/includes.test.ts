// The order of C++ includes: what scripts/check-includes.mjs refuses, and in which words.
import { expect, test } from 'vitest';
import { problemsOf } from '../../scripts/check-includes.mjs';

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
      /^wasm\/bindings.cpp: may not include core\/tools\/options.h: .* part of the other/,
    ),
    expect.stringMatching(
      /^core\/tools\/main.cpp: may not include wasm\/reply.h: core\/tools comes before wasm/,
    ),
  ]);
});

test('a circle is refused once, with the whole way round', () => {
  const includes = files({
    'core/model/a.h': ['unfold/model/b.h'],
    'core/model/b.h': ['unfold/model/c.h'],
    'core/model/c.h': ['unfold/model/b.h'],
    'core/model/d.cpp': ['unfold/model/a.h', 'unfold/model/c.h'],
  });
  expect(problemsOf(includes)).toEqual([
    'core/model/c.h: may not include core/model/b.h: the includes go in a circle (core/model/b.h → core/model/c.h → ' +
      'core/model/b.h)',
  ]);
});

test('a file of no folder and an include of no file are refused', () => {
  expect(problemsOf(files({ 'core/stray.h': [], 'core/base/rng.h': ['unfold/base/none.h'] }))).toEqual([
    expect.stringMatching(/^core\/stray.h: in none of the folders core\/base ← /),
    expect.stringMatching(/^core\/base\/rng.h: includes "unfold\/base\/none.h", which is no file of core\//),
  ]);
});
