"""The data of exported PyTorch projects, for pytorch-data.test.ts: of every folder of argv[1] that has a case.json."""

import importlib
import json
import sys
from pathlib import Path


def run(folder):
    case = json.loads((folder / "case.json").read_text())
    sys.path.insert(0, str(folder))
    for name in ("network", "checkpoint", "data"):
        sys.modules.pop(name, None)
    try:
        checkpoint_py, data_py = importlib.import_module("checkpoint"), importlib.import_module("data")
        _, metadata = checkpoint_py.read_safetensors(folder / "model.safetensors")
        data = data_py.Data(json.loads(metadata["config"]), metadata, case["data"])
        sizes = [len(examples) for examples in (data.train, data.validation, data.test)]
        return {"fingerprint": data.fingerprint(checkpoint_py.fnv), "sizes": sizes}
    except SystemExit as error:
        return {"refused": str(error)}
    except Exception as error:  # one broken project must not hide the others
        return {"error": f"{type(error).__name__}: {error}"}
    finally:
        sys.path.remove(str(folder))


cases = sorted(path.parent for path in Path(sys.argv[1]).glob("*/case.json"))
print(json.dumps({folder.name: run(folder) for folder in cases}))
