// Die Sätze der Aufgaben.
import type { Messages } from '../en/messages';
import { integer } from '../format';

export const tasks: Messages['tasks'] = {
  title: 'Aufgabe und Daten',
  names: {
    next: 'Text erzeugen',
    generate: 'Sequenzen erzeugen',
    classify: 'Sequenzen klassifizieren',
    tag: 'Jeden Schritt taggen',
    translate: 'Sequenzen übersetzen',
    regress: 'Zahlen vorhersagen',
    notes: 'Musik erzeugen',
  },
  headings: {
    next: 'Erzeugter Text',
    generate: 'Erzeugte Sequenzen',
    classify: 'Vorhergesagte Klassen',
    tag: 'Vorhergesagte Tags',
    translate: 'Vorhergesagte Ausgaben',
    regress: 'Vorhersagen',
    notes: 'Erzeugte Musik',
  },
  formats: {
    next: 'Ein beliebiger Text.',
    generate: 'Eigene Daten: eine Sequenz je Zeile.',
    classify:
      'Eigene Daten: je Zeile ein Text und sein Label (Tabulator, Komma oder JSON), oder eine Tabelle mit Kennung, Zahlen und Label.',
    tag: 'Eigene Daten: Wörter und ihre Tags (CoNLL); oder je Zeile eine Sequenz, ein Tabulator und für jedes Zeichen ein Tag aus einem Zeichen.',
    translate: 'Eigene Daten: je Zeile eine Eingabe, ein Tabulator und eine Ausgabe.',
    regress:
      'Eigene Daten: eine Tabelle (CSV), in der jede Zeile aus den vorigen vorhergesagt wird; oder je Zeile eine Reihe, ein Tabulator und ihr Zielwert.',
    notes:
      'Eigene Daten: MIDI-Dateien; oder JSON, {"keys": "midi", "train": [[[60, 64], …], …]}: die Noten jedes Schritts, oder 88 Nullen und Einsen.',
  },
  keys: 'Notennummern',
  keysWanted: 'Bitte die Bedeutung angeben',
  keysPiano: 'Klaviertasten, 0–87',
  keysMidi: 'MIDI-Noten, 21–108',
  ask: {
    generate: 'Wahrscheinlichkeit von',
    classify: 'Eigenes klassifizieren',
    tag: 'Eigenes taggen',
    translate: 'Eigenes ausprobieren',
  },
  controls: {
    translate: 'Encoder und Decoder',
    generate: 'Erzeugung',
    classify: 'Ausgabe',
    tag: 'Eingabe',
    regress: 'Ausgabe',
  },
  difficulty: (counted) => `Schwierigkeit: ${counted}`,
  usual: 'Standard',
  reached: 'Vergleichswerte',
  best: 'Bestmöglich',
  waiting: 'Die ersten Vorhersagen erscheinen, sobald das Netz aufgebaut ist.',
  noAttention: 'Dieses Netz hat keine Attention und deshalb keine Attention-Gewichte.',
  meta: (step, right, measuredAt) =>
    right === null
      ? `Schritt ${step}`
      : `Schritt ${step}, Validierungsgenauigkeit ${right}${measuredAt === step ? '' : ` bei Schritt ${measuredAt}`}`,
  rightOf: (right, all) => `${integer(right)} dieser ${integer(all)} Ausgaben sind richtig.`,
  rightLabels: (right, all) => `${integer(right)} dieser ${integer(all)} Tags sind richtig.`,
  inLanguage: (right, all) => `${integer(right)} dieser ${integer(all)} gehören zur Sprache.`,
  words: {
    examples: 'Zurückgehaltene Beispiele und ihre Vorhersagen',
    example: (number) => `Beispiel ${integer(number)}`,
    input: 'Eingabe',
    target: 'Ziel',
    output: 'Ausgabe',
    probability: 'Wahrscheinlichkeit',
    right: 'richtig',
    wrong: 'falsch',
    end: 'Ende',
    nothing: '(leer)',
    firstWrong: (written, wanted) => `erster Fehler: ${written} statt ${wanted}; `,
    attention: 'Attention-Gewichte',
    attentionAbout: 'Eine Zeile je Ausgabezeichen, eine Spalte je Eingabezeichen.',
    uncounted: (symbol) => `${symbol}, nicht gewertet`,
    labelled: (symbol, label, target) =>
      label === target
        ? `${symbol} ist ${label}, richtig`
        : `${symbol} ist ${label}, falsch: richtig wäre ${target}`,
    tagAbout: 'Oben die Eingabe, darunter die vorhergesagten Tags; nicht gewertete Schritte sind blass.',
    written: 'Sequenz',
    bits: 'Bit',
    inLanguage: 'In der Sprache?',
    faults: {
      order: (symbol) => `${symbol} zu spät`,
      count: (counts) => counts,
      closes: (symbol) => `${symbol} schließt nichts`,
      open: (symbol) => `${symbol} fehlt`,
      agreement: (word) => `„${word}“ kongruiert nicht`,
      grammar: (word) => (word === '' ? 'unvollständig' : `„${word}“ passt nicht`),
      empty: () => 'leer',
    },
    isIn: 'Sie gehört zur Sprache',
    isNot: 'Sie gehört nicht zur Sprache',
    costs: (bits) => `Ihr Informationsgehalt ist ${bits} Bit.`,
    alternatives: 'Die wahrscheinlichsten Ausgaben der Beam-Suche',
    ask: 'Vorhersagen',
    forecast: 'Freilaufende Vorhersage',
    band: (share) => `Prognoseintervall ${share}`,
    forecastAbout:
      'Vorhersagen gelten für den nächsten Schritt; in der getönten Hälfte liest das Netz in der freilaufenden Vorhersage stattdessen seine eigenen Werte.',
    forecastUnknown: (columns) =>
      `Vorhersagen gelten für den nächsten Schritt. Weiter reichen sie nicht: Niemand weiß, was in ${columns} stehen wird, was das Netz liest und nicht vorhersagt.`,
    nextRows: {
      title: 'Nach der letzten Zeile',
      about:
        'Das Netz liest die Datei bis zu ihrem Ende und fährt mit seinen eigenen Vorhersagen fort, mit den jetzigen Gewichten.',
      steps: 'Zeilen der Prognose',
      series: 'Reihe',
      save: 'Als CSV speichern',
      file: 'Datei',
      forecast: 'Prognose',
      row: (number) => `Zeile ${integer(number)}`,
      figure: (column, past, steps) =>
        `${column}: die letzten ${integer(past)} Zeilen der Datei und die ${integer(steps)}, die danach vorhergesagt werden`,
      caption: (column) => `Prognose: ${column}`,
      value: 'Wert',
      place: 'Datum oder Zeile',
      undated: (column, reason) => `Die Prognose hat keine Daten (${column}): ${reason}.`,
    },
    noForecast: (title, steps) =>
      `${title}: ${integer(steps)} Schritte, je einen Schritt voraus vorhergesagt`,
    forecastError: (error) => `quadratischer Fehler freilaufend ${error}`,
    column: 'Spalte',
    curve: (title, steps, from, error) =>
      `${title}: ${integer(steps)} Schritte, ab Schritt ${integer(from)} auch freilaufend, mit quadratischem Fehler ${error}`,
    error: 'Fehler',
    scatter: (points) => `${integer(points)} Vorhersagen, aufgetragen über ihren Zielwerten`,
    scatterAbout: 'Vorhersage gegen Zielwert: Punkte auf der Linie sind exakt.',
    rollAbout:
      'Was vor der Linie steht, ist gegeben, der Rest ist erzeugt. Beim Abspielen geht die Musik mit den neuesten Gewichten weiter.',
    rollCaption: 'Die Tasten jedes Schritts',
    keys: 'Tasten',
    silence: 'Stille',
    from: 'Quelle',
    given: 'gegeben',
    network: 'erzeugt',
    play: 'Abspielen',
    stop: 'Stopp',
    anew: 'Anderer Anfang',
    saveMidi: 'Als MIDI speichern',
    midiKeyboard: 'MIDI-Keyboard',
    midiDone: 'Fertig',
    midiListening: (keys) =>
      keys === 0
        ? 'Spielen Sie einen Anfang; in der Pause fährt das Netz fort.'
        : `${integer(keys)} Noten bisher`,
    midiNone: 'Es ist kein MIDI-Keyboard angeschlossen.',
    midiDenied: 'Der Zugriff auf MIDI-Keyboards wurde verweigert.',
    writtenAt: (step) => `erzeugt bei Schritt ${step}`,
  },
};

export const units: Messages['units'] = {
  character: 'Bit je Zeichen',
  symbol: 'Bit je Symbol',
  label: 'Bit je Label',
  squares: 'quadratischer Fehler',
  absolute: 'absoluter Fehler',
  huber: 'Huber-Verlust',
  quantile: 'Pinball-Verlust',
  gaussian: 'Nat je Zahl',
  step: 'Nat je Schritt',
};

/** Name, Aufgabe, Bedeutung der Schwierigkeit, bestmögliches Ergebnis und triviale Baseline. */
export const corpora: Record<string, string[]> = {
  copy: [
    'Behalten und wiederholen',
    'Zehn Zeichen, eine Wartezeit, dann dieselben zehn noch einmal. Nur die letzten zehn Schritte werden gewertet.',
    'Wartezeit in Schritten',
    'alle Tags richtig, Verlust 0',
    '1/8 der Tags richtig, Verlust ln 8 = 2,079 je gewertetem Schritt',
  ],
  adding: [
    'Zwei Zahlen addieren',
    'Zwei von vielen Zahlen sind markiert; die Ausgabe ist ihre Summe.',
    'Schritte',
    'quadratischer Fehler 0',
    'quadratischer Fehler 1/6 = 0,167: die Ausgabe ist immer 1',
  ],
  order: [
    'Zeitliche Reihenfolge',
    'Zwei weit entfernte Zeichen im Rauschen; die Klasse ist, welche es sind und in welcher Reihenfolge.',
    'Schritte',
    'alles richtig, Verlust 0',
    '1/4 richtig, Verlust ln 4 = 1,386',
  ],
  parity: [
    'Parität',
    'Ist die Zahl der Einsen ungerade? Jedes Bit ändert das Ergebnis.',
    'höchste Zahl der Bits',
    'alles richtig, Verlust 0',
    '1/2 richtig, Verlust ln 2 = 0,693',
  ],
  anbn: [
    'Zählen: aⁿbⁿ',
    'So viele b wie zuvor a. Die Testsequenzen sind länger als alle Trainingssequenzen.',
    'größtes n',
    'ln d / (d + 2) Nat je Zeichen einschließlich des Endes: Ab dem ersten b steht alles fest',
    'etwa 0,9 Nat je Zeichen: die Häufigkeiten von a, b und Ende',
  ],
  dyck: [
    'Verschachtelte Klammern',
    'Zwei Arten von Klammern: Was zuletzt geöffnet wurde, wird zuerst geschlossen.',
    'Verschachtelungstiefe',
    'keine falsche schließende Klammer; ob geöffnet oder geschlossen wird, ist Zufall',
    'etwa 1,5 Nat je Zeichen: die Häufigkeiten der vier Klammern und des Endes',
  ],
  elman: [
    'Elmans Sätze',
    'Ein Verb kongruiert mit seinem Nomen, auch über mehrere Nebensätze hinweg.',
    'verschachtelte Nebensätze',
    'kein Verb im falschen Numerus; Verlust gleich der Entropie der Grammatik',
    'etwa 2,9 Nat je Wort: die Worthäufigkeiten',
  ],
  addition: [
    'Addition',
    'Zwei Zahlen, Ziffer für Ziffer, und ihre Summe: 123+456 → 579.',
    'höchste Zahl der Ziffern',
    'jede Summe richtig',
    'keine Summe richtig; Verlust nach den Häufigkeiten der Ziffern und des Endes',
  ],
  reversal: [
    'Umkehrung',
    'Dieselben Buchstaben in umgekehrter Reihenfolge.',
    'höchste Zahl der Buchstaben',
    'jede Ausgabe richtig',
    'keine Ausgabe richtig; Verlust nach den Häufigkeiten der zehn Buchstaben und des Endes',
  ],
  sorting: [
    'Sortieren',
    'Dieselben Buchstaben in alphabetischer Reihenfolge.',
    'höchste Zahl der Buchstaben',
    'jede Ausgabe richtig',
    'keine Ausgabe richtig; Verlust nach den Häufigkeiten der zehn Buchstaben und des Endes',
  ],
  repeating: [
    'Wiederholen',
    'Eine Zahl und die Buchstaben, die so oft zu wiederholen sind: 3abc → abcabcabc.',
    'höchste Zahl der Buchstaben',
    'jede Ausgabe richtig',
    'keine Ausgabe richtig; Verlust nach den Häufigkeiten der zehn Buchstaben und des Endes',
  ],
  dates: [
    'Datumsangaben',
    'Englische Datumsangaben in die Form von ISO 8601 bringen: March 7, 2019 → 2019-03-07.',
    'Schreibweisen',
    'jedes Datum richtig',
    'kein Datum richtig; Verlust nach den Häufigkeiten der Ziffern',
  ],
  sine: [
    'Sinusschwingungen',
    'Eine Summe von Sinusschwingungen unbekannter Frequenz und Phase; der nächste Wert ist vorherzusagen.',
    'Zahl der Sinusschwingungen',
    'quadratischer Fehler nahe 0: Zwei Werte je Schwingung bestimmen alle anderen',
    'quadratischer Fehler etwa 0,29 / (Zahl der Schwingungen): die Ausgabe ist immer 0',
  ],
  melodies: [
    'Melodien',
    'Akkorde nach einem festen Plan und eine Melodie darüber, als Pianorolle mit 88 Tasten.',
    'Takte',
    'ln 3 Nat je Schritt für die Melodie innerhalb eines Takts; an Taktgrenzen zwei Zufallsbits für den Akkord',
    'etwa 15 Nat je Schritt: die Häufigkeit jeder Taste',
  ],
};

/** The words that a setting may be, by its name. */
export const choices = {
  unit: {
    character: 'Zeichen',
    byte: 'Bytes',
    word: 'Wörter und Satzzeichen',
    whitespace: 'An Leerzeichen getrennt',
    bpe: 'Bytepaare (BPE)',
  },
  pooling: { none: 'Keins: jeder Schritt', last: 'Letzter Zustand', mean: 'Mittel der Zustände' },
  loss: {
    squared: 'Quadratischer Fehler',
    absolute: 'Absoluter Fehler',
    huber: 'Huber',
    quantile: 'Quantile 0,1, 0,5, 0,9',
    gaussian: 'Gauß',
  },
  termination: { end: 'Endsymbol', halt: 'Halteeinheit', count: 'Vorhergesagte Länge' },
  attention: { none: 'Keine', additive: 'Additiv', multiplicative: 'Multiplikativ' },
  context: {
    both: 'Anfangszustand und jeder Schritt',
    initial: 'Anfangszustand',
    input: 'Jeder Schritt',
    none: 'Keiner',
  },
  scheduledSampling: {
    none: 'Aus',
    linear: 'Linear fallend',
    exponential: 'Exponentiell fallend',
    'inverse-sigmoid': 'Fallend als inverses Sigmoid',
  },
};
