// Recipes from a grammar. Every ingredient of the list is used in the method and the method uses
// nothing else; quantities scale with "Serves n". A long memory has something to remember here.
import { createRandom } from './random.mjs';
import * as pantry from './pantry.mjs';

/** @typedef {import('./random.mjs').Random} Random */
/**
 * @typedef {import('./pantry.mjs').Item} Item
 * @param {string} text
 */
const capital = (text) => text[0].toUpperCase() + text.slice(1);
/** @param {string} text */
const titled = (text) => text.split(' ').map(capital).join(' ');

/**
 * "a", "a and b", "a, b and c".
 * @param {string[]} items
 */
function series(items) {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

// Kitchen scales: 5 g steps below 100, 10 g above; never nothing.
/** @param {number} grams */
function rounded(grams) {
  const step = grams < 100 ? 5 : 10;
  return Math.max(step, Math.round(grams / step) * step);
}

class Recipe {
  /** @param {Random} random @param {string} title */
  constructor(random, title) {
    this.random = random;
    this.title = title;
    this.serves = random.weighted([
      [3, 2],
      [5, 4],
      [3, 6],
      [1, 8],
    ]);
    /** @type {string[]} */
    this.ingredients = [];
    /** @type {string[]} */
    this.steps = [];
  }

  /**
   * Puts an ingredient on the list; gives back how the method names it ("the leeks").
   * @param {import('./pantry.mjs').Ingredient} ingredient
   */
  add({ amount, unit, one, name }) {
    const total = amount * this.serves;
    if (unit === 'g' || unit === 'ml') {
      this.ingredients.push(`${rounded(total)} ${unit} ${name}`);
      return `the ${name}`;
    }
    const number = Math.max(1, Math.round(total));
    const words = [number, unit, number === 1 && one ? one : name];
    this.ingredients.push(words.filter(Boolean).join(' '));
    return `the ${words.at(-1)}`;
  }

  /**
   * add() for what is measured in grams, millilitres or spoons.
   * @param {number} amount
   * @param {string} unit
   * @param {string} name
   */
  take(amount, unit, name) {
    return this.add({ amount, unit, name });
  }

  /** @param {string} name */
  pinch(name) {
    this.ingredients.push(`1 pinch ${name}`);
    return `the ${name}`;
  }

  /** @param {string} text */
  step(text) {
    this.steps.push(`${this.steps.length + 1}. ${text}.`);
  }

  /**
   * One step in which each vegetable is cut in its own way: "Slice the leeks and shred the cabbage".
   * @param {Item[]} items
   * @param {string[]} names
   */
  cut(items, names) {
    this.step(capital(series(items.map((item, i) => `${item.cut} ${names[i]}`))));
  }

  toString() {
    const ingredients = this.ingredients.map((line) => `- ${line}`);
    return [this.title, `Serves ${this.serves}`, '', ...ingredients, '', ...this.steps, ''].join('\n');
  }
}

const onion = { one: 'onion', name: 'onions', amount: 0.25, cut: 'chop' };
/** @param {number} amount */
const eggs = (amount) => ({ one: 'egg', name: 'eggs', amount });
/** @param {Random} random @param {number} low @param {number} high */
const minutes = (random, low, high) => `${random.integer(low / 5, high / 5) * 5} minutes`;
/** @param {Item} item */
const shortName = (item) => titled(item.one);

/** @param {Random} random */
function soup(random) {
  const items = random.sample(pantry.vegetables, 2);
  const creamy = random.chance(0.4);
  const title = `${creamy ? 'Cream of ' : ''}${items.map(shortName).join(' and ')} Soup`;
  const recipe = new Recipe(random, title);
  const first = recipe.add(onion);
  const names = items.map((item) => recipe.add(item));
  const butter = recipe.take(5, 'g', 'butter');
  const stock = recipe.take(250, 'ml', random.pick(['vegetable stock', 'chicken stock', 'water']));
  const cream = creamy && recipe.take(25, 'ml', 'cream');
  const herb = recipe.take(0.5, 'tbsp', random.pick(pantry.herbs));
  const salt = recipe.pinch('salt');
  recipe.cut([onion, ...items], [first, ...names]);
  recipe.step(`Melt ${butter} in a large pot and fry ${first} until soft`);
  recipe.step(`Add ${series([...names, stock])}`);
  recipe.step(`${random.pick(['Simmer', 'Cook gently'])} for ${minutes(random, 15, 30)}`);
  if (cream) recipe.step(`Blend until smooth and stir in ${cream}`);
  recipe.step(`Season with ${salt}, scatter ${herb} on top and serve hot`);
  return recipe;
}

/** @param {Random} random */
function stew(random) {
  const items = random.sample(pantry.vegetables, 2);
  const pulse = random.pick(pantry.pulses);
  const recipe = new Recipe(random, `${shortName(pulse)} Stew with ${titled(items[0].name)}`);
  const first = recipe.add(onion);
  const beans = recipe.add(pulse);
  const names = items.map((item) => recipe.add(item));
  const oil = recipe.take(0.5, 'tbsp', 'oil');
  const stock = recipe.take(150, 'ml', 'vegetable stock');
  const herb = recipe.take(0.25, 'tsp', random.pick(pantry.herbs));
  const salt = recipe.pinch('salt');
  recipe.step(`Soak ${beans} in cold water overnight, then drain`);
  recipe.cut([onion, ...items], [first, ...names]);
  recipe.step(`Heat ${oil} in a heavy pot and brown ${first}`);
  recipe.step(`Add ${series([beans, stock])}, cover and simmer for ${minutes(random, 30, 50)}`);
  recipe.step(`Stir in ${series([...names, herb])} and cook for ${minutes(random, 15, 25)}`);
  recipe.step(`Season with ${salt} and serve with ${random.pick(['crusty bread', 'rice', 'noodles'])}`);
  return recipe;
}

/** @param {Random} random */
function cake(random) {
  const flavour = random.pick(pantry.flavours);
  const recipe = new Recipe(random, `${flavour.title} Cake`);
  const butter = recipe.take(25, 'g', 'butter');
  const sugar = recipe.take(25, 'g', 'sugar');
  const egg = recipe.add(eggs(0.5));
  const flour = recipe.take(30, 'g', 'flour');
  const powder = recipe.take(0.25, 'tsp', 'baking powder');
  const extra = recipe.add(flavour);
  recipe.step(`Heat the oven to ${random.pick([170, 180])} degrees`);
  recipe.step(`Beat ${butter} and ${sugar} until pale, then beat in ${egg}`);
  recipe.step(`Fold in ${flour} and ${powder}`);
  recipe.step(flavour.use(extra));
  recipe.step(`Spoon into a tin and bake for ${minutes(random, 25, 45)}`);
  recipe.step(random.pick(['Cool in the tin before slicing', 'Cool on a rack']));
  return recipe;
}

/** @param {Random} random */
function biscuits(random) {
  const flavour = random.pick(pantry.flavours);
  const spice = random.chance(0.5) && random.pick(pantry.spices);
  const recipe = new Recipe(random, `${flavour.title}${spice ? ` and ${titled(spice)}` : ''} Biscuits`);
  const flour = recipe.take(40, 'g', 'flour');
  const butter = recipe.take(25, 'g', 'butter');
  const sugar = recipe.take(15, 'g', 'sugar');
  const extra = recipe.add(flavour);
  const powder = spice && recipe.take(0.25, 'tsp', spice);
  recipe.step(`Heat the oven to ${random.pick([180, 190])} degrees`);
  recipe.step(`Rub ${butter} into ${flour}`);
  recipe.step(`Add ${series(powder ? [sugar, powder] : [sugar])}`);
  recipe.step(flavour.use(extra));
  recipe.step(`Roll out the dough and cut into ${random.pick(['rounds', 'stars', 'squares'])}`);
  recipe.step(`Bake for ${random.integer(9, 15)} minutes until golden`);
  return recipe;
}

/** @param {Random} random */
function bread(random) {
  const flour = random.pick(pantry.flours);
  const extra = random.pick([...pantry.seeds, ...pantry.nuts.map((nut) => nut.name)]);
  const recipe = new Recipe(random, `${titled(flour.replace(' flour', ''))} Bread with ${titled(extra)}`);
  const grain = recipe.take(110, 'g', flour);
  const water = recipe.take(70, 'ml', 'warm water');
  const yeast = recipe.take(0.5, 'tsp', 'dry yeast');
  const salt = recipe.take(0.25, 'tsp', 'salt');
  const topping = recipe.take(15, 'g', extra);
  recipe.step(`Stir ${yeast} into ${water}`);
  recipe.step(`Mix ${grain} and ${salt} in a bowl and pour in the water`);
  recipe.step(`Knead for ${random.integer(8, 12)} minutes, then work in ${topping}`);
  recipe.step(`Cover and leave to rise for ${minutes(random, 60, 90)}`);
  recipe.step(random.pick(['Shape into a loaf', 'Shape into a round', 'Shape into rolls']));
  recipe.step(`Bake at ${random.pick([210, 220, 230])} degrees for ${minutes(random, 30, 45)}`);
  return recipe;
}

/** @param {Random} random */
function salad(random) {
  const items = random.sample(pantry.saladVegetables, 2);
  const cheese = random.pick(pantry.cheeses);
  const nut = random.pick(pantry.nuts);
  const recipe = new Recipe(random, `${shortName(items[0])} Salad with ${titled(cheese.name)}`);
  const green = recipe.take(30, 'g', random.pick(pantry.leaves));
  const names = items.map((item) => recipe.add(item));
  const crumbs = recipe.add(cheese);
  const crunch = recipe.add(nut);
  const oil = recipe.take(0.5, 'tbsp', 'olive oil');
  const sour = recipe.take(0.5, 'tsp', random.pick(['vinegar', 'lemon juice', 'mustard']));
  const salt = recipe.pinch('salt');
  recipe.step(`Wash ${green} and put in a wide bowl`);
  recipe.cut(items, names);
  recipe.step(`Whisk ${series([oil, sour, salt])} together`);
  recipe.step(`Toss ${series([green, ...names])} in the dressing`);
  recipe.step(`${capital(nut.cut)} ${crunch} and scatter over the salad with ${crumbs}`);
  return recipe;
}

/** @param {Random} random */
function crumble(random) {
  const items = random.sample(pantry.fruits, random.integer(1, 2));
  const recipe = new Recipe(random, `${items.map(shortName).join(' and ')} Crumble`);
  const names = items.map((item) => recipe.add(item));
  const spice = recipe.take(0.25, 'tsp', random.pick(pantry.spices));
  const flour = recipe.take(30, 'g', 'flour');
  const butter = recipe.take(20, 'g', 'butter');
  const sugar = recipe.take(20, 'g', random.pick(['sugar', 'brown sugar']));
  recipe.step(`Heat the oven to ${random.pick([180, 190])} degrees`);
  recipe.cut(items, names);
  recipe.step(`Put ${series(names)} in a deep dish and sprinkle with ${spice}`);
  recipe.step(`Rub ${butter} into ${flour}, then stir in ${sugar}`);
  recipe.step(`Spread over the fruit and bake for ${minutes(random, 30, 45)}`);
  recipe.step(
    `Serve ${random.pick(['warm', 'cold'])} with ${random.pick(['custard', 'yoghurt', 'ice cream'])}`,
  );
  return recipe;
}

/** @param {Random} random */
function pancakes(random) {
  const fruit = random.pick(pantry.fruits);
  const recipe = new Recipe(random, `Pancakes with ${titled(fruit.name)}`);
  const flour = recipe.take(30, 'g', 'flour');
  const milk = recipe.take(75, 'ml', 'milk');
  const egg = recipe.add(eggs(0.5));
  const butter = recipe.take(5, 'g', 'butter');
  const topping = recipe.add(fruit);
  const sugar = recipe.take(0.5, 'tbsp', random.pick(['sugar', 'honey', 'maple syrup']));
  recipe.step(`Whisk ${series([flour, milk, egg])} into a batter`);
  recipe.step(`Leave to stand for ${minutes(random, 10, 30)}`);
  recipe.cut([fruit], [topping]);
  recipe.step(`Melt a little of ${butter} in a pan for each pancake`);
  recipe.step(`Pour in some batter, cook for ${random.integer(2, 4)} minutes and turn over`);
  recipe.step(`Warm ${topping} with ${sugar} until soft and serve on top`);
  return recipe;
}

/** @param {Random} random */
function bake(random) {
  const items = random.sample(pantry.vegetables, 2);
  const cheese = random.pick(pantry.cheeses);
  const recipe = new Recipe(random, `Baked ${items.map((item) => titled(item.name)).join(' and ')}`);
  const names = items.map((item) => recipe.add(item));
  const milk = recipe.take(50, 'ml', random.pick(['milk', 'cream']));
  const topping = recipe.add(cheese);
  const herb = recipe.take(0.25, 'tsp', random.pick(pantry.herbs));
  const pepper = recipe.pinch('pepper');
  recipe.step(`Heat the oven to ${random.pick([190, 200, 210])} degrees`);
  recipe.cut(items, names);
  recipe.step(`Layer ${series(names)} in a buttered dish`);
  recipe.step(`Season ${milk} with ${series([herb, pepper])} and pour over`);
  recipe.step(`Scatter ${topping} on top and bake for ${minutes(random, 30, 55)}`);
  return recipe;
}

/** @param {Random} random */
function jam(random) {
  const fruit = random.pick(pantry.fruits);
  const spice = random.chance(0.5) && random.pick(pantry.spices);
  const recipe = new Recipe(random, `${shortName(fruit)}${spice ? ` and ${titled(spice)}` : ''} Jam`);
  const name = recipe.add({ ...fruit, amount: fruit.amount * 2 });
  const sugar = recipe.take(120, 'g', 'sugar');
  const lemon = recipe.take(0.5, 'tbsp', 'lemon juice');
  const powder = spice && recipe.take(0.25, 'tsp', spice);
  recipe.cut([fruit], [name]);
  recipe.step(`Put ${series([name, sugar, lemon])} in a wide pan`);
  if (powder) recipe.step(`Stir in ${powder}`);
  recipe.step(`Bring to the boil and cook for ${minutes(random, 15, 30)}, stirring often`);
  recipe.step(random.pick(['Pour into clean jars and seal', 'Pour into hot jars and leave to set']));
  return recipe;
}

/** @type {[number, (random: Random) => Recipe][]} */
const dishes = [
  [4, soup],
  [2, stew],
  [3, cake],
  [2, biscuits],
  [2, bread],
  [3, salad],
  [2, crumble],
  [1, pancakes],
  [2, bake],
  [1, jam],
];

/** @param {number} seed @param {number} size */
export function createRecipes(seed, size) {
  const random = createRandom(seed);
  const recipes = [];
  for (let length = 0; length < size;) {
    const text = String(random.weighted(dishes)(random));
    recipes.push(text);
    length += text.length + 2;
  }
  return recipes.join('\n\n');
}
