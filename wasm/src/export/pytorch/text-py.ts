/** data.py of text models. */
export const textPy = String.raw`"""A text as N contiguous streams, window after window."""

import json
from pathlib import Path

import numpy
import torch
from torch.nn import functional as F

from checkpoint import vocabulary_of
from network import SYMBOLS

IGNORED = -100  # the target of a step without an answer, as cross_entropy has it


class Data:
    """The input of step t of stream n is token n*length + cursor + t, its target the token after that."""

    carries_state = True  # from one window to the next

    def __init__(self, config, metadata, path):
        if path is None:
            raise SystemExit("Name the text: --data FILE.")
        self.vocabulary = vocabulary_of(json.loads(metadata["vocabulary"]))
        self.tokens = self.vocabulary.encode(Path(path).read_bytes())
        self.steps, self.columns = config["sequenceLength"], config["batchSize"]
        share, count = config["validationSplit"], len(self.tokens)
        count = min(int(count * (1 - share)), count - 2) if share > 0 else count
        self.length = (count - 1) // self.columns
        if self.length < self.steps:
            raise SystemExit(f"The text is too short: {self.columns} streams of {self.length} symbols, "
                             f"the window has {self.steps}.")
        self.validation, self.test = self.tokens[count:], []
        if len(self.validation) < 2:  # the first has no past
            self.validation = self.tokens[:0]
        used = self.columns * self.length
        self.inputs = torch.from_numpy(self.tokens[:used]).view(self.columns, -1).T
        self.targets = torch.from_numpy(self.tokens[1 : used + 1]).view(self.columns, -1).T

    def fingerprint(self, hash_of):
        return hash_of(self.tokens.astype("<u2").tobytes())

    def batch(self, progress, share):
        """The next window: inputs by the names of Network.forward, targets, and how many predictions all processes
        make. share: (k, n) for the k-th of n processes."""
        if progress["cursor"] + self.steps > self.length:
            progress.update(cursor=0, epoch=progress["epoch"] + 1, clock=0)
        rows = slice(progress["cursor"], progress["cursor"] + self.steps)
        columns = slice(share[0] * self.columns // share[1], (share[0] + 1) * self.columns // share[1])
        return {"tokens": self.inputs[rows, columns]}, self.targets[rows, columns], self.steps * self.columns

    def advance(self, progress):
        progress.update(cursor=progress["cursor"] + self.steps, clock=progress["clock"] + self.steps)

    def batches(self, split):
        """Every prediction of the validation text exactly once, window after window from the zero state."""
        tokens = getattr(self, split)
        if len(tokens) < 2:
            return
        length = -(-(len(tokens) - 1) // self.columns)
        missing = self.columns * length - (len(tokens) - 1)
        inputs = numpy.append(tokens[:-1], numpy.full(missing, SYMBOLS)).reshape(self.columns, length).T
        targets = numpy.append(tokens[1:], numpy.full(missing, IGNORED)).reshape(self.columns, length).T
        for cursor in range(0, length, self.steps):
            rows = slice(cursor, cursor + self.steps)
            yield {"tokens": torch.tensor(inputs[rows])}, torch.tensor(targets[rows])

    def measure(self, answers, targets):
        """The sum of the losses in nats, how many predictions that is, and nothing about right ones."""
        loss = F.cross_entropy(answers.flatten(0, 1), targets.flatten(), reduction="sum", ignore_index=IGNORED)
        return loss, int((targets != IGNORED).sum()), None

    @torch.no_grad()
    def sample(self, network, prompt, length, temperature, device):
        """Writes a text: each symbol is the next input."""
        network.train(False)
        tokens = list(self.vocabulary.encode(prompt.encode())) or [0]
        answers, state = network(torch.tensor(tokens, device=device)[:, None])
        written = []
        for _ in range(length):
            scores = answers[-1, 0, : -1 if self.vocabulary.unknown else None] / max(temperature, 1e-6)
            written.append(int(torch.multinomial(torch.softmax(scores, -1), 1)))
            answers, state = network(torch.tensor([[written[-1]]], device=device), state)
        network.train(True)
        return self.vocabulary.decode(written)
`;
