/** data.py of the tasks that learn from examples: files, the division into splits, and batches. */
import { generatorPy } from './generators-py.js';
import { batchPy, type ExampleTask } from './losses-py.js';
import { readerPy } from './readers-py.js';

/** @returns undefined if this version does not know the task */
export function examplesPy(task: ExampleTask): string | undefined {
  const { name, pooled, outputs, dataset } = task;
  const [reader, batch] = [readerPy(name, pooled, outputs), batchPy(task)];
  if (reader === undefined || batch === undefined) return undefined;
  const generator = dataset === undefined ? undefined : generatorPy(dataset);
  return head(reader.format) + [random, reader.code, splits(generator), batch, examples].join('\n\n');
}

const head = (
  format: string,
) => `"""The examples: read from a file, divided into splits, in batches of whole sequences.

${format}

Splits, order and batches are those of Unfold: they follow from the seed of the configuration.
"""

import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy
import torch
from torch.nn import functional as F

from checkpoint import fnv
from network import SYMBOLS

IGNORED = -100  # the target of a step without an answer, as cross_entropy has it
NO_LABEL = 65535  # the same in an example


@dataclass
class Example:
    """One sequence and its answer; what the task does not use stays empty. T steps, D numbers, O answers a step."""

    input: list = field(default_factory=list)  # tokens
    numbers: numpy.ndarray = None  # [T, D]
    target: list = field(default_factory=list)  # tokens or labels
    values: numpy.ndarray = None  # [T, O]; [1, O] for a whole sequence
    context: list = field(default_factory=list)
    skip: int = 0  # the first steps, whose answers do not count

    def bytes(self):
        """The example as its fingerprint reads it."""
        tokens = [numpy.array(part, "<u2").tobytes() for part in (self.input, self.target)]
        rows = [b"" if part is None else part.astype("<f4").tobytes() for part in (self.numbers, self.values)]
        return (tokens[0], rows[0], tokens[1], rows[1], numpy.array(self.context, "<f4").tobytes())

`;

const random = String.raw`
class Random:
    """Random numbers that depend on seed, purpose and number alone: Philox4x32-10 (Salmon et al. 2011)."""

    DATASET, EPOCH = 4, 6  # purposes

    def __init__(self, seed, purpose, number=0):
        self.seed, self.purpose, self.number = seed, purpose, number
        self.block, self.words = 0, iter(())

    def word(self):
        """32 random bits."""
        for word in self.words:
            return word
        blocks = numpy.arange(self.block, self.block + 1024, dtype=numpy.uint64)
        self.block += 1024
        self.words = iter(self.philox(blocks).tolist())
        return next(self.words)

    def philox(self, blocks):
        low = numpy.uint64(0xFFFFFFFF)
        shift = numpy.uint64(32)
        c = [blocks & low, blocks >> shift, *(numpy.full_like(blocks, x) for x in (self.number, self.purpose))]
        keys = [self.seed & 0xFFFFFFFF, self.seed >> 32]
        for _ in range(10):
            p, q = numpy.uint64(0xD2511F53) * c[0], numpy.uint64(0xCD9E8D57) * c[2]
            c = [(q >> shift) ^ c[1] ^ numpy.uint64(keys[0]), q & low, (p >> shift) ^ c[3] ^ numpy.uint64(keys[1]), p & low]
            keys = [(keys[0] + 0x9E3779B9) & 0xFFFFFFFF, (keys[1] + 0xBB67AE85) & 0xFFFFFFFF]
        return numpy.stack(c, 1).flatten()

    def uniform(self):
        """In [0, 1), 53 bits."""
        high, low = self.word() >> 5, self.word() >> 6
        return (high * 67108864 + low) / 9007199254740992

    def below(self, n):
        """0 to n - 1."""
        return self.word() * n >> 32


def shuffle(items, draw):
    """In place (Fisher and Yates 1938); draw(n) gives 0 to n - 1."""
    for n in range(len(items), 1, -1):
        k = draw(n)
        items[n - 1], items[k] = items[k], items[n - 1]
`;

const splits = (generator: string | undefined) => String.raw`
def divide(examples, config):
    """Training, validation and test: shuffled, with the share config["validationSplit"] for each of the other two."""
    held, n = 0, len(examples)
    if n >= 3 and config["validationSplit"] > 0:
        held = min(max(int(config["validationSplit"] * n), 1), (n - 1) // 2)
    shuffle(examples, Random(config["seed"], Random.DATASET).below)
    return examples[2 * held :], examples[:held], examples[held : 2 * held]
${generator ?? ''}

def read_file(path, config, names):
    """Training, validation and test of a file."""
    try:
        return read(Path(path).read_bytes().decode("utf-8").removeprefix("\ufeff"), config, names)
    except UnicodeDecodeError as error:
        raise SystemExit(f"{path}: expected UTF-8 ({error.reason} at byte {error.start}).") from None
    except ValueError as error:
        raise SystemExit(f"{path}: {error}") from None
`;

const examples = String.raw`
class Data:
    """The examples of a model."""

    carries_state = False  # every sequence begins anew

    def __init__(self, config, metadata, path):
        names = json.loads(metadata["symbols"])
        if path is None and "name" not in config.get("dataset", {}):
            raise SystemExit("Name the file of the examples: --data FILE.")
        if path is None:
            self.train, self.validation, self.test = generate(config["dataset"], names)
        else:
            self.train, self.validation, self.test = read_file(path, config, names)
        if not self.train:
            raise SystemExit("There is no example to learn from.")
        self.task, self.names = {**config["task"], "columns": names.get("columns", [])}, names
        self.seed, self.columns = config["seed"], min(config["batchSize"], len(self.train))
        self.epoch, self.order = -1, None

    def fingerprint(self, hash_of):
        return hash_of(*(part for examples in (self.train, self.validation, self.test)
                         for example in examples for part in example.bytes()))

    def batch(self, progress, share):
        """The next batch: inputs by the names of Network.forward, targets, and how many predictions all processes make.

        share: (k, n) for the k-th of n processes.
        """
        if progress["cursor"] + self.columns > len(self.train):
            progress.update(cursor=0, epoch=progress["epoch"] + 1)
        if self.epoch != progress["epoch"]:
            random = Random(self.seed, Random.EPOCH, progress["epoch"])
            self.order = list(range(len(self.train)))
            shuffle(self.order, lambda n: int(random.uniform() * n))
            self.epoch = progress["epoch"]
        cursor, (k, n) = progress["cursor"], share
        chosen = [self.train[i] for i in self.order[cursor : cursor + self.columns]]
        inputs, targets = make_batch(chosen[k * len(chosen) // n : (k + 1) * len(chosen) // n], self.task, self.names)
        return inputs, targets, sum(predictions(example, self.task) for example in chosen)

    def advance(self, progress):
        progress.update(cursor=progress["cursor"] + self.columns)

    def batches(self, split):
        """All examples of "validation" or "test", in batches of inputs and targets."""
        examples = getattr(self, split)
        for at in range(0, len(examples), self.columns):
            yield make_batch(examples[at : at + self.columns], self.task, self.names)

    def measure(self, answers, targets):
        """The sum of the losses, how many predictions that is, and how many were right of how many."""
        return measure(answers, targets, self.task)
`;
