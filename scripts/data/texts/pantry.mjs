// What the recipes are made of. Amounts are for one person, so that the quantities of a recipe
// follow from "Serves n"; `unit` is missing for things that are counted.
// `cut` is how an ingredient is prepared, read before its name: "slice the leeks".
// `one` is the singular, for titles and for a count of one.

/**
 * @typedef {{ name: string, amount: number, unit?: string, one?: string }} Ingredient
 * @typedef {{ one: string, name: string, amount: number, unit?: string, cut: string }} Item what is cut first
 */

/** @param {string} name @param {number} amount @param {string} [cut] @param {string} [one] @returns {Item} */
const weighed = (name, amount, cut = '', one = name.replace(/s$/, '')) => ({
  one,
  name,
  amount,
  unit: 'g',
  cut,
});
/** @param {string} one @param {string} name @param {number} amount @param {string} [cut] @returns {Item} */
const counted = (one, name, amount, cut = '') => ({ one, name, amount, cut });

export const vegetables = [
  weighed('carrots', 60, 'slice'),
  weighed('potatoes', 100, 'peel and dice', 'potato'),
  weighed('pumpkin', 90, 'peel and dice'),
  weighed('mushrooms', 50, 'slice'),
  weighed('spinach', 40, 'wash'),
  weighed('cabbage', 70, 'shred'),
  weighed('peas', 50, 'rinse'),
  weighed('green beans', 50, 'trim'),
  counted('leek', 'leeks', 0.5, 'slice'),
  counted('parsnip', 'parsnips', 0.5, 'peel and dice'),
  counted('tomato', 'tomatoes', 1, 'chop'),
  counted('red pepper', 'red peppers', 0.5, 'slice'),
  counted('beetroot', 'beetroots', 0.5, 'peel and dice'),
];

export const saladVegetables = [
  counted('tomato', 'tomatoes', 1, 'slice'),
  counted('cucumber', 'cucumbers', 0.25, 'slice'),
  counted('radish', 'radishes', 2, 'slice'),
  counted('carrot', 'carrots', 0.5, 'grate'),
  counted('apple', 'apples', 0.5, 'core and slice'),
  counted('pear', 'pears', 0.5, 'core and slice'),
  counted('red onion', 'red onions', 0.25, 'slice'),
];

export const pulses = ['white beans', 'lentils', 'chickpeas', 'barley', 'red beans'].map((name) =>
  weighed(name, 60, 'rinse'),
);

export const fruits = [
  counted('apple', 'apples', 1, 'peel and slice'),
  counted('pear', 'pears', 1, 'peel and slice'),
  counted('peach', 'peaches', 1, 'stone and slice'),
  weighed('plums', 120, 'stone and halve'),
  weighed('cherries', 100, 'stone', 'cherry'),
  weighed('blackberries', 90, 'rinse', 'blackberry'),
  weighed('raspberries', 90, 'rinse', 'raspberry'),
  weighed('rhubarb', 120, 'trim and slice'),
  weighed('gooseberries', 100, 'trim', 'gooseberry'),
];

export const nuts = ['almonds', 'walnuts', 'hazelnuts'].map((name) => weighed(name, 15, 'chop'));
export const cheeses = ['cheddar', 'goat cheese', 'blue cheese', 'feta'].map((name) => weighed(name, 25));
export const herbs = ['parsley', 'thyme', 'basil', 'chives', 'dill', 'mint', 'sage'];
export const spices = ['cinnamon', 'ginger', 'nutmeg', 'cardamom', 'allspice'];
export const leaves = ['lettuce', 'rocket', 'watercress', 'young spinach'];
export const seeds = ['sesame seeds', 'poppy seeds', 'sunflower seeds', 'pumpkin seeds'];
export const flours = ['white flour', 'brown flour', 'rye flour', 'spelt flour'];

/**
 * `use` says what is done with it in a dough or batter.
 * @param {string} title
 * @param {Ingredient} ingredient
 * @param {(the: string) => string} use
 */
const flavour = (title, ingredient, use) => ({ title, ...ingredient, use });
/** @param {string} the */
const grated = (the) => `Grate the peel of ${the} and stir it in`;
/** @param {string} the */
const stirred = (the) => `Stir in ${the}`;

export const flavours = [
  flavour('Lemon', counted('lemon', 'lemons', 0.25), grated),
  flavour('Orange', counted('orange', 'oranges', 0.25), grated),
  flavour('Chocolate', weighed('dark chocolate', 20), (the) => `Melt ${the} and stir it in`),
  flavour('Honey', { name: 'honey', amount: 0.5, unit: 'tbsp' }, (the) => `Warm ${the} and stir it in`),
  flavour('Coconut', weighed('coconut', 15), stirred),
  flavour('Almond', weighed('ground almonds', 20), stirred),
  flavour('Oat', weighed('oats', 20), stirred),
  flavour('Raisin', weighed('raisins', 15), stirred),
];
