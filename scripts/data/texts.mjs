// npm run texts: writes the sample texts of the page (web/texts) and their index. They come from seeded grammars in
// scripts/data/texts: the same seed gives the same bytes everywhere, so that `git diff` says whether a text is what its
// grammar writes.
import { writeFile } from 'node:fs/promises';
import * as checks from './texts/checks.mjs';
import { createCode } from './texts/code.mjs';
import { createNames } from './texts/names.mjs';
import { createRecipes } from './texts/recipes.mjs';
import { createTales } from './texts/tales.mjs';
import { createTunes } from './texts/tunes.mjs';

const folder = new URL('../../web/texts/', import.meta.url);

// The first is the page's default. `size` is where a generator stops, in characters.
const texts = [
  {
    id: 'tales',
    title: 'Tales from Fernley',
    description:
      'Short tales of one village: watch words appear first, then the names, then quotation marks that open and close.',
    kind: 'prose',
    create: createTales,
    seed: 10,
    size: 900_000,
    check: checks.checkTales,
  },
  {
    id: 'recipes',
    title: 'Recipes',
    description:
      'Watch whether the method uses what the list of ingredients names, and whether the steps are numbered in order.',
    kind: 'structured',
    create: createRecipes,
    seed: 11,
    size: 70_000,
    check: checks.checkRecipes,
  },
  {
    id: 'tunes',
    title: 'Dance tunes',
    description:
      'Melodies in letters: watch the header settle, then the bars fill their meter, then the openings come back.',
    kind: 'music',
    create: createTunes,
    seed: 12,
    size: 62_000,
    check: checks.checkTunes,
  },
  {
    id: 'code',
    title: 'Small programs',
    description:
      'An invented language: watch the indentation follow the braces, and names being used after they are made.',
    kind: 'code',
    create: createCode,
    seed: 13,
    size: 62_000,
    check: checks.checkCode,
  },
  {
    id: 'names',
    title: 'Place names',
    description:
      'Invented places, one to a line: watch new names that are in no list, each in the manner of one of four regions.',
    kind: 'names',
    create: createNames,
    seed: 14,
    size: 54_000,
    check: checks.checkNames,
  },
];

/** @param {string} file */
const place = (file) => new URL(file, folder);

const index = [];
for (const { id, title, description, kind, create, seed, size, check } of texts) {
  const file = `${id}.txt`;
  const text = create(seed, size);
  const complaints = [...checks.checkPlain(text, size), ...check(text)];
  if (complaints.length > 0) throw new Error(`${file}:\n${complaints.slice(0, 10).join('\n')}`);
  await writeFile(place(file), text);
  const characters = [...text].length;
  index.push({ id, title, file, description, characters, kind });
  console.log(`${file}: ${characters} characters, ${new Set(text).size} symbols`);
}
await writeFile(place('index.json'), `${JSON.stringify(index, null, 2)}\n`);
