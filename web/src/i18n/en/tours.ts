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
    about: 'Why a plain recurrent network cannot learn from the distant past.',
    stops: [
      'This is a plain recurrent network after ten steps of training. At each step back in time, an error is multiplied ' +
        'by the recurrent weights once more; the map shows how much of it is left.',
      'The same network with weights half as large: after sixty-four steps back, less than 1e-15 is left (hatched in the ' +
        'map). What happened that long ago no longer changes any weight, so it cannot be learned.',
      'Now the weights are twice as large, and clipping is off. Each step back amplifies the error, and the gradient norm ' +
        'reaches the hundreds: a single update can undo everything that was learned.',
      'The same network with clipping at norm 1. A longer gradient keeps its direction but not its length, and the loss ' +
        'falls. Clipping helps against exploding gradients, but not against vanishing ones.',
    ],
  },
  gates: {
    title: 'Why gates',
    about: 'How a cell that can leave its memory alone carries errors further.',
    stops: [
      'This is the plain network that forgets: every step rewrites every unit, so every step multiplies the error on its ' +
        'way back.',
      'An LSTM adds a memory that is multiplied only by a forget gate. Here the gate is closed at first (forget bias −3), ' +
        'and the error vanishes even faster: less than 1e-33 is left after sixty-four steps.',
      'With the gate open (forget bias 4), the memory is passed on unchanged, and the error arrives whole. The network ' +
        'learns when to close the gate; this is why forget biases usually start positive.',
      'A GRU needs only two gates and no separate memory: its update gate interpolates between the old state and a new ' +
        'one. Its loss falls below that of the plain network within the same number of steps.',
    ],
  },
  depth: {
    title: 'Depth, four ways',
    about: 'Four places where a recurrent network can be made deeper.',
    stops: [
      'Deep input: a hidden layer between the character and the state. It learns a better representation of the ' +
        'characters and lies outside the recurrence, so memory does not suffer.',
      'Deep transition: a hidden layer between one state and the next. One step can compute more, but the way back ' +
        'through time is twice as long; a shortcut (see More) helps.',
      'Deep output: a hidden layer between the state and the prediction. The state can hold a summary, because the ' +
        'prediction no longer has to be read from it linearly.',
      'A stack: three recurrent layers, each reading the one below. Higher layers learn slower features. Compare the ' +
        'parameter counts of the four: “depth” stands for four different things.',
    ],
  },
  scales: {
    title: 'Time scales',
    about: 'Units that change slowly remember longer.',
    stops: [
      'Leaky units keep a share α of their previous state: h = α·h₋ + (1−α)·new. Here α rises from 0 for the first unit ' +
        'to 0.98 for the last, so some units follow every letter and some a whole sentence.',
      'A clockwork network updates each group of units only at every 2nd, 4th, … 32nd step. Between updates nothing is ' +
        'multiplied, so the error crosses thirty-two steps as if they were one.',
      'Connections with delays of 8 and 32 lead directly past the steps in between. The map shows bumps at the steps ' +
        'where they arrive.',
    ],
  },
  forcing: {
    title: 'Teacher forcing',
    about: 'In training the network reads the true text; in generation it reads its own.',
    stops: [
      'In training the network always reads the true text, whatever it predicted itself. This is called teacher forcing, ' +
        'and every number in this chart was measured with it.',
      'In generation the network reads its own output. At a low temperature, a likely phrase leads back to itself, and ' +
        'the text runs in circles. Such circles never occur in training, so the network has not learned to leave them.',
      'This network also reads its own prediction while it trains (output feedback: softmax). Its loss is a little ' +
        'higher, but its training is closer to what it meets in generation.',
    ],
  },
  temperature: {
    title: 'Temperature',
    about: 'One network, from cautious to wild.',
    stops: [
      'The network gives every character a score z and draws it with probability ∝ exp(z / T). T is the temperature, ' +
        'here 0.7. The network trains while you read; its weights do not depend on T.',
      'At 0.1, nearly always the most likely character is drawn. Words become correct sooner, but the text repeats itself.',
      'At 1, the network samples from its own distribution: as varied as the training text, with all its errors.',
      'At 2, the scores hardly matter, and the text falls apart. The best temperature lies in between: try the slider.',
    ],
  },
};
