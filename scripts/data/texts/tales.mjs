// Tales of one village: written by hand as plots with alternatives (scripts/texts/tales/*.txt), told with other people,
// things, seasons and sentences each time.
//
// A plot begins with its titles (# A|B), then who and what is in it:
//   cast: A adult, B child, C man Tom Ned     letters for people, perhaps out of a list of names
//   let thing: hat; head / boot; foot         {thing} and {thing.2}, one of these in each tale
//   season: autumn winter                     when it may happen; without it, always
// In its paragraphs
//   [this|that|]        is one of these, nested as deep as needed
//   {A} {A.his} {A.the} is somebody's name, pronoun, trade ({A.intro}: both)
//   <A: Well. ~ Come in!>  is what somebody says; the speaker's name may stand at ~
// X and Y are any two others; people who are named in a plot are nobody else in it.
import { readFileSync } from 'node:fs';
import { createRandom } from './random.mjs';
import { beats, people, regulars, remarks, skies } from './tales/people.mjs';

/** @typedef {import('./tales/people.mjs').Person} Person */
/** @typedef {import('./tales/people.mjs').Season} Season */
/** @typedef {ReturnType<typeof readPlot>} Plot */

const seasons = /** @type {Season[]} */ (Object.keys(skies));
const places = ['mill', 'harbour', 'inn', 'church', 'school', 'forge', 'ferry', 'bakery', 'bridge'];

/** @param {string} text @param {string} mark */
const parts = (text, mark) => text.split(mark).map((part) => part.trim());

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** @param {string} source */
function readPlot(source) {
  const [head, ...paragraphs] = source.trim().split(/\n\n+/);
  const lines = head.split('\n');
  /** @param {string} key */
  const values = (key) => lines.filter((line) => line.startsWith(key)).map((line) => line.slice(key.length));
  const cast = values('cast: ').flatMap((line) =>
    parts(line, ',').map((entry) => {
      const [letter, kind, ...names] = entry.split(' ');
      return { letter, kind, names: names.map((name) => (name === 'Pell' ? 'Mother Pell' : name)) };
    }),
  );
  const lets = values('let ').map((line) => {
    const at = line.indexOf(':');
    return { name: line.slice(0, at), choices: parts(line.slice(at + 1), ' / ').map((c) => parts(c, ';')) };
  });
  const own = values('season: ').flatMap((line) => line.split(' '));
  return {
    title: values('# ')[0],
    cast,
    lets,
    seasons: own.length ? seasons.filter((season) => own.includes(season)) : seasons,
    paragraphs,
  };
}

function readPlots() {
  return ['harbour', 'hill', 'river', 'village'].flatMap((name) =>
    readFileSync(new URL(`tales/${name}.txt`, import.meta.url), 'utf8')
      .split(/^---$/m)
      .map(readPlot),
  );
}

/** @param {string} kind @param {Person} person */
const fits = (kind, person) =>
  kind === person.kind ||
  (kind === 'man' && person.kind === 'adult' && person.sex === 'm') ||
  (kind === 'woman' && person.kind === 'adult' && person.sex === 'f') ||
  (kind === 'boy' && person.kind === 'child' && person.sex === 'm') ||
  (kind === 'girl' && person.kind === 'child' && person.sex === 'f');

/** Who is who in one tale. @param {Plot} plot @param {import('./random.mjs').Random} random */
function castOf(plot, random) {
  const whole = plot.paragraphs.join('\n');
  /** @type {Map<string, Person>} */
  const cast = new Map();
  const named = people.filter(({ name }) => new RegExp(`\\b${name}\\b`).test(whole));
  const taken = new Set(named);
  const letters = new Set([...whole.matchAll(/[{<]([A-Z])(?=[.}:])/g)].map((match) => match[1]));
  for (const [letter, name] of Object.entries(regulars)) {
    const person = people.find((one) => one.name === name);
    if (!person || !letters.has(letter) || plot.cast.some((entry) => entry.letter === letter)) continue;
    cast.set(letter, person);
    taken.add(person);
  }
  const wanted = [...plot.cast];
  for (const letter of ['X', 'Y'])
    if (!wanted.some((entry) => entry.letter === letter)) wanted.push({ letter, kind: 'adult', names: [] });
  for (const { letter, kind, names } of wanted) {
    const free = people.filter(
      (person) => !taken.has(person) && (names.length ? names.includes(person.name) : fits(kind, person)),
    );
    if (!free.length) throw new Error(`${plot.title}: nobody is left for ${letter}`);
    const person = random.pick(free);
    cast.set(letter, person);
    taken.add(person);
  }
  return cast;
}

const pronouns = {
  m: { he: 'he', his: 'his', him: 'him', theirs: 'his' },
  f: { he: 'she', his: 'her', him: 'her', theirs: 'hers' },
};

/** One tale. @param {Plot} plot @param {import('./random.mjs').Random} random */
function tell(plot, random) {
  const cast = castOf(plot, random);
  const season = random.pick(plot.seasons);
  const lets = new Map(plot.lets.map(({ name, choices }) => [name, random.pick(choices)]));
  /** @type {Set<Person>} */
  const met = new Set();
  let dated = false;

  /** The innermost [a|b] first, so that a choice may hold choices. @param {string} text @returns {string} */
  const choose = (text) => {
    for (;;) {
      const next = text.replace(/\[([^[\]]*)\]/, (_, inner) => random.pick(inner.split('|')));
      if (next === text) return text;
      text = next;
    }
  };

  /** @param {string} time */
  const date = (time) => {
    const first = !dated;
    dated = true;
    return first && random.chance(0.7) ? `one ${time} in ${season}` : `one ${time}`;
  };

  /** @param {Person} person @param {boolean} bare */
  const nameOf = (person, bare) => {
    const known = met.has(person);
    met.add(person);
    return known || bare || person.kind === 'child' || random.chance(0.3) ? person.name : person.intro;
  };

  /** @param {string} key @param {boolean} possessive */
  const value = (key, possessive) => {
    const [name, field] = key.split('.');
    const person = cast.get(name);
    if (person) {
      if (!field) return nameOf(person, possessive);
      if (field in pronouns.m) return pronouns[person.sex][/** @type {'he'} */ (field)];
      if (field === 'intro' || field === 'the') {
        const known = met.has(person);
        met.add(person);
        return field === 'the' && known ? person.the : known ? person.name : person.intro;
      }
      if (field === 'place' || field === 'doing') return person[field];
    }
    const given = lets.get(name) ?? lets.get(name.toLowerCase());
    if (given) {
      const said = given[Number(field ?? 1) - 1];
      const filled = substitute(said);
      return lets.has(name)
        ? filled
        : filled.replace(/\b(?!(?:of|the|in|a)\b)[a-z]/g, (letter) => letter.toUpperCase());
    }
    if (key === 'when')
      return random.pick([date('day'), date('day'), `late in the ${season}`, `early in the ${season}`]);
    if (key === 'morning' || key === 'evening') return date(key);
    if (key === 'talk')
      return random.pick(
        remarks.filter((remark) => ![...cast.values()].some(({ name: one }) => remark.includes(one))),
      );
    if (key === 'place') return random.pick(places);
    throw new Error(`${plot.title}: {${key}} is nothing`);
  };

  /** @param {string} text */
  const fill = (text) => {
    for (const person of people) if (text.includes(person.name)) met.add(person);
    return substitute(text);
  };

  /** @param {string} text @returns {string} */
  const substitute = (text) =>
    text.replace(/\{([^{}]+)\}(?=('s)?)/g, (_, key, possessive) => value(key, Boolean(possessive)));

  /** @param {string} letter @param {string} text */
  const say = (letter, text) => {
    const person = letter === 'S' ? null : cast.get(letter);
    const [first, ...rest] = parts(text, '~').map(fill);
    const broken = rest.length > 0 && random.chance(0.55);
    const spoken = broken ? first : [first, ...rest].join(' ');
    const end = spoken.at(-1) ?? '';
    const verb =
      end === '?' && !/[.!] /.test(spoken)
        ? random.pick(['asked', 'asked', 'said'])
        : end === '!'
          ? random.pick(['cried', 'cried', 'called', 'said'])
          : 'said';
    const name = !person
      ? 'the rich man'
      : met.has(person) && person.kind === 'adult' && random.chance(0.2)
        ? person.the
        : nameOf(person, false).replace(/,.*/, '');
    const quoted = `"${capital(end === '.' ? `${spoken.slice(0, -1)},` : spoken)}"`;
    if (broken) {
      const after = rest.join(' ');
      return end === ','
        ? `${quoted} ${verb} ${name}, "${after}"`
        : `${quoted} ${verb} ${name}. "${capital(after)}"`;
    }
    const whole = `"${capital(spoken)}"`;
    if (person && end === '.' && random.chance(0.16)) {
      const beat = random.pick(person.kind === 'child' ? beats.child : beats.adult);
      return `${beat.replace('{N}', name).replaceAll('{his}', pronouns[person.sex].his)} ${whole}`;
    }
    return random.chance(0.25) ? `${name} ${verb}, ${whole}` : `${quoted} ${verb} ${name}.`;
  };

  /** @param {string} paragraph */
  const write = (paragraph) => {
    let text = '';
    // In order: who has been met already decides what they are called.
    for (const piece of paragraph.split(/(<[A-Z]: [^>]*>)/)) {
      const [, letter, speech] = piece.match(/^<([A-Z]): ([^>]*)>$/) ?? [];
      text += letter ? say(letter, speech) : fill(piece);
    }
    return text
      .replace(/\s+/g, ' ')
      .trim()
      .replace(/,([,.?!;])/g, '$1')
      .replace(/\b([Aa]) (?=[aeiou](?!ne\b|ni|se))/g, '$1n ')
      .replace(/(^|[.!?] |\." )([a-z])/g, (_, before, letter) => before + letter.toUpperCase());
  };

  const sky = /^\{(morning|when|evening|[A-C]\.intro)\}/.test(plot.paragraphs[0]) && random.chance(0.35);
  dated = sky;
  const opening = sky ? `${random.pick(skies[season])} ` : '';
  const title = capital(
    choose(random.pick(splitTop(plot.title))).replace(/\{([^{}]+)\}/g, (_, key) => {
      const person = cast.get(key);
      return person ? person.name : value(key, true);
    }),
  );
  // Chosen as a whole: what is said and what is answered may stand in one choice.
  const body = choose(opening + plot.paragraphs.join('\n\n'))
    .split(/\n\n+/)
    .map(write);
  return [title, ...body.filter(Boolean)].join('\n\n');
}

/** Alternatives outside brackets. @param {string} text */
function splitTop(text) {
  let depth = 0;
  const found = [''];
  for (const letter of text) {
    depth += letter === '[' ? 1 : letter === ']' ? -1 : 0;
    if (letter === '|' && depth === 0) found.push('');
    else found[found.length - 1] += letter;
  }
  return found;
}

/** @param {number} seed @param {number} size */
export function createTales(seed, size) {
  const random = createRandom(seed);
  const plots = readPlots();
  /** @type {string[]} */
  const tales = [];
  let length = 0;
  while (length < size) {
    // All of them once, then all of them again, in another order.
    for (const plot of random.sample(plots, plots.length)) {
      const tale = tell(plot, random);
      tales.push(tale);
      length += tale.length + 3;
      if (length >= size) break;
    }
  }
  return `${tales.join('\n\n\n')}\n`;
}
