// How long files and functions of core/ may be: what scripts/check-lengths.mjs finds.
import { expect, test } from 'vitest';
import { problemsOf } from '../../scripts/check-lengths.mjs';

const found = (text: string) => problemsOf(new Map([['core/base/a.cpp', text]]));
const lines = (count: number, line = '  work();') => `${line}\n`.repeat(count);

test('350 lines are a file, 351 are too many', () => {
  expect(found(lines(350, '// text'))).toEqual([]);
  expect(found(lines(351, '// text'))).toEqual(['core/base/a.cpp: 351 lines, at most 350']);
});

test('50 lines are a function, 51 are too many', () => {
  expect(found(`void f() {\n${lines(49)}}\n`)).toEqual([]);
  expect(found(`void f() {\n${lines(50)}}\n`)).toEqual(['core/base/a.cpp:1: 51 lines, at most 50: void f()']);
});

test.each([
  ['a method', `class C {\n  int f() const {\n${lines(50)}  }\n};\n`],
  ['a constructor with a list of members', `C::C(int a)\n    : a_(a), b_{a} {\n${lines(50)}}\n`],
  ['one in namespaces', `namespace a {\nnamespace {\nvoid f() {\n${lines(50)}}\n}\n}\n`],
  [
    'one with lambdas and loops',
    `void f() {\n  const auto g = [&] {\n${lines(25)}  };\n  for (;;) {\n${lines(25)}  }\n}\n`,
  ],
  ['one with braces in texts and comments', `void f() {\n  // {\n  x = "}";\n  y = '}';\n${lines(47)}}\n`],
  ['one whose return type is a template', `template <class T>\nstd::vector<T> f(T x) {\n${lines(50)}}\n`],
])('%s counts', (_, text) => {
  expect(found(text)).toHaveLength(1);
});

test.each([
  ['a class', `class C {\n${lines(60, '  int x;')}};\n`],
  ['a namespace', `namespace a {\n${lines(60, 'int x;')}}\n`],
  ['a table', `constexpr int list[]{\n${lines(60, '    1,')}};\n`],
  ['a table that is assigned', `constexpr Row rows[] = {\n${lines(60, '    {1, f(2)},')}};\n`],
  ['a text over lines', `const char* usage = R"(\n${lines(60, 'f() {')})";\n`],
])('%s does not', (_, text) => {
  expect(found(text)).toEqual([]);
});
