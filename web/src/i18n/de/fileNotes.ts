import { inWordsOf, leftOut, type Sentence } from '../engineSentences';

const REASONS: readonly Sentence[] = [
  [/^dates \(dataset\.dates: .*\)$/, 'Datumsangaben (die Rolle „Eingabe“ macht Eingaben daraus)'],
  [/^truth values \(dataset\.inputs .*\)$/, 'wahr oder falsch (die Rolle „Eingabe“ liest sie als 1 und 0)'],
  [/^dataset\.(?:ignore|inputs) .*$/, 'nicht gewählt'],
  [/^text$/, 'Text'],
  [/^it counts rows or time$/, 'zählt Zeilen oder Zeit'],
  [/^it has one value$/, 'hat nur einen Wert'],
  [/^it has no values$/, 'ist leer'],
  [/^its dates are all the same$/, 'überall dasselbe Datum'],
  [/^numbers of different units$/, 'Zahlen verschiedener Einheiten'],
  [/^the model does not use it$/, 'das Modell liest sie nicht'],
];

/** Warum eine Spalte wegbleibt. */
export const reason = (text: string): string => inWordsOf(REASONS, text);

/** „1 Zeile“, „3 Zeilen“. */
const counted = (count: string, one: string, many: string) => `${count} ${count === '1' ? one : many}`;
const is = (count: string, one: string, many: string) => (count === '1' ? one : many);

const SEPARATORS: Readonly<Record<string, string>> = { tab: 'Tabulator', space: 'Leerzeichen' };

const EXPECTED: readonly Sentence[] = [
  [/^a number$/, 'eine Zahl'],
  [/^a date$/, 'ein Datum'],
];

/** „column 2 (co2)“: die Stelle einer Zeile. */
const placeOf = (place: string) => place.replace(/^column /, 'Spalte ');

const NOTES: readonly Sentence[] = [
  [
    /^(\d+) fields? cannot be read, and a training refuses (?:it|them): (?:the first in )?line (\d+): expected (.*) in (.*), got (.*)\.$/,
    (count, line, expected, place, got) =>
      `${counted(count, 'Feld lässt', 'Felder lassen')} sich nicht lesen; damit wird nicht trainiert: Zeile ${line}, ${placeOf(place)}: erwartet ${inWordsOf(EXPECTED, expected)}, gefunden ${got.replace(/^nothing$/, 'nichts')}.`,
  ],
  [
    /^(\d+) missing values? of (.*) (?:is|are) refused: .*$/,
    (count, name) =>
      `In ${name} ${is(count, 'fehlt 1 Wert', `fehlen ${count} Werte`)}: „Fehlende Werte“ sagt, was damit geschieht.`,
  ],
  [
    /^(\d+) missing values? of (.*) takes? the value before\.$/,
    (count, name) =>
      `${counted(count, 'fehlender Wert', 'fehlende Werte')} in ${name}: Es gilt der Wert davor.`,
  ],
  [
    /^(\d+) missing values? of (.*) (?:is|are) interpolated\.$/,
    (count, name) => `${counted(count, 'fehlender Wert', 'fehlende Werte')} in ${name}: interpoliert.`,
  ],
  [
    /^(\d+) missing values? of (.*) (?:is|are) masked: .*$/,
    (count, name) =>
      `${counted(count, 'fehlender Wert', 'fehlende Werte')} in ${name}: maskiert, zählt weder als Eingabe noch im Verlust.`,
  ],
  [
    /^(\d+) sequences? (?:was|were) cut to (\d+) steps?\.$/,
    (count, steps) =>
      `${counted(count, 'Sequenz wurde', 'Sequenzen wurden')} auf ${counted(steps, 'Schritt', 'Schritte')} gekürzt.`,
  ],
  [/^The rows of (\d+) series are put together\.$/, 'Die Zeilen von $1 Reihen sind zusammengefasst.'],
  [
    /^(\d+) rows? without a date (?:is|are) left out, such as (.*)\.$/,
    (count, example) =>
      `${counted(count, 'Zeile ohne Datum bleibt', 'Zeilen ohne Datum bleiben')} weg, zum Beispiel ${example}.`,
  ],
  [
    /^(\d+) lines? with # in front (?:is|are) left out\.$/,
    (count) => `${counted(count, 'Zeile mit # am Anfang bleibt', 'Zeilen mit # am Anfang bleiben')} weg.`,
  ],
  [
    /^(\d+) lines? before the header (?:is|are) left out\.$/,
    (count) => `${counted(count, 'Zeile vor der Kopfzeile bleibt', 'Zeilen vor der Kopfzeile bleiben')} weg.`,
  ],
  [/^The text below the table is left out\.$/, 'Der Text unter der Tabelle bleibt weg.'],
  [
    /^The comment before the first row is the header\.$/,
    'Der Kommentar vor der ersten Zeile ist die Kopfzeile.',
  ],
  [
    /^The line of units below the header is left out\.$/,
    'Die Zeile mit Einheiten unter der Kopfzeile bleibt weg.',
  ],
  [/^The dates of (.*) are not evenly spaced\.$/, 'Die Daten in $1 haben keinen festen Abstand.'],
  [
    /^(\d+) gaps? in the dates of (.*), the first after (.*)\.$/,
    (count, name, date) =>
      `${counted(count, 'Lücke', 'Lücken')} in den Daten von ${name}, die erste nach ${date}.`,
  ],
  [
    /^(\d+) dates? of (.*) repeats? one above, such as (.*)\.$/,
    (count, name, date) =>
      `${counted(count, 'Datum', 'Daten')} in ${name} ${is(count, 'wiederholt', 'wiederholen')} ein früheres, zum Beispiel ${date}.`,
  ],
  [
    /^Dates go back in line (\d+) \((.*)\): .*$/,
    'Die Daten springen in Zeile $1 zurück ($2): gelesen wird in der Reihenfolge der Datei; die Rolle „Kennung der Reihe“ trennt Reihen.',
  ],
  [
    /^Rows are in no order of time, first in line (\d+) \((.*)\): sorted by date\.$/,
    'Die Zeilen stehen nicht in zeitlicher Reihenfolge, zuerst in Zeile $1 ($2): nach Datum sortiert.',
  ],
  [
    /^The newest row stands first \((.*)\): read in the order of time\.$/,
    'Die neueste Zeile steht oben ($1): gelesen wird in zeitlicher Reihenfolge.',
  ],
  [
    /^(?:Separator: (.*?)\.)?(?: ?(Decimal commas)\.)?$/,
    (separator = '', commas = '') =>
      [separator && `Trennzeichen: ${SEPARATORS[separator] ?? separator}.`, commas && 'Dezimalkommas.']
        .filter(Boolean)
        .join(' '),
  ],
  [
    /^Numbers such as (.*) are read as (thousands|decimals); .*$/,
    (number, kind) =>
      kind === 'thousands'
        ? `Zahlen wie ${number} werden mit Tausendertrennung gelesen; sind es Nachkommastellen, brauchen sie mehr oder weniger Ziffern.`
        : `Zahlen wie ${number} werden mit Nachkommastellen gelesen; sind es Tausender, gehören sie ohne Trennzeichen geschrieben.`,
  ],
  [/^Units are left out: (.*)\.$/, 'Einheiten bleiben weg: $1.'],
  [
    /^All rows are one series; dataset\.id "(.*)" makes one of each of its (\d+) values\.$/,
    'Alle Zeilen sind eine Reihe; die Rolle „Kennung der Reihe“ für $1 macht aus jedem ihrer $2 Werte eine eigene.',
  ],
  [/^Series are told apart by (.*)\.$/, 'Reihen werden durch $1 getrennt.'],
  [/^Left out: (.*)\.$/, (columns) => `Weggelassen: ${leftOut(columns, reason)}.`],
];

/** Was sich über eine Datei herausgestellt hat. */
export const note = (text: string): string => inWordsOf(NOTES, text);
