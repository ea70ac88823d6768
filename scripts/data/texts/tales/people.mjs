// Who lives in Fernley, and what the tales say of every day.

/**
 * @typedef {object} Person
 * @property {string} name
 * @property {'adult' | 'child' | 'animal'} kind
 * @property {'m' | 'f'} sex
 * @property {string} the what else a person is called: "the miller"
 * @property {string} intro name and trade; a child's ends with a comma
 * @property {string} place where they work
 * @property {string} doing what they do there
 */

/** @type {[name: string, sex: 'm' | 'f', trade: string, place: string, doing: string][]} */
const adults = [
  ['Hob', 'm', 'miller', 'the mill', 'filling sacks with flour'],
  ['Nell', 'f', 'baker', 'the bakery', 'kneading the dough'],
  ['Garth', 'm', 'smith', 'the forge', 'shoeing a horse'],
  ['Tom', 'm', 'ferryman', 'the ferry', 'painting his oars'],
  ['Simon', 'm', 'tailor', "the tailor's shop", 'sewing on a button'],
  ['Amos', 'm', 'farmer', 'the farm', 'milking the cow'],
  ['Ned', 'm', 'carpenter', 'the workshop', 'sawing a board'],
  ['Robin', 'm', 'fiddler', 'the old barn', 'tuning his fiddle'],
  ['Walter', 'm', 'clockmaker', 'the clock shop', 'winding the clocks'],
  ['Peter', 'm', 'fisherman', 'the quay', 'mending a net'],
  ['Will', 'm', 'shepherd', 'the sheepfold', 'counting his sheep'],
  ['Otto', 'm', 'captain', 'the harbour', 'polishing his telescope'],
  ['Abel', 'm', 'postman', 'the post office', 'sorting the letters'],
  ['Fergus', 'm', 'bell ringer', 'the bell tower', 'oiling the bell'],
  ['Ruth', 'f', 'potter', 'the pottery', 'turning a bowl'],
  ['Clara', 'f', 'teacher', 'the school', 'wiping the blackboard'],
  ['Mary', 'f', 'weaver', 'the weaving shed', 'weaving a blanket'],
  ['Ida', 'f', 'lighthouse keeper', 'the lighthouse', 'cleaning the great lamp'],
  ['Rose', 'f', 'gardener', 'the garden', 'planting beans'],
  ['Bess', 'f', 'innkeeper', 'the inn', 'stirring the soup'],
  ['Kate', 'f', 'net maker', 'the net loft', 'knotting a net'],
  ['Edith', 'f', 'doctor', 'the white house', 'rolling bandages'],
  ['Agnes', 'f', 'cheesemaker', 'the dairy', 'turning the cheeses'],
];

/** @type {[name: string, sex: 'm' | 'f', who: string][]} */
const children = [
  ['Anna', 'f', "the miller's daughter"],
  ['Ben', 'm', "the smith's son"],
  ['Lucy', 'f', "the baker's daughter"],
  ['Jack', 'm', "the fisherman's son"],
  ['Hannah', 'f', "the farmer's daughter"],
  ['Sam', 'm', "the carpenter's youngest"],
  ['Molly', 'f', "the innkeeper's niece"],
  ['Finn', 'm', "the captain's grandson"],
  ['Tilly', 'f', "the weaver's daughter"],
  ['Joe', 'm', "the postman's son"],
];

/** @type {[name: string, sex: 'm' | 'f', beast: string][]} */
const animals = [
  ['Barley', 'm', 'donkey'],
  ['Pepper', 'f', 'cat'],
  ['Bramble', 'm', 'dog'],
  ['Button', 'm', 'goat'],
  ['Duchess', 'f', 'goose'],
  ['Clover', 'f', 'cow'],
  ['Tinker', 'm', 'pony'],
];

/** @type {Person[]} */
export const people = [
  ...adults.map(([name, sex, trade, place, doing]) => ({
    name,
    kind: /** @type {const} */ ('adult'),
    sex,
    the: `the ${trade}`,
    intro: `${name} the ${trade}`,
    place,
    doing,
  })),
  {
    name: 'Mother Pell',
    kind: 'adult',
    sex: 'f',
    the: 'Mother Pell',
    intro: 'old Mother Pell',
    place: 'the cottage by the wood',
    doing: 'drying her herbs',
  },
  ...children.map(([name, sex, who]) => ({
    name,
    kind: /** @type {const} */ ('child'),
    sex,
    the: who,
    intro: `${name}, ${who},`,
    place: 'the school',
    doing: 'playing',
  })),
  ...animals.map(([name, sex, beast]) => ({
    name,
    kind: /** @type {const} */ ('animal'),
    sex,
    the: `the ${beast}`,
    intro: `${name} the ${beast}`,
    place: 'the stable',
    doing: 'eating',
  })),
];

/** Letters that mean the same person in every tale that does not cast them otherwise. */
export const regulars = {
  D: 'Abel',
  E: 'Clara',
  F: 'Fergus',
  I: 'Ida',
  K: 'Kate',
  L: 'Will',
  M: 'Mother Pell',
  O: 'Otto',
  R: 'Robin',
  U: 'Ruth',
  W: 'Walter',
  Z: 'Bess',
};

/** @typedef {'spring' | 'summer' | 'autumn' | 'winter'} Season */

/** How a tale may begin, by the season. @type {Record<Season, string[]>} */
export const skies = {
  spring: [
    'It was a wet spring, and the lanes were deep in mud.',
    'The apple trees were white, and the bees had woken up.',
    'The last snow had gone, and the streams were [loud|shouting].',
    'It was the week when the lambs were born.',
    'The wind was soft, and every window in Fernley stood open.',
    'The swallows had come back, and they were talking about it.',
    'It had rained for nine days, and on the tenth the sun came out.',
    'The first boats of the year had been painted, and the whole harbour smelled of tar.',
  ],
  summer: [
    'It was so hot that the dogs lay under the carts.',
    'The hay was cut, and the hill smelled of it.',
    'The days were long, and nobody went to bed in time.',
    'The sea lay as flat as a plate.',
    'It had not rained for a month, and the grass was yellow.',
    'The roses hung over every wall, and the wasps were in the jam.',
    'It was the time of year when the children have no shoes on.',
    'The evenings were warm, and people sat on their steps until late.',
  ],
  autumn: [
    'The leaves were turning brown, and the nights were getting cold.',
    'The wind came from the north and smelled of rain.',
    'The apples were in the cellar, and the geese had gone south.',
    'There was mist on the river every morning.',
    'It was the season of storms, and the boats stayed close to the shore.',
    'The corn was in the barn, and people had time to quarrel.',
    'Smoke rose from every chimney, and the evenings were long.',
    'The first frost lay on the cabbages.',
  ],
  winter: [
    'The snow lay on the roofs like cream on a cake.',
    'It was so cold that the river was silent.',
    'The days were short, and the lamps were lit at four.',
    'There was ice on the well, and the birds sat close together.',
    'The wind came under the doors and down the chimneys.',
    'It had snowed all night, and the village was very quiet.',
    'The harbour was frozen, and the boats stood in the ice like cows in a field.',
    'It was the time of year when people knit and tell stories.',
  ],
};

/** What the village has to say at the end. */
export const remarks = [
  'Robin made a song about it, but it was too long.',
  'Mother Pell said that she had known it from the beginning.',
  'They still talk about it at the inn.',
  'It was in the newspaper of the next town, with three mistakes.',
  'Nobody in Fernley has forgotten it.',
  'Clara told it to the children as an example, but she did not say of what.',
  'Hob says that it was his idea, but nobody believes him.',
  'The story has grown since then, but that was how it began.',
  'Abel carried the news to every door, and it was longer at each one.',
  'For a week people spoke of nothing else, and then a pig got into the church.',
  'Garth laughed so much that he had to hold on to his anvil.',
  'If you ask about it, they will give you a chair and begin.',
  'Bess hung up a picture of it at the inn, and it is very nearly straight.',
  'And that is the whole story, except for what the goose did afterwards.',
  'Otto said that he had seen stranger things at sea, but he could not think of one.',
  'Since that day nobody laughs about it, or only a little.',
];

/** Small movements while somebody speaks; they fit any mood. */
export const beats = {
  adult: [
    '{N} scratched {his} chin.',
    '{N} folded {his} arms.',
    '{N} looked up.',
    '{N} thought for a moment.',
    '{N} cleared {his} throat.',
    '{N} shook {his} head.',
    '{N} took a deep breath.',
    '{N} put {his} hands in {his} pockets.',
    '{N} raised a finger.',
    '{N} leaned forward.',
    '{N} rubbed {his} nose.',
    '{N} nodded slowly.',
  ],
  child: [
    '{N} stood on one leg.',
    '{N} thought for a moment.',
    '{N} looked up.',
    '{N} wiped {his} nose.',
    '{N} stood very straight.',
    '{N} took a deep breath.',
    '{N} shook {his} head.',
    '{N} pulled at {his} sleeve.',
    '{N} nodded.',
  ],
};
