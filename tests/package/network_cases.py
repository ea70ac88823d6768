"""For torch.test.ts: argv[1]/<name>.safetensors of a network into a module, strictly; its answers, and training on."""

import json
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from state_dict_cases import read_safetensors

torch.set_num_threads(1)


def make(kind, inputs, hidden, layers, outputs, bidirectional):
    class Module(getattr(nn, kind)):
        def __init__(self):
            super().__init__(inputs, hidden, layers, bidirectional=bidirectional)
            self.readout = nn.Linear((2 if bidirectional else 1) * hidden, outputs)

    return Module()


def run(folder, name, case):
    net = make(*case["module"])
    net.load_state_dict(read_safetensors(folder / f"{name}.safetensors")[0], strict=True)
    steps, columns, inputs = case["shape"]
    x = torch.tensor(case["x"]).view(steps, columns, inputs)
    target = torch.tensor(case["target"]).view(steps, columns, -1)
    mask = torch.arange(steps)[:, None] < torch.tensor(case["lengths"])[None]
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01)
    first, norms = None, []
    for _ in range(case["steps"]):
        optimizer.zero_grad()
        packed, _ = net(pack_padded_sequence(x, case["lengths"], enforce_sorted=False))
        hidden, _ = pad_packed_sequence(packed, total_length=steps)
        y = net.readout(hidden) * mask[:, :, None]
        first = y if first is None else first
        (((y - target) * mask[:, :, None]) ** 2 / 2).sum().backward()
        norms.append(clip_grad_norm_(net.parameters(), 0.5).item())
        optimizer.step()
    parameters = {key: value.flatten().tolist() for key, value in net.state_dict().items()}
    return {"y": first.flatten().tolist(), "norms": norms, "parameters": parameters}


if __name__ == "__main__":
    place = Path(sys.argv[1])
    cases = json.loads((place / "cases.json").read_text())
    print(json.dumps({name: run(place, name, case) for name, case in cases.items()}))
