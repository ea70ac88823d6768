// A forecast as CSV: the notation of its table, the dates that come next, and a column for each part of a band.
import { expect, test } from 'vitest';
import { forecastCsv, type TableRows, UnfoldError } from 'unfold-rnn';

const table: TableRows = {
  series: [
    [[1], [2]],
    [[3], [4]],
  ],
  lengths: [2, 2],
  targets: ['Umsatz; netto'],
  header: true,
  separator: ';',
  decimal: ',',
  notes: [],
  dates: {
    column: 'Monat',
    next: [
      ['31.1.2024', '29.2.2024'],
      ['31.3.2024', '30.4.2024'],
    ],
  },
};

test('has the separator, the decimal mark and the dates of the table, and the digits of float32', () => {
  const forecast = [[Math.fround(0.1)], [1234.5]];
  expect(forecastCsv(table, { forecast, values: [] })).toBe(
    'Monat;"Umsatz; netto"\n31.1.2024;0,1\n29.2.2024;1234,5',
  );
  expect(forecastCsv(table, { forecast, values: [] }, { series: 1 })).toContain('\n31.3.2024;0,1\n');
});

test('has a column for each quantile but the answer, or for the deviation', () => {
  const plain = { ...table, targets: ['a', 'b'], separator: 'tab', decimal: '.' as const };
  delete (plain as Partial<TableRows>).dates;
  const forecast = [[1, 5]];
  const forecastQuantiles = [
    [
      [0, 1, 2],
      [4, 5, 6],
    ],
  ];
  expect(
    forecastCsv(plain, { forecast, values: [], forecastQuantiles }, { quantiles: [0.1, 0.5, 0.9] }),
  ).toBe('a\ta_0.1\ta_0.9\tb\tb_0.1\tb_0.9\n1\t0\t2\t5\t4\t6');
  expect(forecastCsv(plain, { forecast, values: [], forecastDeviations: [[0.5, 0.25]] })).toBe(
    'a\ta_sd\tb\tb_sd\n1\t0.5\t5\t0.25',
  );
});

test('what cannot be written is refused by name', () => {
  const refused = (run: () => unknown, field: string) => {
    expect(run).toThrow(UnfoldError);
    expect(run).toThrow(new RegExp(`^${field}: expected`));
  };
  refused(() => forecastCsv(table, { values: [[1]] }, { series: 2 }), 'series');
  refused(() => forecastCsv(table, { values: [[1]] }, { quantile: [1] } as never), 'quantile');
  refused(() => forecastCsv(table, { output: 'good' } as never), 'answer');
  refused(() => forecastCsv(null as never, { values: [[1]] }), 'table');
});
