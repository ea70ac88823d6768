// Invented place names, one per line. Each belongs to one of four regions, and a region has its
// own beginnings, middles and endings, so how a name starts says how it is likely to go on.
import { createRandom } from './random.mjs';

/** @param {string} text */
const list = (text) => text.split(' ');

const regions = [
  {
    // Valleys: short beginnings and old endings (Brenlow, Harthwick).
    weight: 5,
    starts: list('Bar Bren Cal Dun El Fen Gar Hal Harth Kel Lam Mar Nor Ot Pel Quen Ros Stan Tam Wen'),
    middles: list('a er in'),
    middleChance: 0.35,
    ends: list('beck bury by combe den field ford ham holt leigh low mere stead thorpe wick worth'),
  },
  {
    // Islands: open syllables, one after another (Taliko, Omorana).
    weight: 3,
    starts: list('A Ha Ka Ke Lo Ma Mo Na O Pa Ri Sa Ta Ti Tu U Wa'),
    middles: list('ha ka ko la li lo ma mo na no ra ri ro ta to wa'),
    middleChance: 0.8,
    ends: list('kelo ki la lani lu mira na nove ra rilo tave tu wani'),
  },
  {
    // Mountains: heavy clusters (Drakkenhold, Grimvarn).
    weight: 3,
    starts: list('Brak Drak Dur Graf Grim Hrud Krag Krev Skar Skol Stor Thrun Torv Ulf Varg Vrok'),
    middles: list('en in ov ul'),
    middleChance: 0.4,
    ends: list('dal fell gard garn grad heim hold horn mark sund torv varn'),
  },
  {
    // Coast: soft and long, always ending in a vowel (Celandria, Iselore).
    weight: 3,
    starts: list('Al Ari Bel Cel Cor El Eri Fal Gal Ili Ise Lor Mel Mir Ori Sel Syl Val'),
    middles: list('a an and el em en i ir or'),
    middleChance: 0.75,
    ends: list('adie aine ana aria ella enna essa ia ina iste ora ore une'),
  },
];

// A first word fits any region; a last word only the valleys and the coast.
const before = list('East Great High Little Lower New North Old Port South Upper West');
const after = list('Bay Bridge Cross Green Hill Moor Point Water');

const vowel = /[aeiouy]/i;

// Two parts join with at most one vowel and never three of the same letter: El + la, not Ela + ella.
/** @param {string} left @param {string} right */
function join(left, right) {
  if (vowel.test(left.slice(-1)) && vowel.test(right[0])) return left.slice(0, -1) + right;
  if (left.at(-1) === right[0] && right[0] === right[1]) return left + right.slice(1);
  return left + right;
}

/** @param {import('./random.mjs').Random} random */
function createName(random) {
  const region = random.weighted(regions.map((r) => /** @type {const} */ ([r.weight, r])));
  let name = random.pick(region.starts);
  const count = random.chance(region.middleChance)
    ? random.weighted([
        [2, 1],
        [1, 2],
      ])
    : 0;
  for (const middle of random.sample(region.middles, count)) name = join(name, middle);
  name = join(name, random.pick(region.ends));
  if (random.chance(0.08)) return `${random.pick(before)} ${name}`;
  const mayFollow = region === regions[0] || region === regions[3];
  return mayFollow && random.chance(0.06) ? `${name} ${random.pick(after)}` : name;
}

const minimumLetters = 4;

/** @param {number} seed @param {number} size */
export function createNames(seed, size) {
  const random = createRandom(seed);
  /** @type {Set<string>} */
  const names = new Set();
  for (let length = 0; length < size;) {
    const name = createName(random);
    if (names.has(name) || name.length < minimumLetters) continue;
    names.add(name);
    length += name.length + 1;
  }
  return [...names].join('\n') + '\n';
}
