import type { TourName } from '../../tours/tours';

export interface TourText {
  title: string;
  /** What it is about, in the list. */
  about: string;
  /** Two or three sentences a stop. */
  stops: string[];
}

export const tours: Record<TourName, TourText> = {
  vanishing: {
    title: 'Vanishing gradients',
    about: 'Why a plain recurrent network cannot learn from what is long past.',
    stops: [
      'A plain recurrent network, ten steps old. An error travels back through time by one multiplication with the ' +
        'recurrent weights per step; the map shows how much of it is left, step by step.',
      'The same network with weights half as large: at sixty-four steps less than 1e-15 is left, hatched in the map. ' +
        'What happened there cannot change a weight, so it cannot be learnt.',
      'Twice as large, and the clip is off. Now each step back enlarges the error, and the gradient norm runs into ' +
        'the hundreds: one such update can undo all that was learnt.',
      'The same again with a clip of 1. A gradient longer than that keeps its direction and loses its length, so the ' +
        'loss comes down; clipping cures explosion, never vanishing.',
    ],
  },
  gates: {
    title: 'Why gates',
    about: 'How a cell that can leave its memory alone carries errors further.',
    stops: [
      'Once more the plain network that forgets: every step rewrites every unit, so every step multiplies the error ' +
        'that travels back.',
      'An LSTM adds a memory that is multiplied by a forget gate only. Here the gate starts shut (forget bias −3), and ' +
        'the error dies even faster: less than 1e-33 is left at sixty-four steps.',
      'With the gate open (forget bias 4) the memory is passed on as it is, and the error arrives whole. The network ' +
        'learns when to shut it; that is why a positive forget bias is the usual start.',
      'A GRU does it with two gates and no separate memory: the update gate blends the old state with a new one. Watch ' +
        'its loss fall below the plain network’s in the same number of steps.',
    ],
  },
  depth: {
    title: 'Depth, four ways',
    about: 'Four places where a recurrent network can be made deeper.',
    stops: [
      'Deep input: a hidden layer between the character and the state. It finds a better alphabet, and lies outside ' +
        'the loop, so it costs the memory nothing.',
      'Deep transition: a hidden layer between one state and the next. One step can now do more, but the way back ' +
        'through time is twice as long; a shortcut past it (under More) helps.',
      'Deep output: a hidden layer between the state and the prediction. The state no longer has to be readable at a ' +
        'glance and can keep a summary instead.',
      'A stack: three recurrent layers, each reading the one below. Higher layers see slower things. Compare the ' +
        'parameter counts: the same word, depth, buys four different things.',
    ],
  },
  scales: {
    title: 'Time scales',
    about: 'Units that change slowly remember longer.',
    stops: [
      'Leaky units keep a share α of what they were: h = α·h₋ + (1−α)·new. Here α goes from 0 for the first unit to ' +
        '0.98 for the last, so that some follow every letter and some a whole sentence.',
      'A clockwork network changes a group of units only at every 2nd, 4th, … 32nd step. Between ticks nothing is ' +
        'multiplied: the error crosses thirty-two steps as if they were one.',
      'Connections with a delay of 8 and 32 lead straight past the steps between. Look for the bumps in the map where ' +
        'they arrive.',
    ],
  },
  forcing: {
    title: 'Teacher forcing',
    about: 'Training shows the true past; writing does not.',
    stops: [
      'In training the network always reads the true text, whatever it guessed itself. That is teacher forcing, and ' +
        'every number in this chart was earned with it.',
      'In writing it reads its own guesses. At a low temperature one likely phrase leads back to itself, and the text ' +
        'goes round in circles that never occur in the tales: it was never taught to get out.',
      'This network is given its own guess as a second input while it trains (feedback: softmax). Its loss is a little ' +
        'higher, but what it learns from is closer to what it meets when it writes.',
    ],
  },
  temperature: {
    title: 'Temperature',
    about: 'One network, from timid to wild.',
    stops: [
      'The network gives every character a score z; it is drawn with probability ∝ exp(z / T). T is the temperature, ' +
        '0.7 here. Let it train while you read on; the weights do not depend on it.',
      'At 0.1 almost only the likeliest character is drawn. Words are right sooner, and the text repeats itself.',
      'At 1 the network writes by its own distribution: as varied as the tales, and with all its mistakes.',
      'At 2 scores hardly matter, and the text falls apart. Somewhere between lies what reads best; the slider is ' +
        'yours.',
    ],
  },
};
