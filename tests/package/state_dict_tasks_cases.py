"""For state-dict-tasks.test.ts: answers of state_dicts that Unfold wrote (argv[1]), and such of PyTorch (argv[2])."""

import json
import sys
from pathlib import Path

import torch
from state_dict_cases import read_safetensors, write_safetensors
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

torch.set_num_threads(1)


class Model(nn.Module):
    """Sequences of unequal lengths through the modules that the metadata makes."""

    def __init__(self, modules):
        super().__init__()
        for line in modules.splitlines():
            name, code = line.split(" = ", 1)
            setattr(self, name, eval(code))

    def forward(self, sequences, pool):
        lengths = torch.tensor([len(sequence) for sequence in sequences])
        parts = self.rnn if isinstance(self.rnn, nn.ModuleList) else [self.rnn]
        x = pad_sequence(sequences)
        if x.dtype == torch.int64:
            x = self.embedding(x) if hasattr(self, "embedding") else F.one_hot(x, parts[0].input_size).float()
        for part in parts:
            given, state = part(pack_padded_sequence(x, lengths, enforce_sorted=False))
            x, _ = pad_packed_sequence(given)
        h = state[0] if isinstance(state, tuple) else state
        if pool == "last":
            return list(self.readout(torch.cat([h[-2], h[-1]], -1) if parts[-1].bidirectional else h[-1]))
        if pool == "mean":
            return list(self.readout(x.sum(0) / lengths[:, None]))
        return [self.readout(x[:length, n]) for n, length in enumerate(lengths)]


def tensor(sequence):
    return torch.tensor(sequence, dtype=torch.float32 if isinstance(sequence[0], list) else torch.int64)


def answers(model, sequences, pool):
    with torch.no_grad():
        return [one.flatten().tolist() for one in model([tensor(sequence) for sequence in sequences], pool)]


def read(path):
    case = json.loads(path.with_suffix(".json").read_text())
    tensors, metadata = read_safetensors(path)
    model = Model(metadata["modules"])
    model.load_state_dict(tensors, strict=True)
    return answers(model, case["sequences"], case["pooling"])


WORDS = [[0, 2, 1, 3], [1], [3, 3, 0, 1, 2, 0]]
ROWS = [[[0.1, -0.5], [1.0, 0.3], [0.2, 0.2]], [[0.7, 0.4]]]
WRITTEN = {
    "lstm": ("rnn = nn.LSTM(4, 5, num_layers=2, bidirectional=True)\nreadout = nn.Linear(10, 3)", WORDS, "last"),
    "gru": ("embedding = nn.Embedding(4, 3)\nrnn = nn.GRU(3, 5, bias=False, bidirectional=True)\n"
            "readout = nn.Linear(10, 3)", WORDS, "none"),
    "mixed": ("rnn = nn.ModuleList([nn.RNN(2, 4), nn.LSTM(4, 5, bidirectional=True), nn.GRU(10, 3)])\n"
              "readout = nn.Linear(3, 2)", ROWS, "mean"),
    "labelled numbers": ("rnn = nn.GRU(2, 4, bidirectional=True)\nreadout = nn.Linear(8, 3)", ROWS, "last"),
    "foretold": ("rnn = nn.LSTM(2, 5)\nreadout = nn.Linear(5, 2)", ROWS, "none"),
}


def write(folder):
    torch.manual_seed(1)
    results = {}
    for name, (modules, sequences, pool) in WRITTEN.items():
        model = Model(modules)
        write_safetensors(folder / f"{name}.safetensors", model.state_dict())
        torch.save(model.state_dict(), folder / f"{name}.pt")
        results[name] = {"sequences": sequences, "logits": answers(model, sequences, pool)}
    return results


read_here, write_here = Path(sys.argv[1]), Path(sys.argv[2])
results = {path.stem: read(path) for path in sorted(read_here.glob("*.safetensors"))}
print(json.dumps({"read": results, "written": write(write_here)}))
