// Dance tunes in a small notation after the manner of ABC: header lines, then two strains of
// eight bars, each played twice (AABB). Letters are notes, a number after one is its length in
// eighths; small letters are an octave above capitals, a comma is an octave down. Every bar
// fills its meter.
//
// A strain is two phrases of four bars, question and answer: the answer repeats the opening of
// the question and ends on the tonic. Strong beats take notes of the bar's chord, the notes
// between them move by step.
import { createRandom } from './random.mjs';

/** @typedef {import('./random.mjs').Random} Random */
/** @typedef {[degree: number, length: number]} Note */

// rhythms: the ways to fill one beat group; groups: beat groups in a bar; lengths in eighths.
/** @type {{ kind: string, meter: string, groups: number, rhythms: [number, number[]][], cadence: number[][], pause: number[][] }[]} */
const dances = [
  {
    kind: 'Reel',
    meter: '4/4',
    groups: 2,
    rhythms: [
      [6, [1, 1, 1, 1]],
      [3, [2, 1, 1]],
      [2, [2, 2]],
      [1, [3, 1]],
    ],
    cadence: [[2, 2], [4]],
    pause: [
      [2, 2],
      [2, 2],
    ],
  },
  {
    kind: 'Jig',
    meter: '6/8',
    groups: 2,
    rhythms: [
      [6, [1, 1, 1]],
      [4, [2, 1]],
      [1, [1, 2]],
      [1, [3]],
    ],
    cadence: [[2, 1], [3]],
    pause: [[1, 1, 1], [3]],
  },
  {
    kind: 'Waltz',
    meter: '3/4',
    groups: 3,
    rhythms: [
      [5, [2]],
      [4, [1, 1]],
    ],
    cadence: [[6]],
    pause: [[4], [2]],
  },
  {
    kind: 'Polka',
    meter: '2/4',
    groups: 2,
    rhythms: [
      [5, [1, 1]],
      [3, [2]],
    ],
    cadence: [[2], [2]],
    pause: [[1, 1], [2]],
  },
];

// tonic: steps above the C that is written "C". Degrees count from 0 in the scale of the key.
/** @type {{ name: string, tonic: number, minor?: boolean }[]} */
const keys = [
  { name: 'C', tonic: 0 },
  { name: 'D', tonic: 1 },
  { name: 'F', tonic: 3 },
  { name: 'G', tonic: 4 },
  { name: 'A', tonic: 5 },
  { name: 'Dm', tonic: 1, minor: true },
  { name: 'Em', tonic: 2, minor: true },
  { name: 'Am', tonic: 5, minor: true },
];

// Chord roots for four bars: the question ends on the fifth, the answer on the first.
const progressions = {
  major: {
    question: [
      [0, 0, 3, 4],
      [0, 3, 0, 4],
      [0, 4, 0, 4],
      [0, 5, 3, 4],
    ],
    answer: [
      [0, 0, 4, 0],
      [0, 3, 4, 0],
      [0, 4, 4, 0],
    ],
  },
  minor: {
    question: [
      [0, 0, 6, 4],
      [0, 6, 0, 6],
      [0, 3, 0, 4],
    ],
    answer: [
      [0, 0, 6, 0],
      [0, 6, 4, 0],
      [0, 3, 6, 0],
    ],
  },
};

const letters = 'CDEFGAB';
const lowest = -3; // G,
const highest = 13; // b

/**
 * The note `pitch` steps above C, from G, (-3) by C (0) and c (7) to b (13).
 * @param {number} pitch
 */
function spell(pitch) {
  const letter = letters[(pitch + 7) % 7];
  if (pitch < 0) return `${letter},`;
  return pitch < 7 ? letter : letter.toLowerCase();
}

/** @param {number} degree @param {number} root */
const isChordNote = (degree, root) => [0, 2, 4].includes((((degree - root) % 7) + 7) % 7);
/** @param {number} value @param {number} low @param {number} high */
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

class Melody {
  /** @param {Random} random @param {typeof dances[number]} dance @param {typeof keys[number]} key */
  constructor(random, dance, key) {
    this.random = random;
    this.dance = dance;
    this.key = key;
    this.low = lowest - key.tonic;
    this.high = highest - key.tonic;
    this.degree = 0;
    this.heading = 1;
  }

  /**
   * Strong beats: the chord note nearest to a place a little way off.
   * @param {number} root
   */
  leap(root) {
    const aim = clamp(this.degree + this.random.integer(-3, 3), this.low + 2, this.high - 2);
    const near = [0, 1, -1, 2, -2].map((distance) => aim + distance);
    this.degree = near.find((degree) => isChordNote(degree, root) && degree !== this.degree) ?? aim;
    this.heading = this.random.chance(0.5) ? 1 : -1;
    return this.degree;
  }

  /** Weak beats: on by one step, mostly the way it was going, turning at the edges. */
  walk() {
    if (this.degree >= this.high) this.heading = -1;
    else if (this.degree <= this.low) this.heading = 1;
    else if (this.random.chance(0.25)) this.heading = -this.heading;
    this.degree += this.heading;
    return this.degree;
  }

  /**
   * One bar: an array of beat groups, each an array of notes.
   * @param {number} root
   * @returns {Note[][]}
   */
  bar(root) {
    return Array.from({ length: this.dance.groups }, () =>
      this.random
        .weighted(this.dance.rhythms)
        .map((length, i) => [i === 0 ? this.leap(root) : this.walk(), length]),
    );
  }

  /**
   * The last bar of a phrase: chord notes in a fixed rhythm, then the nearest `root` itself.
   * @param {number} root
   * @param {number[][]} rhythm
   * @returns {Note[][]}
   */
  close(root, rhythm) {
    const lengths = rhythm.flat();
    const degrees = lengths.slice(1).map(() => this.leap(root));
    /** @param {number} degree */
    const away = (degree) => Math.abs(degree - this.degree);
    const homes = [root - 7, root, root + 7].filter((d) => d >= this.low && d <= this.high);
    this.degree = homes.reduce((a, b) => (away(b) < away(a) ? b : a));
    degrees.push(this.degree);
    return rhythm.map((group) => group.map((length) => [degrees.shift() ?? this.degree, length]));
  }
}

/** @param {Random} random @param {typeof keys[number]} key */
function phraseRoots(random, key) {
  const { question, answer } = progressions[key.minor ? 'minor' : 'major'];
  return { question: random.pick(question), answer: random.pick(answer) };
}

/**
 * Eight bars; `ending`, when given, is a pair of last bars to share with the other strain.
 * @param {Melody} melody
 * @param {number} start
 * @param {Note[][][]} [ending]
 * @returns {Note[][][]}
 */
function strain(melody, start, ending) {
  const { random, dance, key } = melody;
  const roots = phraseRoots(random, key);
  melody.degree = start;
  const opening = [melody.bar(roots.question[0]), melody.bar(roots.question[1])];
  const half = [melody.bar(roots.question[2]), melody.close(roots.question[3], dance.pause)];
  const last = ending ?? [melody.bar(roots.answer[2]), melody.close(0, dance.cadence)];
  const again = random.chance(0.7) ? opening : [opening[0], melody.bar(roots.answer[1])];
  return [...opening, ...half, ...again, ...last];
}

/** @param {Note[][]} bar @param {number} tonic */
function writeBar(bar, tonic) {
  /** @param {Note} note */
  const note = ([degree, length]) => spell(degree + tonic) + (length > 1 ? length : '');
  return bar.map((group) => group.map(note).join('')).join(' ');
}

/** @param {Note[][][]} bars @param {number} tonic */
function writeStrain(bars, tonic) {
  const written = bars.map((bar) => writeBar(bar, tonic));
  return `|: ${written.slice(0, 4).join(' | ')} |\n${written.slice(4).join(' | ')} :|\n`;
}

const people = ['Hob', 'Anna', 'Will', 'Garth', 'Nell', 'Simon', 'Martin', 'Robin', 'Peter', 'Tom'];
const describing = [
  'Merry',
  'Grey',
  'Lost',
  'Old',
  'Quiet',
  'Golden',
  'Lazy',
  'Little',
  'Crooked',
  'Wandering',
];
const things = [
  'Goose',
  'Donkey',
  'Fiddle',
  'Lantern',
  'Kettle',
  'Ferry',
  'Candle',
  'Hedgehog',
  'Button',
  'Weathercock',
];
const places = ['Hill', 'Bridge', 'Mill', 'Orchard', 'Market', 'River', 'Barn', 'Bell Tower'];

/** @param {Random} random @param {string} kind */
function createTitle(random, kind) {
  return random.weighted([
    [3, () => `${random.pick(people)}'s ${random.pick(describing)} ${random.pick(things)}`],
    [3, () => `The ${random.pick(describing)} ${random.pick(things)}`],
    [2, () => `The ${random.pick(things)} by the ${random.pick(places)}`],
    [2, () => `${random.pick(people)}'s ${kind}`],
  ])();
}

/** @param {Random} random @param {number} number */
function createTune(random, number) {
  const dance = random.weighted([
    [3, dances[0]],
    [3, dances[1]],
    [2, dances[2]],
    [2, dances[3]],
  ]);
  const key = random.pick(keys);
  const melody = new Melody(random, dance, key);
  const first = strain(melody, random.pick([0, 2, 4]));
  const second = strain(melody, 7 + random.pick([-3, 0, 2]) - (key.tonic > 3 ? 3 : 0), first.slice(6));
  const header = [
    `X:${number}`,
    `T:${createTitle(random, dance.kind)}`,
    `R:${dance.kind.toLowerCase()}`,
    `M:${dance.meter}`,
    'L:1/8',
    `K:${key.name}`,
  ];
  return `${header.join('\n')}\n${writeStrain(first, key.tonic)}${writeStrain(second, key.tonic)}`;
}

/** @param {number} seed @param {number} size */
export function createTunes(seed, size) {
  const random = createRandom(seed);
  /** @type {string[]} */
  const tunes = [];
  for (let length = 0; length < size;) {
    tunes.push(createTune(random, tunes.length + 1));
    length += tunes[tunes.length - 1].length + 1;
  }
  return tunes.join('\n');
}
