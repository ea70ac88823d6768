/** The table of faults in tests/README.md is true: each test that it names exists. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';

const tests = new URL('../', import.meta.url);

/** What the tests of a file are called, and their groups. A name that is put together says its fixed parts. */
function titles(file: string): string[] {
  const source = readFileSync(new URL(file, tests), 'utf8');
  if (!file.endsWith('.ts'))
    return Array.from(source.matchAll(/^TEST\w*\(\s*\w+,\s*(\w+)\s*\)/gm), ([, name = '']) => name);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(test|it|describe)\b/.test(node.expression.getText())) {
      const [title] = node.arguments;
      if (title && (ts.isStringLiteralLike(title) || ts.isTemplateExpression(title)))
        found.push(ts.isTemplateExpression(title) ? title.getText() : title.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true));
  return found;
}

test('every fault names tests that exist', () => {
  const [, faults = ''] = readFileSync(new URL('README.md', tests), 'utf8').split('\n## Faults\n');
  const rows = faults.split('\n').filter((line) => /^\| ([A-F]\d|page)/.test(line));
  expect(rows.length).toBeGreaterThan(35);
  for (const row of rows) {
    const named = [...row.matchAll(/`((core|package|web)\/[\w./-]+)(?:: ([^`]+))?`/g)];
    expect(named.length, row).toBeGreaterThan(0);
    for (const [, file = '', folder, name = ''] of named) {
      const all = titles(file);
      expect(all.length, file).toBeGreaterThan(0);
      if (folder === 'web' && !name) continue; // the page's files hold one subject each
      expect(name, row).not.toBe('');
      expect(
        all.filter((title) => (folder === 'core' ? title === name : title.includes(name))),
        `${file} has no test "${name}"`,
      ).not.toEqual([]);
    }
  }
});
