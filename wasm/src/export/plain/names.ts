/** Words for arrays and weights that no language and no part of the printed programs uses otherwise. */

/** Of JavaScript, C, C++ or Python, or of the printed programs themselves. */
const RESERVED = new Set(
  `alignas alignof and arguments asm async auto await base64 begin bool break case catch char class clock const
  context continue copy decode default delete do double eval else encode enum export extern false fill finally float
  for function given goto if import in inline input inputs instanceof int interface is kept labels lambda length
  lengths let linear long main namespace new not np null number operator or out output outputs package pass periods
  predict private probabilities protected public random register return row rows run s sample scores self short
  signed sizeof softmax start state static steps step struct super switch symbols t template this throw tokens true
  try typedef document performance setTimeout typeof undefined union unsigned using var vector void volatile while
  with yield advance allocate answer answersOf answers_of attend average argmax blocks bytes choose column cos cosine draw
  endings exp helpers indices k log logSoftmax log_sigmoid log_softmax longest max none normalize part places
  products read readAll recall relu scored slice source spell steps_of stepsOf stream tokens_of tokensOf unpack
  search sigmoid sin tanh uniforms weights abs numpy math sys append clear forecast sqrt token uniform word S T
  source_steps SimpleNamespace targets maxLength`.split(/\s+/),
);

export class Names {
  readonly #used = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** The word for a name of the graph, always the same. */
  of(name: string, kind: 'array' | 'weight'): string {
    const key = `${kind} ${name}`;
    const known = this.#used.get(key);
    if (known !== undefined) return known;
    const word = name.replace(/\W/g, '_').replace(/^(?=\d)/, '_');
    let free = word;
    for (let n = 2; RESERVED.has(free) || this.#taken.has(free); ++n) free = `${word}_${n}`;
    this.#taken.add(free);
    this.#taken.add(`${free}_scale`); // of 8-bit weights
    this.#used.set(key, free);
    return free;
  }
}
