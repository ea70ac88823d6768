"""Files as Keras 3 writes them, and what the networks in them answer: npm run golden.

Keras itself is not needed. h5py writes the arrays where Keras's saving_lib puts them (layers/<class>/…/vars/<number>),
a .keras file is a zip archive of them with config.json, and NumPy computes the answers in float64 by Keras's equations.
"""

import io
import json
import zipfile
from pathlib import Path

import h5py
import numpy

HERE = Path(__file__).resolve().parent / "keras"
SYMBOLS = "abcde"
V, LABELS = len(SYMBOLS), ["no", "yes", "maybe"]
GATES = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}
FUNCTIONS = {"tanh": numpy.tanh, "relu": lambda x: numpy.maximum(x, 0), "linear": lambda x: x}


def sigmoid(x):
    return 1 / (1 + numpy.exp(-x))


class Weights:
    """Random multiples of 1/64, so that float32 holds them exactly, and where they lie in the file."""

    def __init__(self, seed):
        self.random = numpy.random.default_rng(seed)
        self.arrays = {}

    def make(self, path, *shapes):
        made = [self.random.integers(-48, 49, shape) / 64 for shape in shapes]
        for number, array in enumerate(made):
            self.arrays[f"{path}/vars/{number}"] = array.astype("float32")
        return made

    def cell(self, kind, path, inputs, units, bias=True, reset_after=True):
        columns = GATES[kind] * units
        shapes = [(inputs, columns), (units, columns)]
        if bias:
            shapes.append((2, columns) if kind == "GRU" and reset_after else (columns,))
        return self.make(path, *shapes)


def scan(kind, weights, xs, activation="tanh", reset_after=True):
    """All states of one direction; xs [T, D]."""
    kernel, recurrent = weights[:2]
    units, columns = recurrent.shape
    bias = weights[2] if len(weights) > 2 else numpy.zeros((2, columns))
    below, above = bias if bias.ndim == 2 else (bias, numpy.zeros(columns))
    h, c, states = numpy.zeros(units), numpy.zeros(units), []
    parts = lambda z: numpy.split(z, GATES[kind])
    for x in xs:
        zx = x @ kernel + below
        if kind == "SimpleRNN":
            h = FUNCTIONS[activation](zx + h @ recurrent)
        elif kind == "LSTM":
            i, f, g, o = parts(zx + h @ recurrent)
            c = sigmoid(f) * c + sigmoid(i) * numpy.tanh(g)
            h = sigmoid(o) * numpy.tanh(c)
        else:
            xz, xr, xh = parts(zx)
            hz, hr, hh = parts(h @ recurrent + above)
            z, r = sigmoid(xz + hz), sigmoid(xr + hr)
            inner = r * hh if reset_after else (r * h) @ parts(recurrent.T)[2].T
            h = z * h + (1 - z) * numpy.tanh(xh + inner)
        states.append(h)
    return numpy.array(states)


def layer(class_name, /, **config):
    return {"module": "keras.layers", "class_name": class_name, "config": config, "registered_name": None}


def recurrent(kind, units, name, **more):
    config = {"name": name, "units": units, "activation": "tanh", "use_bias": True, "return_sequences": True}
    config.update({"go_backwards": False, "stateful": False})
    if kind != "SimpleRNN":
        config["recurrent_activation"] = "sigmoid"
    return layer(kind, **{**config, **more})


def sequential(*layers):
    first = layer("InputLayer", name="input_layer", batch_shape=[None, None], dtype="int32")
    config = {"name": "sequential", "layers": [first, *layers], "build_input_shape": [None, None]}
    return {"module": "keras", "class_name": "Sequential", "config": config}


def functional(*layers):
    """Each layer reads the one before it."""
    first = layer("InputLayer", name="input_layer", batch_shape=[None, None], dtype="int32")
    names = ["input_layer"] + [one["config"]["name"] for one in layers]
    chain = [{**first, "inbound_nodes": []}]
    for below, one in zip(names, layers):
        history = {"shape": [None, None], "dtype": "float32", "keras_history": [below, 0, 0]}
        node = {"args": [{"class_name": "__keras_tensor__", "config": history}], "kwargs": {"training": False}}
        chain.append({**one, "inbound_nodes": [node]})
    return {"module": "keras.src.models.functional", "class_name": "Functional", "config": {"layers": chain}}


def hdf5(arrays, target):
    with h5py.File(target, "w") as file:
        file.create_group("vars")
        for path, array in arrays.items():
            file[path] = array
        # What models have beside it: seeds of dropout, and the optimizer.
        file["layers/dropout/seed_generator/vars/0"] = numpy.array([1, 2], dtype="uint32")
        file["optimizer/vars/0"] = numpy.array(7, dtype="int64")
        file["optimizer/vars/1"] = numpy.array(0.001, dtype="float32")


def save(name, weights, config=None):
    if config is None:
        return hdf5(weights.arrays, HERE / f"{name}.weights.h5")
    buffer = io.BytesIO()
    hdf5(weights.arrays, buffer)
    with zipfile.ZipFile(HERE / f"{name}.keras", "w") as archive:
        for file, content in [
            ("metadata.json", json.dumps({"keras_version": "3.8.0"})),
            ("config.json", json.dumps(config)),
            ("model.weights.h5", buffer.getvalue()),
        ]:
            archive.writestr(zipfile.ZipInfo(file), content)


def embedding(weights, tokens, size=4):
    (table,) = weights.make("layers/embedding", (V, size))
    return table[tokens], layer("Embedding", name="embedding", input_dim=V, output_dim=size, mask_zero=False)


def dense(weights, xs, outputs, path="layers/dense"):
    kernel, bias = weights.make(path, (xs.shape[-1], outputs), (outputs,))
    return xs @ kernel + bias, layer("Dense", name="dense", units=outputs, activation="softmax", use_bias=True)


def softmax(logits):
    e = numpy.exp(logits - logits.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


TOKENS = numpy.array([0, 3, 1, 4, 2, 2, 0, 1, 3])


def texts():
    """Networks that predict the next symbol: the natural logarithm of the probability of all but the first."""
    cases = {}

    def add(name, weights, logits, config=None, **options):
        save(name, weights, config)
        picked = softmax(logits)[numpy.arange(len(TOKENS) - 1), TOKENS[1:]]
        cases[name] = {"logProbability": float(numpy.log(picked).sum()), **options}

    w = Weights(1)
    x, table = embedding(w, TOKENS[:-1])
    h = scan("LSTM", w.cell("LSTM", "layers/lstm/cell", 4, 6), x)
    h = scan("LSTM", w.cell("LSTM", "layers/lstm_1/cell", 6, 6), h)
    logits, top = dense(w, h, V)
    dropout = layer("Dropout", name="dropout", rate=0.2)
    config = sequential(table, recurrent("LSTM", 6, "lstm"), dropout, recurrent("LSTM", 6, "lstm_1"), top)
    add("lstm", w, logits, config)
    add("lstm-weights", w, logits)

    for reset_after in (True, False):
        w = Weights(2 + reset_after)
        x, table = embedding(w, TOKENS[:-1])
        cell = w.cell("GRU", "layers/gru/cell", 4, 5, reset_after=reset_after)
        h = scan("GRU", cell, x, reset_after=reset_after)
        logits, top = dense(w, h, V)
        name = f"gru-{'after' if reset_after else 'before'}"
        add(name, w, logits, functional(table, recurrent("GRU", 5, "gru", reset_after=reset_after), top))
        add(f"{name}-weights", w, logits)

    for activation in ("relu", "linear"):
        w = Weights(4)
        x = numpy.eye(V)[TOKENS[:-1]]
        cell = w.cell("SimpleRNN", "layers/simple_rnn/cell", V, 5, bias=False)
        h = scan("SimpleRNN", cell, x, activation)
        logits, top = dense(w, h, V, "layers/time_distributed/layer")
        wrapped = layer("TimeDistributed", name="time_distributed", layer=top)
        rnn = recurrent("SimpleRNN", 5, "simple_rnn", activation=activation, use_bias=False)
        add(f"rnn-{activation}", w, logits, sequential(rnn, wrapped))

    w = Weights(5)
    x, table = embedding(w, TOKENS[:-1])
    h = scan("LSTM", w.cell("LSTM", "layers/rnn/cell/cells/lstm_cell", 4, 5), x)
    h = scan("GRU", w.cell("GRU", "layers/rnn/cell/cells/gru_cell", 5, 4), h)
    h = scan("LSTM", w.cell("LSTM", "layers/rnn/cell/cells/lstm_cell_1", 4, 3), h)
    logits, top = dense(w, h, V)
    kinds = [("LSTM", 5, {}), ("GRU", 4, {"reset_after": True}), ("LSTM", 3, {})]
    cells = [recurrent(kind, units, kind.lower(), **more) for kind, units, more in kinds]
    cells = [{**cell, "class_name": cell["class_name"] + "Cell"} for cell in cells]
    stacked = layer("StackedRNNCells", name="stacked", cells=cells)
    add("stacked", w, logits, sequential(table, layer("RNN", name="rnn", cell=stacked, return_sequences=True), top))
    return cases


def classes():
    """Networks that read a whole sequence: the probability of each label."""
    cases = {}
    for name, average in (("both-ways", False), ("mean", True)):
        w = Weights(6 + average)
        x, table = embedding(w, TOKENS)
        ahead = scan("LSTM", w.cell("LSTM", "layers/bidirectional/forward_layer/cell", 4, 5), x)
        back = scan("LSTM", w.cell("LSTM", "layers/bidirectional/backward_layer/cell", 4, 5), x[::-1])[::-1]
        states = numpy.concatenate([ahead, back], -1)
        last = numpy.concatenate([ahead[-1], back[0]])
        logits, top = dense(w, states.mean(0) if average else last, len(LABELS))
        inner = recurrent("LSTM", 5, "lstm", return_sequences=average)
        both = layer("Bidirectional", name="bidirectional", layer=inner, merge_mode="concat")
        pool = [layer("GlobalAveragePooling1D", name="global_average_pooling1d")] if average else []
        save(name, w, sequential(table, both, *pool, top))
        cases[name] = {"probabilities": softmax(logits).tolist()}
    return cases


def refused():
    """Models that are none of these."""
    w = Weights(8)
    x, table = embedding(w, TOKENS)
    h = scan("LSTM", w.cell("LSTM", "layers/lstm/cell", 4, 5), x)
    _, top = dense(w, h, V)
    lstm = recurrent("LSTM", 5, "lstm")
    conv = layer("Conv1D", name="conv1d", filters=4)
    save("convolution", w, sequential(table, conv, lstm, top))
    save("hard-sigmoid", w, sequential(table, recurrent("LSTM", 5, "lstm", recurrent_activation="hard_sigmoid"), top))
    save("backwards", w, sequential(table, recurrent("LSTM", 5, "lstm", go_backwards=True), top))
    with h5py.File(HERE / "chunked.weights.h5", "w") as file:
        for path, array in w.arrays.items():
            file.create_dataset(path, data=array, compression="gzip")
    with h5py.File(HERE / "whole.h5", "w") as file:
        file["model_weights/lstm/lstm/lstm_cell/kernel:0"] = w.arrays["layers/lstm/cell/vars/0"]


def main():
    HERE.mkdir(exist_ok=True)
    cases = {"symbols": SYMBOLS, "labels": LABELS, "text": "".join(SYMBOLS[t] for t in TOKENS)}
    cases.update(texts=texts(), classes=classes())
    refused()
    (HERE / "answers.json").write_text(json.dumps(cases, indent=1) + "\n")


if __name__ == "__main__":
    main()
