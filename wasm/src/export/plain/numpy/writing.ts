/** Exported Python of networks that write text. */
import type { PlainModel } from '../model.js';
import { RANDOM_PY } from './helpers.js';
import { reads, type TaskCodePy } from './shared.js';
import { encodingPy } from './encoding.js';

export function writing(model: PlainModel): TaskCodePy {
  const { unknown } = model;
  const { symbols, tokens, first, bytes, imports } = encodingPy(model);
  return {
    head: `"""A recurrent network that writes text, exported by Unfold. It needs NumPy alone.

predict(text) gives what comes next: its likeliest symbol and probabilities in the order of \`symbols\`;
sample(prompt, length, temperature, seed) a text that goes on from the prompt;
step(s, token) of s = start() the logits of the next symbol.

>>> from model import sample
>>> print(sample("The ", length=200, temperature=0.8, seed=1))
"""`,
    imports,
    code: `

# What the network knows, by token${unknown ? '; the last stands for all others' : ''}.
${symbols}

def tokens_of(text):
    """Tokens of a text; what the network does not know is ${unknown ? 'the last symbol' : 'left out'}."""
${tokens}

def start():
    """The state before a text."""
    s = allocate()
    begin(s)
    return s


def step(s, token):
    """Reads a symbol; gives the logits of the next."""
${reads(model)}    return advance(s)


def read(text):
    """The state after a text (a line break, or the first symbol, where it is empty), and the logits then."""
    s = start()
    for token in tokens_of(text) or [${first}]:
        logits = step(s, token)
    return s, logits


def predict(text):
    """The likeliest next symbol, and the probability of each."""
    probabilities = softmax(read(text)[1])
    return {"output": symbols[int(np.argmax(probabilities))], "probabilities": probabilities}


def sample(prompt="", length=200, temperature=1.0, seed=1):
    """A text that goes on from the prompt. Temperature 0: always the likeliest symbol."""
    s, logits = read(prompt)
    random, written = uniforms(seed), []
    for _ in range(length):
        token = choose(logits${unknown ? '[:-1]' : ''}, temperature, random)
        written.append(symbols[token])
        logits = step(s, token)
    return ${bytes ? 'b"".join(written).decode(errors="replace")' : '"".join(written)'}
${RANDOM_PY}`,
  };
}
