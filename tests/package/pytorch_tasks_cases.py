"""Answers of exported PyTorch projects of tasks, for pytorch-tasks.test.ts: every folder of argv[1]."""

import importlib
import json
import sys
from pathlib import Path

import torch

torch.set_num_threads(1)


def run(folder):
    sys.path.insert(0, str(folder))
    for name in ("network", "checkpoint"):
        sys.modules.pop(name, None)
    try:
        network_py, checkpoint_py = importlib.import_module("network"), importlib.import_module("checkpoint")
        arrays, metadata = checkpoint_py.read_safetensors(folder / "model.safetensors")
        network = network_py.Network()
        checkpoint_py.load(network, arrays)
        network.eval()
        reads = torch.float32 if json.loads(metadata["symbols"])["numbers"] else torch.int64
        answers = []
        for sequence in json.loads((folder / "case.json").read_text()):
            # Two columns, so that none is taken for the other.
            column = torch.tensor(sequence, dtype=reads)
            other = torch.zeros_like(column)
            with torch.no_grad():
                logits, _ = network(torch.stack([other, column], 1), network.start(2))
            answers.append(logits[..., 1, :].flatten().tolist())
        return {"answers": answers}
    except Exception as error:  # one broken project must not hide the others
        return {"error": f"{type(error).__name__}: {error}"}
    finally:
        sys.path.remove(str(folder))


print(json.dumps({path.parent.name: run(path.parent) for path in sorted(Path(sys.argv[1]).glob("*/case.json"))}))
