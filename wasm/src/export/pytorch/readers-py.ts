/** Readers of dataset files in Python, one for each task: the formats of core/generate/tasks. */

export interface Reader {
  /** The format, for the head of data.py. */
  format: string;
  code: string;
}

/** @returns undefined if there is none for the task */
export function readerPy(task: string, pooled: boolean, outputs: number): Reader | undefined {
  const name = [`${task}, pooled`, task].slice(pooled ? 0 : 1).find((key) => Object.hasOwn(readers, key));
  const reader = name === undefined ? undefined : readers[name];
  const code = reader?.parts.join('\n\n').replace('OUTPUTS', outputs > 1 ? ` // ${outputs}` : '');
  return reader && { format: reader.format, code: code! };
}

const lines = String.raw`
def filled_lines(text):
    """The lines that are not empty, with their numbers."""
    for number, line in enumerate(text.split("\n"), 1):
        line = line.removesuffix("\r")
        if line:
            yield number, line


def halves(line, number, separators="\t"):
    """The two parts of a line."""
    parts = re.split(f"[{separators}]", line, maxsplit=1)
    if len(parts) != 2 or "\t" in parts[1]:
        raise ValueError(f"line {number}: expected one tab between two parts")
    return parts
`;

const symbols = String.raw`
def encode(sequence, places, number):
    """Token numbers of a text."""
    unknown = [symbol for symbol in sequence if symbol not in places]
    if unknown or not sequence:
        raise ValueError(f"line {number}: expected symbols of the model's vocabulary, got {(unknown or ['nothing'])[0]!r}")
    return [places[symbol] for symbol in sequence]


def places_of(names):
    return {name: place for place, name in enumerate(names)}
`;

const numbers = String.raw`
NUMBER = re.compile(r" *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *", re.ASCII)


def read_numbers(text, separators, number):
    """A list of the numbers between separators."""
    fields = re.split(f"[{separators}]", text)
    wrong = [each for each in fields if not NUMBER.fullmatch(each)]
    if wrong:
        raise ValueError(f"line {number}: expected a number, got {wrong[0]!r}")
    return [float(each) for each in fields]


def matrix(rows, width, number):
    """[len(rows), width], in single precision."""
    if any(len(row) != width for row in rows):
        raise ValueError(f"line {number}: expected {width} numbers a step")
    return numpy.array(rows, numpy.float32).reshape(len(rows), width)
`;

const forecast = String.raw`
def forecast_example(rows):
    """Reads all rows but the last, and answers with all but the first."""
    return Example(numbers=rows[:-1], values=rows[1:])
`;

interface Parts {
  format: string;
  parts: string[];
}

const readers: Record<string, Parts> = {
  classify: {
    format: 'An example a line: its label, a tab, the sequence.',
    parts: [
      lines,
      symbols,
      String.raw`
def read(text, config, names):
    places, labels, examples = places_of(names["inputs"]), places_of(names["targets"]), []
    for number, line in filled_lines(text):
        label, sequence = halves(line, number)
        if label not in labels:
            raise ValueError(f"line {number}: expected a label of the model, got {label!r}")
        examples.append(Example(input=encode(sequence, places, number), target=[labels[label]]))
    return divide(examples, config)
`,
    ],
  },
  tag: {
    format: 'An example a line: the sequence, a tab, as many labels of one character.',
    parts: [
      lines,
      symbols,
      String.raw`
def read(text, config, names):
    places, labels, examples = places_of(names["inputs"]), places_of(names["targets"]), []
    for number, line in filled_lines(text):
        sequence, answer = halves(line, number)
        if len(sequence) != len(answer):
            raise ValueError(f"line {number}: expected {len(sequence)} labels, got {len(answer)}")
        examples.append(Example(input=encode(sequence, places, number), target=encode(answer, labels, number)))
    return divide(examples, config)
`,
    ],
  },
  translate: {
    format: 'An example a line: the source, a tab, the target.',
    parts: [
      lines,
      symbols,
      String.raw`
def read(text, config, names):
    places, examples = places_of(names["inputs"]), []
    for number, line in filled_lines(text):
        source, target = (encode(half, places, number) for half in halves(line, number))
        examples.append(Example(input=source, target=target))
    return divide(examples, config)
`,
    ],
  },
  generate: {
    format:
      'A sequence a line; of a model with a context its numbers, separated by commas, and a tab before it.',
    parts: [
      lines,
      symbols,
      numbers,
      String.raw`
def read(text, config, names):
    places, examples = places_of(names["targets"]), []
    for number, line in filled_lines(text):
        context = []
        if names["context"]:
            given, line = halves(line, number)
            context = matrix([read_numbers(given, ",", number)], names["context"], number)[0].tolist()
        examples.append(Example(target=encode(line, places, number), context=context))
    return divide(examples, config)
`,
    ],
  },
  'regress, pooled': {
    format:
      'An example a line: steps separated by commas (the numbers of a step by spaces), a tab or semicolon, the answers\nseparated by commas.',
    parts: [
      lines,
      numbers,
      String.raw`
def read(text, config, names):
    examples = []
    for number, line in filled_lines(text):
        series, answer = halves(line, number, "\t;")
        rows = [read_numbers(step.strip(" "), " ", number) for step in series.split(",")]
        values = matrix([read_numbers(answer, ",", number)], names["outputs"]OUTPUTS, number)
        examples.append(Example(numbers=matrix(rows, names["numbers"], number), values=values))
    return divide(examples, config)
`,
    ],
  },
  regress: {
    format:
      'A row of numbers a step, separated by commas, semicolons or tabs; the next row is to be predicted. An empty line\nbegins another series; a first line without any number is a header. Of one series the last rows are held out.',
    parts: [
      numbers,
      forecast,
      String.raw`
def read_series(text, width):
    """Rows of numbers, an array for each series."""
    series, rows, begins, number = [], [], True, 0

    def finish():
        if len(rows) == 1:
            raise ValueError(f"line {number}: expected two rows a series or more")
        if rows:
            series.append(matrix(rows, width, number))

    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        line = line.removesuffix("\r")
        if not line:
            finish()
            rows = []
            continue
        first, begins = begins, False
        if first and not any(NUMBER.fullmatch(each) for each in re.split("[,;\t]", line)):
            continue
        rows.append(matrix([read_numbers(line, ",;\t", number)], width, number)[0])
    finish()
    return series


def cut(rows, longest):
    """Examples of at most longest steps; each begins with the row that the one before predicted last."""
    return [forecast_example(rows[at : at + longest + 1]) for at in range(0, len(rows) - 1, longest)]


def held_out(rows, first, end, longest):
    """Predictions of the rows after first up to end, each example with a past that does not count."""
    examples, fresh = [], max(longest // 2, 1)
    for at in range(first, end, fresh):
        to = min(at + fresh, end)
        begin = max(to - longest, 0)
        examples.append(forecast_example(rows[begin : to + 1]))
        examples[-1].skip = at - begin
    return examples


def read(text, config, names):
    """One series is divided in time: the last rows are for the test, as many before them for validation."""
    task, share = config["task"], config["validationSplit"]
    series = read_series(text, names["numbers"])
    count = sum(len(rows) - 1 for rows in series)
    longest = max(task.get("maxLength", 256), 1)
    if task.get("carryState") and "maxLength" not in task:  # each column of a batch has one share
        longest = min(max(-(-count // config["batchSize"]), config["sequenceLength"]), 65536)
    if len(series) == 1 and count >= 3 and share > 0:
        held = min(max(int(share * count), 1), (count - 1) // 2)
        rows, train = series[0], count - 2 * held
        return (cut(rows[: train + 1], longest), held_out(rows, train, train + held, longest),
                held_out(rows, train + held, count, longest))
    examples = [example for rows in series for example in cut(rows, longest)]
    if len(examples) < 3 and share > 0:
        examples = [example for rows in series for example in cut(rows, min(max(count // 10, 1), longest))]
    return divide(examples, config)
`,
    ],
  },
  notes: {
    format:
      'Piano rolls: {"train": [[[key, ...], ...], ...], "valid": ..., "test": ...}, also inside {"splits": ...}; a piece\nis a list of steps. A step is a list of what sounds, of keys from 0 to 87 ("keys": "piano") or MIDI notes ("midi"), or a row of\n88 or 128 zeros and ones.',
    parts: [
      forecast,
      String.raw`
LOWEST = 21  # the MIDI note of a piano's lowest key


def columns_of(steps):
    """Columns of a roll of zeros and ones; 0 where the steps are lists of what sounds."""
    widths = {len(step) for step in steps}
    width = widths.pop() if len(widths) == 1 else 0
    return width if width >= 3 and all(x in (0, 1) for step in steps for x in step) else 0


def first_note(columns, told, keys):
    """The MIDI note of a number 0, or of the first column."""
    if columns:
        first = told.get("roll", {88: LOWEST, 128: 0}.get(columns))
        if first is None:
            raise ValueError(f"expected 88 or 128 columns, got {columns}")
        return first
    keys = keys or told.get("keys")
    if keys not in ("piano", "midi"):
        raise ValueError('expected "keys", which is "piano" or "midi"')
    return 0 if keys == "midi" else LOWEST


def roll(piece, columns, first):
    """[T, 88] of a piece; 1 where a key sounds."""
    rows = numpy.zeros((len(piece), 88), numpy.float32)
    for row, step in zip(rows, piece):
        sounding = [c for c, x in enumerate(step) if x] if columns else step
        keys = [number + first - LOWEST for number in sounding if isinstance(number, int)]
        if len(keys) < len(sounding) or not all(0 <= key < 88 for key in keys):
            raise ValueError(f"expected keys of a piano, got {sounding}")
        row[keys] = 1
    if len(piece) < 2:
        raise ValueError("expected pieces of two steps or more")
    return rows


def read(text, config, names):
    rolls = json.loads(text)
    rolls = {**rolls, **rolls.get("splits", {})}
    parts = [rolls.get(part, []) for part in ("train", "valid" if "valid" in rolls else "validation", "test")]
    columns = columns_of([step for part in parts for piece in part for step in piece])
    first = first_note(columns, config.get("dataset", {}), rolls.get("keys"))
    train, validation, test = ([forecast_example(roll(piece, columns, first)) for piece in part] for part in parts)
    return (train, validation, test) if validation or test else divide(train, config)
`,
    ],
  },
};
