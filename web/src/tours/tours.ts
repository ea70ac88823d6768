// Six guided tours, each a sequence of states of the page itself. A stop is a link's worth of settings, a part of the
// page to look at, and (in messages) two or three sentences. Their numbers are those of seed 1 on the tales.
export type TourName = 'vanishing' | 'gates' | 'depth' | 'scales' | 'forcing' | 'temperature';

export interface Stop {
  /** As in a link; what it does not name has its first value. */
  link: string;
  /** Steps to train, where what is shown is the beginning; without, training goes on. */
  steps?: number;
  /** What to look at. */
  look: string;
}

const FLOW = '.flow';
const SMALL = 'h=64&w=64&b=16';
const RNN = `c=rnn&${SMALL}`;

export const TOURS: Record<TourName, readonly Stop[]> = {
  vanishing: [
    { link: RNN, steps: 10, look: FLOW },
    { link: `${RNN}&ig=0.5`, steps: 10, look: FLOW },
    { link: `${RNN}&ig=2&cl=0`, steps: 30, look: '.run' },
    { link: `${RNN}&ig=2&cl=1`, steps: 60, look: '.loss' },
  ],
  gates: [
    { link: `${RNN}&ig=0.5`, steps: 10, look: FLOW },
    { link: `c=lstm&${SMALL}&co=forgetBias:-3`, steps: 2, look: FLOW },
    { link: `c=lstm&${SMALL}&co=forgetBias:4`, steps: 2, look: FLOW },
    { link: `c=gru&${SMALL}`, look: '.loss' },
  ],
  depth: [
    { link: `${RNN}&id=1`, look: '.apply' },
    { link: `${RNN}&td=1`, look: '.apply' },
    { link: `${RNN}&od=1`, look: '.apply' },
    { link: `${RNN}&l=3`, look: '.apply' },
  ],
  scales: [
    { link: `${RNN}&lk=spectrum&lf=0&lt=0.98`, steps: 20, look: FLOW },
    { link: `${RNN}&ck=1%2C2%2C4%2C8%2C16%2C32`, steps: 20, look: FLOW },
    { link: `${RNN}&dl=8%2C32`, steps: 20, look: FLOW },
  ],
  forcing: [
    { link: 'h=96', look: '.loss' },
    { link: 'h=96&tm=0.1', look: '.stream' },
    { link: `${RNN}&fb=softmax`, look: '.loss' },
  ],
  temperature: [
    { link: 'h=96&tm=0.7', look: '.stream' },
    { link: 'h=96&tm=0.1', look: '.stream' },
    { link: 'h=96&tm=1', look: '.stream' },
    { link: 'h=96&tm=2', look: '.stream' },
  ],
};

export const TOUR_NAMES = Object.keys(TOURS) as TourName[];

export interface Place {
  tour: TourName;
  at: number;
}

const TOUR_KEY = 'tour';
const STOP_KEY = 'stop';

/** Where a link leads; stops are counted from 1 there. */
export function placeOf(hash: string): Place | null {
  const pairs = new URLSearchParams(hash.replace(/^#/, ''));
  const tour = TOUR_NAMES.find((name) => name === pairs.get(TOUR_KEY));
  if (!tour) return null;
  const stop = Number(pairs.get(STOP_KEY) ?? 1);
  const last = TOURS[tour].length;
  return { tour, at: Number.isInteger(stop) && stop >= 1 && stop <= last ? stop - 1 : 0 };
}

export const hashOf = ({ tour, at }: Place): string => `#${TOUR_KEY}=${tour}&${STOP_KEY}=${at + 1}`;
