"""Exported PyTorch projects of tasks, for pytorch-tasks.test.ts: answers and training, of every folder of argv[1]."""

import importlib
import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path

import torch

torch.set_num_threads(1)


def run(folder):
    sys.path.insert(0, str(folder))
    for name in ("network", "checkpoint", "data", "train"):
        sys.modules.pop(name, None)
    try:
        network_py, checkpoint_py = importlib.import_module("network"), importlib.import_module("checkpoint")
        arrays, metadata = checkpoint_py.read_safetensors(folder / "model.safetensors")
        network = network_py.Network()
        named = checkpoint_py.load(network, arrays)
        network.eval()
        reads = torch.float32 if json.loads(metadata["symbols"])["numbers"] else torch.int64
        case = json.loads((folder / "case.json").read_text())
        sequences = [torch.tensor(one, dtype=reads) for one in case["asked"]]

        def answers():
            # Two columns, so that none is taken for the other.
            pairs = [torch.stack([torch.zeros_like(one), one], 1) for one in sequences]
            with torch.no_grad():
                return [network(pair, network.start(2))[0][..., 1, :].flatten().tolist() for pair in pairs]

        before = answers()
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.mul_(0.8)
        checkpoint_py.save_weights(folder / "out.safetensors", named, metadata)
        result = {"answers": before, "changed": answers()}
        printed = io.StringIO()
        with redirect_stdout(printed):
            result["losses"] = importlib.import_module("train").main(
                [*case["arguments"], "--out", str(folder / "trained.safetensors"), "--evaluate"])
        return {**result, "printed": printed.getvalue()}
    except Exception as error:  # one broken project must not hide the others
        return {"error": f"{type(error).__name__}: {error}"}
    finally:
        sys.path.remove(str(folder))


print(json.dumps({path.parent.name: run(path.parent) for path in sorted(Path(sys.argv[1]).glob("*/case.json"))}))
