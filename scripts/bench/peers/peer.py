"""What the Python peers share: the task, the text, the BLAS by name, and the answers to participants.mjs."""

import ctypes
import json
import sys
import time

import numpy as np

SYMBOLS, WINDOW, BATCH = 65, 64, 32
LEARNING_RATE, CLIP = 2e-3, 5.0


def blas():
    """The BLAS in this process and the kernels it chose: from the libraries mapped, not from what was built."""
    np.ones((4, 4), np.float32) @ np.ones((4, 4), np.float32)  # whatever is loaded lazily
    with open("/proc/self/maps") as maps:
        files = sorted({line.split()[-1] for line in maps if ".so" in line and "/" in line})
    for file in files:
        if "openblas" in file and "libopenblas" in file:
            library = ctypes.CDLL(file)
            for name in ("openblas_get_corename", "openblas_get_config"):
                getattr(library, name).restype = ctypes.c_char_p
            config, core = library.openblas_get_config().decode(), library.openblas_get_corename().decode()
            return {"blas": f"OpenBLAS {core}", "blasConfig": config}
    for name in ("mkl_rt", "blis", "libblas"):
        if any(name in file for file in files):
            return {"blas": {"mkl_rt": "MKL", "blis": "BLIS", "libblas": "the reference BLAS (slow)"}[name]}
    return {"blas": "an unknown BLAS"}


class Text:
    """Windows of a pseudo-random text in BATCH streams: tokens and targets, [WINDOW, BATCH] each."""

    def __init__(self, length=200_000):
        tokens = np.random.default_rng(1).integers(0, SYMBOLS, length)
        self.columns = np.ascontiguousarray(tokens[: length // BATCH * BATCH].reshape(BATCH, -1).T)
        self.at = 0

    def next(self):
        if self.at + WINDOW + 1 > len(self.columns):
            self.at = 0
        window = self.columns[self.at : self.at + WINDOW + 1]
        self.at += WINDOW
        return window[:-1], window[1:]


def per_second(action, seconds):
    """How often a second, over about `seconds`, at least once."""
    start = time.perf_counter()
    count = 0
    while count == 0 or time.perf_counter() - start < seconds:
        action()
        count += 1
    return count / (time.perf_counter() - start)


def answer(**handlers):
    """Answers {name, args} with {value} or {error}, a line each, until the input ends."""
    for line in sys.stdin:
        call = json.loads(line)
        try:
            message = {"value": handlers[call["name"]](*call["args"])}
        except Exception as error:  # whatever it is, the other side has to hear of it
            message = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(message), flush=True)
