// What `npm test` reads in reports, and which skips it lets pass.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { googleTests, judgeSkips, vitestTests } from '../../scripts/quality/reports.mjs';

const folder = mkdtempSync(join(tmpdir(), 'unfold-reports-'));
afterAll(() => rmSync(folder, { recursive: true }));

test("GoogleTest's reports: what ran, failed, was skipped with a reason, or is disabled", () => {
  writeFileSync(
    join(folder, 'tests_float.0.xml'),
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="4" failures="1" disabled="1" errors="0" time="0.1" name="AllTests">
  <testsuite name="All/Kernels" tests="4" failures="1" disabled="1" skipped="1" errors="0" time="0.1">
    <testcase name="Sums/a&lt;b" value_param="&quot;a&gt;b&quot;" file="k.cpp" line="3" status="run" result="completed" time="1.5" classname="All/Kernels" />
    <testcase name="Fails" file="k.cpp" line="5" status="run" result="completed" time="0" classname="All/Kernels">
      <failure message="k.cpp:6&#x0A;expected" type=""><![CDATA[k.cpp:6
expected]]></failure>
    </testcase>
    <testcase name="Skips" file="k.cpp" line="7" status="run" result="skipped" time="0" classname="All/Kernels">
      <skipped message="k.cpp:8&#x0A;not on &quot;this&quot; machine&#x0A;"><![CDATA[k.cpp:8
not on "this" machine
]]></skipped>
    </testcase>
    <testcase name="DISABLED_Rests" file="k.cpp" line="9" status="notrun" result="suppressed" time="0" classname="All/Kernels" />
  </testsuite>
</testsuites>
`,
  );
  expect(googleTests(folder)).toEqual([
    { name: 'tests_float: All/Kernels.Sums/a<b', status: 'passed', seconds: 1.5, reason: '' },
    expect.objectContaining({ name: 'tests_float: All/Kernels.Fails', status: 'failed' }),
    {
      name: 'tests_float: All/Kernels.Skips',
      status: 'skipped',
      seconds: 0,
      reason: 'not on "this" machine',
    },
    {
      name: 'tests_float: All/Kernels.DISABLED_Rests',
      status: 'skipped',
      seconds: 0,
      reason: 'disabled',
    },
  ]);
});

test("Vitest's report: what ran, was skipped, or is to be written; a file that does not load has failed", () => {
  const file = join(folder, 'vitest.json');
  const assertionResults = ['passed', 'failed', 'skipped', 'pending', 'todo'].map((status) => ({
    ancestorTitles: ['a model'],
    title: status,
    status,
    duration: 250,
  }));
  const testResults = [
    { name: join(process.cwd(), 'tests/a.test.ts'), status: 'failed', assertionResults },
    { name: join(process.cwd(), 'tests/b.test.ts'), status: 'failed', assertionResults: [] },
  ];
  writeFileSync(file, JSON.stringify({ testResults }));
  expect(vitestTests(file).map(({ name, status, seconds }) => [name, status, seconds])).toEqual([
    ['tests/a.test.ts: a model > passed', 'passed', 0.25],
    ['tests/a.test.ts: a model > failed', 'failed', 0.25],
    ['tests/a.test.ts: a model > skipped', 'skipped', 0.25],
    ['tests/a.test.ts: a model > pending', 'skipped', 0.25],
    ['tests/a.test.ts: a model > todo', 'skipped', 0.25],
    ['tests/b.test.ts', 'failed', 0],
  ]);
  expect(vitestTests(join(folder, 'none.json'))).toEqual([]);
});

const outcome = (name: string, status: 'passed' | 'skipped') => ({ name, status, seconds: 0, reason: 'own' });

test('a skip is listed, or it is not; an entry without a skip is out of date', () => {
  const outcomes = [
    outcome('tests_float: All/A.b/avx512 (x)', 'skipped'),
    outcome('tests_double: All/A.b/avx512 (x)', 'skipped'),
    outcome('tests/a.test.ts: runs', 'passed'),
  ];
  const allowed = {
    'tests_float: */avx512 (x)': 'no AVX-512',
    'tests/a.test.ts: *': 'ran',
    'tests/gone*': 'gone',
  };
  expect(judgeSkips(outcomes, allowed, true)).toEqual({
    skipped: [
      { name: 'tests_float: All/A.b/avx512 (x)', listed: true, reason: 'no AVX-512' },
      { name: 'tests_double: All/A.b/avx512 (x)', listed: false, reason: 'own' },
    ],
    stale: ['tests/a.test.ts: *', 'tests/gone*'],
  });
  expect(judgeSkips(outcomes, allowed, false).stale, 'where only some stages ran').toEqual([
    'tests/a.test.ts: *',
  ]);
  expect(
    judgeSkips(outcomes, { 'tests_float: All/A.b/avx512': 'a part of the name' }, true).skipped[0]?.listed,
  ).toBe(false);
});
