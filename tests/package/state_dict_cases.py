"""For state-dict.test.ts: loads state_dicts that Unfold wrote (argv[1]/*.safetensors), and writes some (argv[2])."""

import json
import struct
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)


def read_safetensors(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = torch.frombuffer(bytearray(data[8 + length + begin : 8 + length + end]), dtype=torch.float32)
        tensors[name] = tensors[name].view(entry["shape"])
    return tensors, metadata


def write_safetensors(path, tensors):
    kinds = {torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16"}
    header, blob = {"__metadata__": {"format": "pt"}}, b""
    for name in sorted(tensors):
        tensor = tensors[name].detach().contiguous()
        raw = bytes(tensor.view(torch.int16).numpy() if tensor.dtype == torch.bfloat16 else tensor.numpy())
        header[name] = {"dtype": kinds[tensor.dtype], "shape": list(tensor.shape),
                        "data_offsets": [len(blob), len(blob) + len(raw)]}
        blob += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + blob)


class Model(nn.Module):
    """A stack made of the Python in the metadata."""

    def __init__(self, modules):
        super().__init__()
        for line in modules.splitlines():
            name, code = line.split(" = ", 1)
            setattr(self, name, eval(code))

    def forward(self, tokens, states):
        x = self.embedding(tokens) if hasattr(self, "embedding") else F.one_hot(tokens, self.readout.out_features).float()
        parts = self.rnn if isinstance(self.rnn, nn.ModuleList) else [self.rnn]
        for part in parts:
            mine, states = states[: part.num_layers], states[part.num_layers :]
            hidden = tuple(torch.stack(s) for s in zip(*mine)) if mine else None
            x, _ = part(x, hidden[0] if hidden and len(hidden) == 1 else hidden)
        return self.readout(x)


def logits(path):
    case = json.loads(path.with_suffix(".json").read_text())
    tensors, metadata = read_safetensors(path)
    model = Model(metadata["modules"])
    model.load_state_dict(tensors, strict=True)
    states = [[torch.tensor(s).view(case["columns"], -1) for s in layer] for layer in case["states"]]
    with torch.no_grad():
        return model(torch.tensor(case["tokens"]).view(-1, case["columns"]), states).flatten().tolist()


WRITTEN = {
    "lstm": ("embedding = nn.Embedding(14, 5)\nrnn = nn.LSTM(5, 7, num_layers=2)\nreadout = nn.Linear(7, 14)", None),
    "gru": ("rnn = nn.GRU(14, 6, bias=False)\nreadout = nn.Linear(6, 14)", None),
    "relu": ("rnn = nn.RNN(14, 6, nonlinearity='relu')\nreadout = nn.Linear(6, 14)", None),
    "mixed": ("rnn = nn.ModuleList([nn.GRU(14, 6), nn.LSTM(6, 4)])\nreadout = nn.Linear(4, 14)", None),
    "half": ("rnn = nn.LSTM(14, 6)\nreadout = nn.Linear(6, 14)", torch.float16),
    "brain": ("rnn = nn.LSTM(14, 6)\nreadout = nn.Linear(6, 14)", torch.bfloat16),
    "double": ("rnn = nn.LSTM(14, 6)\nreadout = nn.Linear(6, 14)", torch.float64),
    "backwards": ("rnn = nn.LSTM(14, 6, bidirectional=True)\nreadout = nn.Linear(12, 14)", None),
    "projected": ("rnn = nn.LSTM(14, 6, proj_size=3)\nreadout = nn.Linear(3, 14)", None),
}


class Program:
    """A pickle that would run something."""

    def __reduce__(self):
        return print, ("not to be printed",)


def write(folder):
    torch.manual_seed(1)
    tokens = torch.randint(14, (9, 2))
    results = {}
    for name, (modules, dtype) in WRITTEN.items():
        model = Model(modules)
        if dtype:  # what is saved is what is used
            model = model.to(dtype)
        write_safetensors(folder / f"{name}.safetensors", model.state_dict())
        torch.save(model.state_dict(), folder / f"{name}.pt")
        with torch.no_grad():
            results[name] = model.float()(tokens, []).flatten().tolist()
    stack = Model(WRITTEN["lstm"][0]).state_dict()
    strided = {k: v.t().contiguous().t() if v.dim() == 2 else v for k, v in stack.items()}
    torch.save(strided, folder / "strided.pt", pickle_protocol=4)
    for name in ("strided", "nested"):
        write_safetensors(folder / f"{name}.safetensors", stack)
    torch.save({"epoch": 3, "model_state_dict": stack, "loss": 0.25}, folder / "nested.pt")
    torch.save({"readout.bias": Program()}, folder / "program.pt")
    return {"tokens": tokens.flatten().tolist(), "logits": results}


if __name__ == "__main__":
    read_here, write_here = Path(sys.argv[1]), Path(sys.argv[2])
    read = {path.stem: logits(path) for path in sorted(read_here.glob("*.safetensors"))}
    print(json.dumps({"read": read, "written": write(write_here)}))
