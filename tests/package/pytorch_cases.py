"""Runs exported PyTorch projects for pytorch.test.ts: every folder of argv[1] that has a case.json."""

import importlib
import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path

import numpy
import torch

torch.set_num_threads(1)


def logits(folder, case):
    """The largest difference, relative to 1 or the larger number, from the engine's logits and states."""
    network_py, checkpoint_py = importlib.import_module("network"), importlib.import_module("checkpoint")
    arrays, _ = checkpoint_py.read_safetensors(folder / "model.safetensors")
    network = network_py.Network()
    checkpoint_py.load(network, arrays)
    network.eval()
    columns = case["columns"]

    def state_of(values, progress):
        given = {"state.values": numpy.array(values, "<f4")}
        return checkpoint_py.restore_state(network, given, progress, columns, None)

    tokens = torch.tensor(case["tokens"]).view(-1, columns)
    with torch.no_grad():
        answers, after = network(tokens, state_of(case["before"]["values"], case["before"]))
    wanted = state_of(case["after"]["values"], case["after"])
    assert after.keys() == wanted.keys(), (after.keys(), wanted.keys())

    def off(a, b):
        a, b = torch.as_tensor(a).flatten().double(), torch.as_tensor(b).flatten().double()
        return ((a - b).abs() / b.abs().clamp(min=1)).max().item()

    after = {k: v.clamp(max=network_py.SYMBOLS) if k == "tokens_before" else v for k, v in after.items()}
    return {"logits": off(answers, torch.tensor(case["logits"])), "states": {k: off(after[k], wanted[k]) for k in wanted}}


def run(folder):
    case = json.loads((folder / "case.json").read_text())
    sys.path.insert(0, str(folder))
    for name in ("network", "checkpoint", "data", "train"):
        sys.modules.pop(name, None)
    try:
        result = logits(folder, case)
        if case["steps"]:
            with redirect_stdout(io.StringIO()):
                result["losses"] = importlib.import_module("train").main(
                    ["--data", case["text"], "--steps", str(case["steps"]), "--out", str(folder / "out.safetensors")])
        return result
    except Exception as error:  # one broken project must not hide the others
        return {"error": f"{type(error).__name__}: {error}"}
    finally:
        sys.path.remove(str(folder))


cases = sorted(path.parent for path in Path(sys.argv[1]).glob("*/case.json"))
print(json.dumps({folder.name: run(folder) for folder in cases}))
