/** Generated datasets in Python, as core/data/datasets draws them: a model that learned from one trains on with it. */

/** What data.py needs of one; undefined if this version cannot generate it. */
export function generatorPy(name: string): string | undefined {
  const generator = Object.hasOwn(generators, name) ? generators[name] : undefined;
  if (!generator) return undefined;
  const { draw, longer = false } = generator;
  const difficulty = `DEFAULT_DIFFICULTY = ${generator.difficulty}`;
  const test = `LONGER_TEST = ${longer ? 'True' : 'False'}  # than what is learned`;
  return `\n${[`${difficulty}\n${test}`, some, draw, generate].join('\n\n')}`;
}

interface Generator {
  /** Where a configuration names none. */
  difficulty: number;
  longer?: boolean;
  /**
   * draw(random, difficulty, longer): input and target, as text of the alphabets or bytes that number their names,
   * numbers [T, D] and values [T, O].
   */
  draw: string;
}

const some = String.raw`
def one_of(random, symbols):
    return symbols[random.below(len(symbols))]


def some_of(random, symbols, least, most):
    """A text of least to most of the symbols."""
    return "".join(one_of(random, symbols) for _ in range(between(random, least, most)))


def between(random, least, most):
    return least + random.below(most - least + 1)
`;

const generate = String.raw`
def encoded(text, names):
    """Numbers of symbols; what is none of them has no answer."""
    if isinstance(text, bytes):
        return list(text)
    alphabet = "".join(names)
    return [alphabet.find(symbol) if symbol in alphabet else NO_LABEL for symbol in text]


def split_of(text, target, numbers):
    """0, 1 or 2: the split that an example belongs to, by a hash (FNV-1a) of its own."""
    data = [part if isinstance(part, bytes) else part.encode() for part in (text, target)]
    state = int(fnv(data[0], b"|", data[1], b"" if numbers is None else numbers.tobytes()), 16)
    state = (state ^ state >> 32) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    return min((state ^ state >> 32) % 10, 2)


def generate(dataset, names):
    """Training, validation and test of a generated dataset."""
    random, count = Random(dataset["seed"], Random.DATASET), dataset["count"]
    difficulty = dataset["difficulty"] or DEFAULT_DIFFICULTY
    splits = [[], [], []]  # validation, test, training

    def room(split):
        held = max(count // 10, 1) if count >= 3 else 0
        return len(splits[split]) < (held if split < 2 else count - 2 * held)

    def draw_into(split):
        nonlocal count
        text, target, numbers, values = draw(random, difficulty, LONGER_TEST and split == 1)
        if numbers is not None:
            count = min(count, 2**24 // (numbers.size + values.size))
        split = split_of(text, target, numbers) if split is None else split
        if room(split):
            splits[split].append(Example(encoded(text, names["inputs"]), numbers, encoded(target, names["targets"]), values))

    if not LONGER_TEST:
        for _ in range(4 * count + 1000):
            if not any(map(room, range(3))):
                break
            draw_into(None)
    for split in range(3):
        while room(split):
            draw_into(split)
    validation, test, train = splits
    return train, validation, test
`;

const letters = (code: string) => String.raw`
def draw(random, difficulty, longer):
    text = some_of(random, "abcdefghij", 1, difficulty)
    return text, ${code}, None, None
`;

const generators: Record<string, Generator> = {
  reversal: { difficulty: 10, draw: letters('text[::-1]') },
  sorting: { difficulty: 10, draw: letters('"".join(sorted(text))') },
  repeating: {
    difficulty: 5,
    draw: String.raw`
def draw(random, difficulty, longer):
    what = some_of(random, "abcdefghij", 1, difficulty)
    times = between(random, 2, 5)
    return f"{times}{what}", what * times, None, None
`,
  },
  addition: {
    difficulty: 3,
    draw: String.raw`
def draw_number(random, difficulty):
    """At most that many digits; of several, the first is not 0."""
    digits = some_of(random, "0123456789", 1, difficulty)
    return one_of(random, "123456789") + digits[1:] if len(digits) > 1 and digits[0] == "0" else digits


def draw(random, difficulty, longer):
    a = draw_number(random, difficulty)
    b = draw_number(random, difficulty)
    return f"{a}+{b}", str(int(a) + int(b)), None, None
`,
  },
  dates: {
    difficulty: 12,
    draw: String.raw`
MONTHS = "January February March April May June July August September October November December".split()
WEEKDAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split()
FORMATS = ["d n y", "n d, y", "d.m.y", "m/d/y", "D N y", "W, d N y", "n o, y", "o f n y", "M/D/z", "D.M.z", "N d 'z", "w, n d, y"]


def ordinal(day):
    return "th" if day // 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def weekday(year, month, day):
    """Sakamoto's rule."""
    year -= month < 3
    return (year + year // 4 - year // 100 + year // 400 + (0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4)[month - 1] + day) % 7


def draw(random, difficulty, longer):
    y, m = between(random, 1950, 2049), between(random, 1, 12)
    leap = y % 4 == 0 and (y % 100 != 0 or y % 400 == 0)
    d = between(random, 1, 28 + leap if m == 2 else 30 + (m + m // 8) % 2)
    month, week = MONTHS[m - 1], WEEKDAYS[weekday(y, m, d)]
    words = {"d": str(d), "D": f"{d:02}", "o": f"{d}{ordinal(d)}", "f": "of", "m": str(m), "M": f"{m:02}", "n": month,
             "N": month[:3], "y": str(y), "z": f"{y % 100:02}", "w": week, "W": week[:3]}
    text = "".join(words.get(each, each) for each in FORMATS[random.below(difficulty)])
    return text, f"{y}-{m:02}-{d:02}", None, None
`,
  },
  copy: {
    difficulty: 20,
    draw: String.raw`
def draw(random, difficulty, longer):
    symbols = some_of(random, "abcdefgh", 10, 10)
    text = symbols + "_" * (difficulty - 1) + ">" + "_" * 10
    return text, "." * (10 + difficulty) + symbols, None, None  # "." is no label: these steps do not count
`,
  },
  adding: {
    difficulty: 30,
    draw: String.raw`
def draw(random, difficulty, longer):
    first, second = random.below(difficulty // 2), between(random, difficulty // 2, difficulty - 1)
    x = numpy.array([random.uniform() for _ in range(difficulty)], "<f4")
    marks = numpy.zeros(difficulty, "<f4")
    marks[[first, second]] = 1
    total = float(x[first]) + float(x[second])
    return "", "", numpy.stack([x, marks], 1), numpy.array([[total]], "<f4")
`,
  },
  order: {
    difficulty: 30,
    draw: String.raw`
def draw(random, difficulty, longer):
    T = difficulty
    first, second = between(random, T // 10, T // 5 - 1), between(random, T // 2, T // 2 + T // 10 - 1)
    kind = random.below(4)
    text = list(some_of(random, "abcd", T, T))
    text[first], text[second] = "XXYY"[kind], "XYXY"[kind]
    text[0], text[-1] = "E", "B"
    return "".join(text), bytes([kind]), None, None
`,
  },
  parity: {
    difficulty: 20,
    draw: String.raw`
def draw(random, difficulty, longer):
    text = some_of(random, "01", (difficulty + 1) // 2, difficulty)
    return text, bytes([text.count("1") % 2]), None, None
`,
  },
  anbn: {
    difficulty: 10,
    longer: true,
    draw: String.raw`
def draw(random, difficulty, longer):
    n = between(random, difficulty + 1, 2 * difficulty) if longer else between(random, 1, difficulty)
    return "", "a" * n + "b" * n, None, None
`,
  },
  dyck: {
    difficulty: 4,
    draw: String.raw`
def draw(random, difficulty, longer):
    left, closing, text = between(random, difficulty, 4 * difficulty), "", ""
    while left or closing:
        full = left == 0 or len(closing) == difficulty
        if not closing or (not full and random.below(2) == 0):
            pair = "()" if random.below(2) == 0 else "[]"
            text, closing, left = text + pair[0], closing + pair[1], left - 1
        else:
            text, closing = text + closing[-1], closing[:-1]
    return "", text, None, None
`,
  },
  elman: {
    difficulty: 2,
    draw: String.raw`
PROPER_NAMES, NOUNS, WHO, FULL_STOP = 2, 10, 22, 23
SINGULAR_VERB, PLURAL_VERB, NEEDS_OBJECT, MAY_HAVE_OBJECT, VERBS = 10, 16, 2, 4, 6


def put_verb(random, words, plural, kinds):
    kind = random.below(kinds)
    words.append((PLURAL_VERB if plural else SINGULAR_VERB) + kind)
    return kind


def verb_phrase(random, words, plural, depth):
    kind = put_verb(random, words, plural, VERBS)
    if kind < NEEDS_OBJECT or (kind < MAY_HAVE_OBJECT and random.below(2) == 0):
        noun_phrase(random, words, depth)


def noun_phrase(random, words, depth):
    """Whether the noun is plural."""
    noun = random.below(NOUNS)
    words.append(noun)
    if noun < PROPER_NAMES or depth == 0 or random.below(3) > 0:
        return noun >= 6
    words.append(WHO)
    if random.below(2) == 0:
        verb_phrase(random, words, noun >= 6, depth - 1)
    else:  # the noun is the clause's object
        put_verb(random, words, noun_phrase(random, words, depth - 1), MAY_HAVE_OBJECT)
    return noun >= 6


def draw(random, difficulty, longer):
    words = []
    verb_phrase(random, words, noun_phrase(random, words, difficulty), difficulty)
    return "", bytes([*words, FULL_STOP]), None, None
`,
  },
  sine: {
    difficulty: 2,
    draw: String.raw`
def cos(x):
    """The series that Unfold uses: the same bits on every machine."""
    x = abs(x)
    x -= math.floor(x / (2 * math.pi)) * (2 * math.pi)
    x = 2 * math.pi - x if x > math.pi else x
    sign = -1 if x > math.pi / 2 else 1
    x = math.pi - x if x > math.pi / 2 else x
    total = 1.0
    for k in range(20, 1, -2):
        total = 1 - total * x * x / (k * (k - 1))
    return sign * total


def draw(random, difficulty, longer):
    rows = [0.0] * 65
    for _ in range(difficulty):
        amplitude = (0.5 + 0.5 * random.uniform()) / difficulty
        frequency = 1.0 / 40 + random.uniform() * (1.0 / 6 - 1.0 / 40)
        omega, phase = 2 * math.pi * frequency, 2 * math.pi * random.uniform()
        twice, now, before = 2 * cos(omega), cos(phase), cos(phase - omega)
        for t in range(len(rows)):
            rows[t] += amplitude * now
            now, before = twice * now - before, now
    rows = numpy.array(rows, "<f4")[:, None]
    return "", "", rows[:-1], rows[1:]
`,
  },
  melodies: {
    difficulty: 8,
    draw: String.raw`
SCALE = (0, 2, 4, 5, 7, 9, 11)  # major
FOLLOWS = ((3, 4, 5, 1), (4, 4, 4, 3), (), (4, 0, 1, 4), (0, 0, 0, 5), (1, 3, 3, 4), ())  # chords


def in_chord(degree, chord):
    step = (degree - chord + 14) % 7
    return step % 2 == 0 and step < 6


def draw(random, difficulty, longer):
    tonic = 39 + between(random, -6, 5)
    rows = numpy.zeros((4 * difficulty, 88), "<f4")
    degree, chord = between(random, 7, 11), 0
    for bar in range(difficulty):
        if bar > 0:
            chord = one_of(random, FOLLOWS[chord])
        if bar >= difficulty - 2:
            chord = 4 if bar == difficulty - 2 else 0
        for beat in range(4):
            if beat > 0:
                degree += random.below(3) - 1
            if degree < 7:
                degree = 8
            if degree > 14:
                degree = 13
            if beat == 0 and not in_chord(degree, chord):
                degree += 1 if in_chord(degree + 1, chord) else -1
            for struck in (chord - 7, chord, chord + 2, chord + 4, degree):
                rows[4 * bar + beat, tonic + 12 * (struck // 7) + SCALE[struck % 7]] = 1
    return "", "", rows[:-1], rows[1:]
`,
  },
};
