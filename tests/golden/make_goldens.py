#!/usr/bin/python3
"""Reference values for the tests: float64 from PyTorch, correctly rounded functions from mpmath.

Every input (parameters, states, gradients, arguments) is exact in float32 as well, so that a
float and a double build read the same numbers. Dimensions: T steps, N columns, H hidden, V symbols.
"""

import json
import math
import os
import random
from pathlib import Path

# One thread and baseline kernels, set before torch loads: a machine with wider vectors then
# adds in the same order and writes the same bytes.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", OPENBLAS_CORETYPE="Prescott",
                  ATEN_CPU_CAPABILITY="default")

import mpmath  # noqa: E402
import numpy  # noqa: E402
import torch  # noqa: E402
from torch.nn.functional import cross_entropy, linear, one_hot  # noqa: E402

FOLDER = Path(__file__).resolve().parent
T, N = 6, 3
GATES = {"rnn": 1, "lstm": 4, "peephole-lstm": 4, "coupled-lstm": 3, "slstm": 4, "gru": 3, "mgu": 2, "janet": 2,
         "mingru": 2, "minlstm": 3, "indrnn": 1, "sru": 4}
VECTORS = {"peephole-lstm": ["peephole_i", "peephole_f", "peephole_o"], "indrnn": ["recurrent_h"],
           "sru": ["recurrent_f", "recurrent_r"]}  # one weight a unit
NO_MATRIX = {"mingru", "minlstm", "indrnn", "sru"}  # nothing multiplies the previous state but numbers of the same unit
FURTHER_STATES = {"lstm": ["c"], "peephole-lstm": ["c"], "coupled-lstm": ["c"], "sru": ["c"], "slstm": ["c", "n", "m"]}
ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid}


def flat(tensor):
    """Row-major list; adding zero turns -0.0 into 0.0."""
    return (tensor.detach() + 0.0).flatten().tolist()


def write(name, content):
    """One top-level key a line: small, yet a diff shows what moved."""
    lines = (f"{json.dumps(key)}: {json.dumps(value, allow_nan=False)}" for key, value in content.items())
    (FOLDER / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


# --- networks: configurations -------------------------------------------------------------------

def network(vocabulary, *layers, **options):
    layers = [{"bias": "two", **layer} for layer in layers]
    return vocabulary, {"version": 1, "layers": layers, **options, "sequenceLength": T, "batchSize": N}


def transition(shortcut):
    """Deep transition: the recurrent edge goes through one hidden layer of 5 units."""
    block = {"sizes": [5], "activation": "tanh", "shortcut": shortcut, "join": "all"}
    edges = [{"source": "self", "delay": 1, "block": block}]
    return {"cell": "rnn", "units": 7, "bias": "one", "edges": edges}


def cell(name, hidden, **options):
    return {"cell": name, "units": hidden, **options}


SKIPS = {"skipInputs": True, "skipOutputs": True}
NETWORKS = {
    "rnn_tanh": network(6, cell("rnn", 7, activation="tanh")),
    "rnn_relu_2": network(7, cell("rnn", 7, activation="relu"), cell("rnn", 5, activation="relu")),
    "lstm": network(8, cell("lstm", 7)),
    "lstm_2": network(9, cell("lstm", 7), cell("lstm", 5)),
    "gru": network(6, cell("gru", 5, reset="after")),
    "gru_2": network(7, cell("gru", 7, reset="after"), cell("gru", 5, reset="after")),
    "peephole_lstm": network(7, cell("peephole-lstm", 5)),
    "peephole_lstm_2": network(6, cell("peephole-lstm", 5), cell("peephole-lstm", 7)),
    "coupled_lstm": network(8, cell("coupled-lstm", 5)),
    "coupled_lstm_2": network(6, cell("coupled-lstm", 7), cell("coupled-lstm", 5)),
    "mgu": network(7, cell("mgu", 7)),
    "mgu_2": network(8, cell("mgu", 5), cell("mgu", 7)),
    "slstm": network(6, cell("slstm", 5)),
    "slstm_2": network(7, cell("slstm", 7), cell("slstm", 5)),
    "janet": network(7, cell("janet", 5)),
    "janet_2": network(6, cell("janet", 7, inputControl="coupled"), cell("janet", 5)),
    "mingru_2": network(8, cell("mingru", 7), cell("mingru", 5, candidate="positive")),
    "minlstm_2": network(7, cell("minlstm", 5), cell("minlstm", 7, candidate="positive")),
    "indrnn_2": network(6, cell("indrnn", 7), cell("indrnn", 5, activation="tanh")),
    "sru_2": network(9, cell("sru", 5), cell("sru", 7)),
    "gru_before": network(8, cell("gru", 7, reset="before")),
    "gru_before_2": network(6, cell("gru", 5, reset="before"), cell("gru", 7, reset="before")),
    "lstm_sigmoid": network(9, cell("lstm", 5, cellInput="sigmoid")),
    "rnn_skip": network(8, cell("rnn", 7), cell("rnn", 5), **SKIPS),
    "lstm_skip": network(7, cell("lstm", 7), cell("lstm", 5), **SKIPS),
    "rnn_transition": network(6, transition(False)),
    "rnn_transition_shortcut": network(8, transition(True)),
    "rnn_leaky": network(9, cell("rnn", 7, leak=0.3)),
    "rnn_delays": network(6, cell("rnn", 7, edges=[{"source": "self", "delay": d} for d in (1, 3)])),
}


def delays(layer):
    return [edge["delay"] for edge in layer.get("edges", [{"delay": 1}])]


def block_of(layer):
    return layer.get("edges", [{}])[0].get("block")


def history(layer):
    """Names of the hidden states a layer keeps, newest first."""
    depth = max(delays(layer))
    return ["h"] if depth == 1 else [f"h@{d}" for d in range(1, depth + 1)]


def parameter_shapes(vocabulary, config):
    shapes, below = {}, vocabulary
    for l, layer in enumerate(config["layers"]):
        hidden, block = layer["units"], block_of(layer)
        rows = GATES[layer["cell"]] * hidden
        own = {"weight_ih": [rows, below]}
        if layer["cell"] not in NO_MATRIX:
            own["weight_hh"] = [rows, block["sizes"][-1] if block else hidden]
        own |= {f"weight_hh@{d}": [rows, hidden] for d in delays(layer) if d > 1}
        if config.get("skipInputs") and l > 0:
            own["weight_x"] = [rows, vocabulary]
        own["bias_ih"] = [rows]
        if layer["bias"] == "two":
            own["bias_hh"] = [rows]
        own |= {name: [hidden] for name in VECTORS.get(layer["cell"], [])}
        if block:
            inner = block["sizes"][0]
            own |= {"transition.weight_ih": [inner, below], "transition.weight_hh": [inner, hidden],
                    "transition.bias": [inner]}
            if block["shortcut"]:
                own["shortcut"] = [hidden, hidden]
        shapes |= {f"layers.{l}.{name}": shape for name, shape in own.items()}
        below = hidden
    shapes["readout.weight"] = [vocabulary, below]
    if config.get("skipOutputs"):
        lower = config["layers"][:-1]
        shapes |= {f"readout.weight_{l}": [vocabulary, layer["units"]] for l, layer in enumerate(lower)}
    shapes["readout.bias"] = [vocabulary]
    return shapes


def state_shapes(config):
    """Of states that a step reads: an SRU does not read its h."""
    return {f"layer{l}.{name}": [N, layer["units"]] for l, layer in enumerate(config["layers"])
            for name in (history(layer) if layer["cell"] != "sru" else []) + FURTHER_STATES.get(layer["cell"], [])}


def draw(rng, shape, limit):
    """Uniform multiples of 1/1024 in ±limit: exact in float32, short in decimal."""
    top = int(limit * 1024)
    values = [math.floor(rng.random() * (2 * top + 1)) - top for _ in range(math.prod(shape))]
    return (torch.tensor(values, dtype=torch.float64) / 1024).reshape(shape).requires_grad_()


# --- networks: equations. p: one layer's parameters; x, zx: input, W_ih x + b_ih; s: state ----------

def rnn_step(layer, p, x, zx, s):
    names, block = history(layer), block_of(layer)
    h = s[names[0]]
    if block:  # a = φ(W1 h₋ + U1 x + b1);  h = φ(W2 a + U2 x + b2 [+ S h₋])
        inner = linear(h, p["transition.weight_hh"], p["transition.bias"]) + linear(x, p["transition.weight_ih"])
        z = zx + linear(ACTIVATIONS[block["activation"]](inner), p["weight_hh"])
        z = z + linear(h, p["shortcut"]) if block["shortcut"] else z
    else:
        z = zx + linear(h, p["weight_hh"], p["bias_hh"])
        for d in delays(layer)[1:]:
            z = z + linear(s[f"h@{d}"], p[f"weight_hh@{d}"])
    leak = layer.get("leak", 0.0)
    new = leak * h + (1 - leak) * ACTIVATIONS[layer.get("activation", "tanh")](z)
    return dict(zip(names, [new] + [s[name] for name in names[:-1]]))


def lstm_step(layer, p, x, zx, s):
    """Gates i, f, g, o. Peepholes: i and f see c₋, o sees the new c."""
    i, f, g, o = (zx + linear(s["h"], p["weight_hh"], p["bias_hh"])).chunk(4, dim=1)
    peephole = {gate: p.get(f"peephole_{gate}", torch.zeros_like(i[0])) for gate in "ifo"}
    i = torch.sigmoid(i + peephole["i"] * s["c"])
    f = torch.sigmoid(f + peephole["f"] * s["c"])
    c = f * s["c"] + i * ACTIVATIONS[layer.get("cellInput", "tanh")](g)
    return {"h": torch.sigmoid(o + peephole["o"] * c) * torch.tanh(c), "c": c}


def coupled_step(layer, p, x, zx, s):
    """CIFG of Greff et al. 2017: an LSTM whose input gate is 1 − f. Gates f, g, o."""
    f, g, o = (zx + linear(s["h"], p["weight_hh"], p["bias_hh"])).chunk(3, dim=1)
    c = torch.lerp(torch.tanh(g), s["c"], torch.sigmoid(f))
    return {"h": torch.sigmoid(o) * torch.tanh(c), "c": c}


def slstm_step(layer, p, x, zx, s):
    """Beck et al. 2024, gates i, f, z, o. The gates are plain exponentials here, of a cell and a normaliser in their own
    units; only what is kept is divided by exp(m), the largest exponent so far (their equations 15 to 17)."""
    i, f, z, o = (zx + linear(s["h"], p["weight_hh"], p["bias_hh"])).chunk(4, dim=1)
    c = torch.exp(f) * (s["c"] * torch.exp(s["m"])) + torch.exp(i) * torch.tanh(z)
    n = torch.exp(f) * (s["n"] * torch.exp(s["m"])) + torch.exp(i)
    m = torch.maximum(f + s["m"], i)
    return {"h": torch.sigmoid(o) * c / n, "c": c * torch.exp(-m), "n": n * torch.exp(-m), "m": m}


def mgu_step(layer, p, x, zx, s):
    """Zhou et al. 2016: one gate forgets, and resets before the product. Gates f, n."""
    h, hidden = s["h"], layer["units"]
    f = torch.sigmoid(zx + linear(h, p["weight_hh"], p["bias_hh"]))[:, :hidden]
    candidate = zx[:, hidden:] + linear(f * h, p["weight_hh"][hidden:], p["bias_hh"][hidden:])
    return {"h": torch.lerp(h, torch.tanh(candidate), f)}


def gru_step(layer, p, x, zx, s):
    """Gates r, z, n; z keeps the old state. Reset before: W_hn (r∘h₋); after: r∘(W_hn h₋ + b_hn)."""
    h, hidden = s["h"], layer["units"]
    zh = linear(h, p["weight_hh"], p["bias_hh"])
    r, z = torch.sigmoid(zx + zh)[:, :2 * hidden].chunk(2, dim=1)
    if layer["reset"] == "before":
        zn = linear(r * h, p["weight_hh"][2 * hidden:], p["bias_hh"][2 * hidden:])
    else:
        zn = r * zh[:, 2 * hidden:]
    return {"h": (1 - z) * torch.tanh(zx[:, 2 * hidden:] + zn) + z * h}


def janet_step(layer, p, x, zx, s):
    """van der Westhuizen & Lasenby 2018: h = σ(s)∘h₋ + (1 − σ(s − β))∘tanh(…); β is 0 where coupled."""
    gate, candidate = (zx + linear(s["h"], p["weight_hh"], p["bias_hh"])).chunk(2, dim=1)
    beta = 0.0 if layer.get("inputControl") == "coupled" else 1.0
    return {"h": torch.sigmoid(gate) * s["h"] + (1 - torch.sigmoid(gate - beta)) * torch.tanh(candidate)}


def minimal_candidate(layer, z):
    """Feng et al. 2024: the sum itself, or the function g of their appendix on training in the space of logarithms."""
    return torch.where(z >= 0, z + 0.5, torch.sigmoid(z)) if layer.get("candidate") == "positive" else z


def mingru_step(layer, p, x, zx, s):
    z, candidate = (zx + p["bias_hh"]).chunk(2, dim=1)
    return {"h": torch.lerp(s["h"], minimal_candidate(layer, candidate), torch.sigmoid(z))}


def minlstm_step(layer, p, x, zx, s):
    """f/(f + i) as the paper computes it in the space of logarithms: σ(−d), d = softplus(−z_f) − softplus(−z_i)."""
    f, i, candidate = (zx + p["bias_hh"]).chunk(3, dim=1)
    d = torch.nn.functional.softplus(-f) - torch.nn.functional.softplus(-i)
    return {"h": torch.sigmoid(-d) * s["h"] + torch.sigmoid(d) * minimal_candidate(layer, candidate)}


def indrnn_step(layer, p, x, zx, s):
    """Li et al. 2018: the recurrent matrix is diagonal."""
    z = zx + p["bias_hh"] + s["h"] @ torch.diag(p["recurrent_h"])
    return {"h": ACTIVATIONS[layer.get("activation", "relu")](z)}


def sru_step(layer, p, x, zx, s):
    """Lei et al. 2018; the input passes the cell through a matrix, the last quarter of the rows."""
    candidate, f, r, passing = (zx + p["bias_hh"]).chunk(4, dim=1)
    f = torch.sigmoid(f + p["recurrent_f"] * s["c"])
    r = torch.sigmoid(r + p["recurrent_r"] * s["c"])
    c = f * s["c"] + (1 - f) * candidate
    return {"h": r * c + (1 - r) * passing, "c": c}


STEPS = {"rnn": rnn_step, "lstm": lstm_step, "peephole-lstm": lstm_step, "coupled-lstm": coupled_step,
         "slstm": slstm_step, "gru": gru_step, "mgu": mgu_step, "janet": janet_step, "mingru": mingru_step, "minlstm": minlstm_step, "indrnn": indrnn_step, "sru": sru_step}


def scan(layer, p, below, symbols, s):
    """[T,N,D] -> [T,N,H] by the equations above; symbols is the one-hot text, for skip connections."""
    zx = linear(below, p["weight_ih"], p["bias_ih"])
    if "weight_x" in p:
        zx = zx + linear(symbols, p["weight_x"])
    outputs = []
    for t in range(T):
        s = STEPS[layer["cell"]](layer, p, below[t], zx[t], s)
        outputs.append(s[history(layer)[0]])
    return torch.stack(outputs), s


def torch_operator(layer):
    """PyTorch's own recurrent operator for a layer, or None where it has none."""
    if layer.keys() & {"edges", "leak", "cellInput"} or layer.get("reset") == "before":
        return None
    name = f"rnn_{layer.get('activation', 'tanh')}" if layer["cell"] == "rnn" else layer["cell"]
    return getattr(torch, name, None)


def operator_scan(layer, p, below, symbols, s):
    """As scan, by PyTorch's operator; a skip connection is a wider input."""
    x, weight_ih = below, p["weight_ih"]
    if "weight_x" in p:
        x, weight_ih = torch.cat([below, symbols], dim=2), torch.cat([weight_ih, p["weight_x"]], dim=1)
    first = [s[name][None] for name in s]
    y, *last = torch_operator(layer)(x, first if "c" in s else first[0],
                                     [weight_ih, p["weight_hh"], p["bias_ih"], p["bias_hh"]],
                                     True, 1, 0.0, False, False, False)
    return y, {name: value[0] for name, value in zip(s, last)}


def forward(config, values, tokens, layer_scan):
    """values: parameters and initial states by name -> loss, logits [T,N,V], final state."""
    def under(prefix):
        return {name[len(prefix):]: value for name, value in values.items() if name.startswith(prefix)}

    readout = under("readout.")
    symbols = one_hot(tokens[:-1], len(readout["bias"])).double()
    outputs, final = [symbols], {}
    for l, layer in enumerate(config["layers"]):
        y, last = layer_scan(layer, under(f"layers.{l}."), outputs[-1], symbols, under(f"layer{l}."))
        outputs.append(y)
        final |= {f"layer{l}.{name}": value for name, value in last.items()}
    logits = linear(outputs[-1], readout["weight"], readout["bias"])
    for l, y in enumerate(outputs[1:-1]):
        logits = logits + linear(y, readout[f"weight_{l}"]) if config.get("skipOutputs") else logits
    return cross_entropy(logits.flatten(0, 1), tokens[1:].flatten()), logits, final


def differentiate(run, values):
    """run: values -> loss, logits, final state."""
    loss, logits, final = run(values)
    return loss, logits, final, dict(zip(values, torch.autograd.grad(loss, list(values.values()))))


def check_by_differences(run, values, gradients, rng):
    """Central difference of the loss along one random direction a tensor."""
    for name, value in values.items():
        direction, step = draw(rng, value.shape, 1).detach(), 2.0 ** -18
        with torch.no_grad():
            losses = [run({**values, name: value + sign * step * direction})[0].item() for sign in (1, -1)]
        numeric, exact = (losses[0] - losses[1]) / (2 * step), (gradients[name] * direction).sum().item()
        assert abs(numeric - exact) <= 1e-9 + 1e-7 * abs(exact), (name, numeric, exact)
        assert gradients[name].abs().max() > 1e-5, f"{name} does not matter: a blind golden"


def draw_network(rng, vocabulary, parameters, states):
    """Parameters and states of these shapes, and a text."""
    parameters = {key: draw(rng, shape, 0.8) for key, shape in parameters.items()}
    state = {key: draw(rng, shape, 0.9) for key, shape in states.items()}
    for key in state:  # a normaliser divides
        if key.endswith(".n"):
            state[key] = (state[key].detach().abs() + 0.5).requires_grad_()
    tokens = torch.tensor([[math.floor(rng.random() * vocabulary) for _ in range(N)] for _ in range(T + 1)])
    return parameters, state, tokens


def write_network(name, reference, config, vocabulary, tokens, parameters, state, result):
    loss, logits, final, gradients = result
    write(f"network_{name}", {
        "reference": reference, "config": config, "vocabulary": vocabulary, "tokens": tokens.tolist(),
        "parameters": {key: {"shape": list(value.shape), "data": flat(value)} for key, value in parameters.items()},
        "state": {key: flat(value) for key, value in state.items()},
        "logits": flat(logits), "loss": loss.item(),
        "gradients": {key: flat(gradients[key]) for key in parameters},
        "final_state": {key: flat(value) for key, value in final.items()},
        "state_gradients": {key: flat(gradients[key]) for key in state}})


def make_network(name, vocabulary, config):
    rng = random.Random(name)
    parameters, state, tokens = draw_network(rng, vocabulary, parameter_shapes(vocabulary, config), state_shapes(config))
    values = {**parameters, **state}

    by_hand = result = differentiate(lambda v: forward(config, v, tokens, scan), values)
    check_by_differences(lambda v: forward(config, v, tokens, scan), values, by_hand[3], rng)
    operators = [torch_operator(layer) for layer in config["layers"]]
    if all(operators):
        result = differentiate(lambda v: forward(config, v, tokens, operator_scan), values)
        for ours, theirs in zip(by_hand, result):
            pairs = [(ours, theirs)] if torch.is_tensor(ours) else [(ours[key], theirs[key]) for key in ours]
            assert all((a - b).abs().max() < 1e-13 for a, b in pairs), f"{name}: equations and PyTorch differ"
    reference = f"torch.{operators[0].__name__}" if all(operators) else "equations, torch autograd"
    write_network(name, reference, config, vocabulary, tokens, parameters, state, result)


def make_networks():
    for name, (vocabulary, config) in NETWORKS.items():
        make_network(name, vocabulary, config)


# --- presets that are no cell of their own: the papers' equations, parameters by the names of the core -------------
# x: the one-hot text [T,N,V]; s: the states before it. Each gives the last layer's outputs and the states after it.

def lstm_cell(p, name, x, h, c):
    """PyTorch's own."""
    return torch._VF.lstm_cell(x, (h, c), *(p[f"{name}.{part}"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")))


def mlstm(p, x, s):
    """Krause et al. 2016: m = (W_mx x)∘(W_mh h₋) takes the place of h₋ in every gate of an LSTM."""
    h, c, outputs = s["layer0.h"], s["layer0.c"], []
    for t in range(T):
        m = linear(x[t], p["layers.0.product0.left.weight"]) * linear(h, p["layers.0.product0.right.weight"])
        z = linear(x[t], p["layers.0.weight_ih"], p["layers.0.bias"]) + linear(m, p["layers.0.weight_product0"])
        i, f, g, o = z.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        outputs.append(h)
    return torch.stack(outputs), {"layer0.h": h, "layer0.c": c}


def qrnn(p, x, s):
    """Bradbury et al. 2017: gates by masked convolutions of width 2, then fo-pooling. No step reads h₋ but through
    them; before a text there are zeros, before the outputs of the lower layer its former one."""
    final = {}
    before = torch.zeros_like(x[0])
    for l, late in enumerate(("weight_x_1", "weight_l0_1")):
        kernel = torch.stack([p[f"layers.{l}.{late}"], p[f"layers.{l}.weight_ih"]], dim=2)
        z = torch.nn.functional.conv1d(torch.cat([before[None], x]).permute(1, 2, 0), kernel, p[f"layers.{l}.bias"])
        f, g, o = z.permute(2, 0, 1).chunk(3, dim=2)
        c, outputs = s[f"layer{l}.c"], []
        for t in range(T):
            c = torch.sigmoid(f[t]) * c + (1 - torch.sigmoid(f[t])) * torch.tanh(g[t])
            outputs.append(torch.sigmoid(o[t]) * c)
        x = torch.stack(outputs)
        final |= {f"layer{l}.h": x[-1], f"layer{l}.c": c}
        before = s["layer0.h"]
    return x, final


def lru(p, x, s):
    """Orvieto et al. 2023, in complex numbers: two layers, and a hidden layer of tanh after each."""
    final = {}
    for l, (weight, bias) in enumerate((("layers.1.ih.0.weight", "layers.1.ih.0.bias"),
                                        ("readout.hidden.0.weight", "readout.hidden.0.bias"))):
        own = {name: p[f"layers.{l}.{name}"] for name in ("nu", "theta", "gamma", "c_a", "c_b")}
        eigenvalue = torch.exp(torch.complex(-torch.exp(own["nu"]), torch.exp(own["theta"])))
        u, v, direct = linear(x, p[f"layers.{l}.weight_ih"], p[f"layers.{l}.bias"]).chunk(3, dim=2)
        state, outputs = torch.complex(s[f"layer{l}.a"], s[f"layer{l}.b"]), []
        for t in range(T):
            state = eigenvalue * state + torch.exp(own["gamma"]) * torch.complex(u[t], v[t])
            outputs.append((torch.complex(own["c_a"], own["c_b"]) * state).real + direct[t])
        final |= {f"layer{l}.h": outputs[-1], f"layer{l}.a": state.real, f"layer{l}.b": state.imag}
        x = torch.tanh(linear(torch.stack(outputs), p[weight], p[bias]))
    return x, final


def rwkv(p, x, s):
    """Peng et al. 2023, time mixing of RWKV-4 with a token shift: plain exponentials, of sums in their own units."""
    final = {}
    before = torch.zeros_like(x[0])
    for l, late in enumerate(("weight_x_1", "weight_l0_1")):
        shifted = torch.cat([before[None], x[:-1]])
        z = linear(x, p[f"layers.{l}.weight_ih"], p[f"layers.{l}.bias"]) + linear(shifted, p[f"layers.{l}.{late}"])
        r, k, v = z.chunk(3, dim=2)
        w, bonus = torch.exp(p[f"layers.{l}.decay"]), p[f"layers.{l}.bonus"]
        largest, outputs = s[f"layer{l}.m"], []
        above, below = s[f"layer{l}.c"] * torch.exp(largest), s[f"layer{l}.n"] * torch.exp(largest)
        for t in range(T):
            present = torch.exp(bonus + k[t])
            outputs.append(torch.sigmoid(r[t]) * (above + present * v[t]) / (below + present))
            above, below = torch.exp(-w) * above + torch.exp(k[t]) * v[t], torch.exp(-w) * below + torch.exp(k[t])
            largest = torch.maximum(largest - w, k[t])
        x = torch.stack(outputs)
        final |= {f"layer{l}.h": x[-1], f"layer{l}.c": above * torch.exp(-largest),
                  f"layer{l}.n": below * torch.exp(-largest), f"layer{l}.m": largest}
        before = s["layer0.h"]
    return x, final


def mogrifier(p, x, s):
    """Melis et al. 2020: rounds in which x and h₋ gate each other, and an LSTM. The paper's 2σ is σ here, whose matrices
    and those of the gates have the powers of 2."""
    h, c, outputs = s["layer0.h"], s["layer0.c"], []
    for t in range(T):
        signals = [linear(x[t], p["layers.0.product0.right.weight"]), h]
        for i in range(5):  # x in the even rounds
            gate = torch.sigmoid(linear(signals[1 - i % 2], p[f"layers.0.product{i}.left.weight"]))
            signals[i % 2] = gate * signals[i % 2]
        z = linear(signals[0], p["layers.0.weight_product4"], p["layers.0.bias"])
        i, f, g, o = (z + linear(signals[1], p["layers.0.weight_product3"])).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        outputs.append(h)
    return torch.stack(outputs), {"layer0.h": h, "layer0.c": c}


def mut1(p, x, s):
    """Jozefowicz et al. 2015; the paper's x in the candidate is an embedding, tanh of which has a matrix here. The gate
    z of the core keeps the old state, where the paper's lets the new in."""
    h, outputs = s["layer0.h"], []
    hidden = h.shape[1]
    bias_r, bias_z, bias_n = p["layers.0.bias"].chunk(3)
    in_r, in_z = p["layers.0.weight_ih_r_z"].split(hidden)
    from_h, from_reset = p["layers.0.weight_hh_r_n"].split(hidden)
    for t in range(T):
        embedded = torch.tanh(linear(x[t], p["layers.0.ih_n.0.weight"], p["layers.0.ih_n.0.bias"]))
        update = torch.sigmoid(-linear(x[t], in_z, bias_z))
        r = torch.sigmoid(linear(x[t], in_r, bias_r) + linear(h, from_h))
        candidate = linear(r * h, from_reset) + linear(embedded, p["layers.0.weight_ih_n"], bias_n)
        h = torch.lerp(h, torch.tanh(candidate), update)
        outputs.append(h)
    return torch.stack(outputs), {"layer0.h": h}


def mut2(p, x, s):
    """Jozefowicz et al. 2015: x, an embedding, enters the reset gate as it is. Of the core's z see mut1."""
    h, outputs = s["layer0.h"], []
    hidden = h.shape[1]
    bias_r, bias_z, bias_n = p["layers.0.bias"].chunk(3)
    in_z, in_n = p["layers.0.weight_edge0_z_n"].split(hidden)
    from_r, from_z, from_n = p["layers.0.weight_hh"].split(hidden)
    for embedded in linear(x, p["layers.0.ih_r.0.weight"], p["layers.0.ih_r.0.bias"]):
        update = torch.sigmoid(-(linear(embedded, in_z, bias_z) + linear(h, from_z)))
        r = torch.sigmoid(embedded + linear(h, from_r, bias_r))
        h = torch.lerp(h, torch.tanh(linear(r * h, from_n) + linear(embedded, in_n, bias_n)), update)
        outputs.append(h)
    return torch.stack(outputs), {"layer0.h": h}


def mut3(p, x, s):
    """The same paper: the update gate reads tanh(h₋)."""
    h, outputs = s["layer0.h"], []
    from_r, from_n = p["layers.0.weight_hh_r_n"].chunk(2)
    for t in range(T):
        in_r, in_z, in_n = linear(x[t], p["layers.0.weight_ih"], p["layers.0.bias"]).chunk(3, dim=1)
        update = torch.sigmoid(-(in_z + linear(torch.tanh(h), p["layers.0.weight_hh_z"])))
        r = torch.sigmoid(in_r + linear(h, from_r))
        h = torch.lerp(h, torch.tanh(in_n + linear(r * h, from_n)), update)
        outputs.append(h)
    return torch.stack(outputs), {"layer0.h": h}


def gated_feedback(p, x, s):
    """Chung et al. 2015, of LSTMs: what enters g of the former states of all layers is weighted by global gates, each a
    number from the input of the layer and the former states of all, one below the other; i, f and o are the LSTM's."""
    h, c, outputs = [s["layer0.h"], s["layer1.h"]], [s["layer0.c"], s["layer1.c"]], []
    for t in range(T):
        below, former = x[t], list(h)
        for l in range(2):
            def at(name):
                return p[f"layers.{l}.{name}"]
            i, f, g, o = linear(below, at("weight_ih"), at("bias")).chunk(4, dim=1)
            for k in range(2):
                row = torch.cat([at(f"product{k}.left.weight_{part}") for part in range(3)], dim=1)
                gate = torch.sigmoid(linear(torch.cat([below, *former], dim=1), row))
                g = g + gate * linear(former[k], at(f"weight_product{k}"))
            own = linear(former[l], at("weight_hh_i_f_o")).chunk(3, dim=1)
            c[l] = torch.sigmoid(f + own[1]) * c[l] + torch.sigmoid(i + own[0]) * torch.tanh(g)
            below = h[l] = torch.sigmoid(o + own[2]) * torch.tanh(c[l])
        outputs.append(h[1])
    return torch.stack(outputs), {f"layer{l}.{name}": state[l] for l in range(2) for name, state in (("h", h), ("c", c))}


def rru(p, x, s):
    """Zakovskis et al. 2021, with the gain and the bias of layer normalization; the output is read of the ReLU layer."""
    h, outputs = s["layer1.h"], []
    for t in range(T):
        inner = linear(x[t], p["layers.0.weight_ih"]) + linear(h, p["layers.0.weight_l1"])
        normal = torch.nn.functional.layer_norm(inner, inner.shape[1:], p["layers.0.norm_ih"], p["layers.0.bias"])
        j = torch.relu(normal)
        h = torch.sigmoid(p["layers.1.keep"]) * h + p["layers.1.scale"] * linear(j, p["layers.1.weight_ih"], p["layers.1.bias"])
        outputs.append(j)
    return torch.stack(outputs), {"layer0.h": outputs[-1], "layer1.h": h}


def rhn(p, x, s):
    """Zilly et al. 2017 with the carry gate coupled, c = 1 − t: three highway layers between a state and the next. The
    rows of a matrix are the carry gate's, whose sum is that of the transform gate with the other sign, and h's."""
    y, outputs = s["layer2.h"], []
    for t in range(T):
        final = {}
        for l in range(3):
            z = linear(y, p[f"layers.{l}.weight_hh"], p[f"layers.{l}.bias"])
            z = z + linear(x[t], p["layers.0.weight_ih"]) if l == 0 else z
            carry, h = z.chunk(2, dim=1)
            transform = torch.sigmoid(-carry)
            y = torch.tanh(h) * transform + y * (1 - transform)
            final[f"layer{l}.h"] = y
        outputs.append(y)
    return torch.stack(outputs), final


def fast_slow(p, x, s):
    """Mujika et al. 2017, FS-LSTM-2: two fast LSTMs share a state, which each updates in its turn at every step; the
    slow one reads the first and is read by the second."""
    h, c, slow, slow_c, outputs = s["layer2.h"], s["layer2.c"], s["layer1.h"], s["layer1.c"], []
    for t in range(T):
        h, c = first = lstm_cell(p, "layers.0", x[t], h, c)
        slow, slow_c = lstm_cell(p, "layers.1", h, slow, slow_c)
        h, c = lstm_cell(p, "layers.2", slow, h, c)
        outputs.append(h)
    states = {"layer0.h": first[0], "layer0.c": first[1], "layer1.h": slow, "layer1.c": slow_c, "layer2.h": h, "layer2.c": c}
    return torch.stack(outputs), states


def lstm_shapes(l, below, H):
    return {f"layers.{l}.weight_ih": [4 * H, below], f"layers.{l}.weight_hh": [4 * H, H],
            f"layers.{l}.bias_ih": [4 * H], f"layers.{l}.bias_hh": [4 * H]}


def preset_shapes(V, H):
    """Of each preset the parameters, and the states that a step reads."""
    return {
        "mlstm": (mlstm, {"layers.0.product0.left.weight": [H, V], "layers.0.product0.right.weight": [H, H],
                          "layers.0.weight_ih": [4 * H, V], "layers.0.weight_product0": [4 * H, H],
                          "layers.0.bias": [4 * H]}, ["layer0.h", "layer0.c"]),
        "qrnn": (qrnn, {"layers.0.weight_ih": [3 * H, V], "layers.0.weight_x_1": [3 * H, V], "layers.0.bias": [3 * H],
                        "layers.1.weight_ih": [3 * H, H], "layers.1.weight_l0_1": [3 * H, H],
                        "layers.1.bias": [3 * H]}, ["layer0.h", "layer0.c", "layer1.c"]),
        "lru": (lru, {"layers.0.weight_ih": [3 * H, V], "layers.1.weight_ih": [3 * H, H], "layers.1.ih.0.weight": [H, H],
                      "layers.1.ih.0.bias": [H], "readout.hidden.0.weight": [H, H], "readout.hidden.0.bias": [H],
                      **{f"layers.{l}.bias": [3 * H] for l in range(2)},
                      **{f"layers.{l}.{name}": [H] for l in range(2) for name in ("nu", "theta", "gamma", "c_a", "c_b")}},
                [f"layer{l}.{name}" for l in range(2) for name in "ab"]),
        "rwkv": (rwkv, {"layers.0.weight_ih": [3 * H, V], "layers.0.weight_x_1": [3 * H, V],
                        "layers.1.weight_ih": [3 * H, H], "layers.1.weight_l0_1": [3 * H, H],
                        **{f"layers.{l}.bias": [3 * H] for l in range(2)},
                        **{f"layers.{l}.{name}": [H] for l in range(2) for name in ("decay", "bonus")}},
                 ["layer0.h"] + [f"layer{l}.{name}" for l in range(2) for name in "cnm"]),
        "mogrifier": (mogrifier, {"layers.0.product0.right.weight": [H, V],
                                  **{f"layers.0.product{i}.left.weight": [H, H] for i in range(5)},
                                  "layers.0.weight_product3": [4 * H, H], "layers.0.weight_product4": [4 * H, H],
                                  "layers.0.bias": [4 * H]}, ["layer0.h", "layer0.c"]),
        "mut1": (mut1, {"layers.0.weight_ih_r_z": [2 * H, V], "layers.0.ih_n.0.weight": [H, V],
                        "layers.0.ih_n.0.bias": [H], "layers.0.weight_ih_n": [H, H],
                        "layers.0.weight_hh_r_n": [2 * H, H], "layers.0.bias": [3 * H]}, ["layer0.h"]),
        "mut2": (mut2, {"layers.0.ih_r.0.weight": [H, V], "layers.0.ih_r.0.bias": [H],
                        "layers.0.weight_edge0_z_n": [2 * H, H], "layers.0.weight_hh": [3 * H, H],
                        "layers.0.bias": [3 * H]}, ["layer0.h"]),
        "mut3": (mut3, {"layers.0.weight_ih": [3 * H, V], "layers.0.weight_hh_r_n": [2 * H, H],
                        "layers.0.weight_hh_z": [H, H], "layers.0.bias": [3 * H]}, ["layer0.h"]),
        "gated-feedback": (gated_feedback, {
            f"layers.{l}.{name}": shape for l in range(2) for name, shape in {
                "weight_ih": [4 * H, H if l else V], "weight_hh_i_f_o": [3 * H, H], "bias": [4 * H],
                **{f"product{k}.left.weight_{part}": [1, V if (l, part) == (0, 0) else H]
                   for k in range(2) for part in range(3)},
                **{f"weight_product{k}": [H, H] for k in range(2)}}.items()},
                           ["layer0.h", "layer0.c", "layer1.h", "layer1.c"]),
        "rru": (rru, {"layers.0.weight_ih": [H, V], "layers.0.weight_l1": [H, H], "layers.0.bias": [H],
                      "layers.0.norm_ih": [H], "layers.1.weight_ih": [H, H], "layers.1.bias": [H],
                      "layers.1.keep": [H], "layers.1.scale": [H]}, ["layer1.h"]),
        "rhn": (rhn, {"layers.0.weight_ih": [2 * H, V],
                      **{f"layers.{l}.weight_hh": [2 * H, H] for l in range(3)},
                      **{f"layers.{l}.bias": [2 * H] for l in range(3)}}, ["layer2.h"]),
        "fast-slow": (fast_slow, {**lstm_shapes(0, V, H), **lstm_shapes(1, H, H), **lstm_shapes(2, H, H)},
                      ["layer1.h", "layer1.c", "layer2.h", "layer2.c"]),
    }


def make_preset(name, V, H):
    equations, shapes, states = preset_shapes(V, H)[name]
    readout = "readout.weight_0" if name == "rru" else "readout.weight"  # it reads the lower one of two layers
    shapes = {**shapes, readout: [V, H], "readout.bias": [V]}
    rng = random.Random(name)
    parameters, state, tokens = draw_network(rng, V, shapes, {key: [N, H] for key in states})

    def run(values):
        y, final = equations(values, one_hot(tokens[:-1], V).double(), values)
        logits = linear(y, values[readout], values["readout.bias"])
        return cross_entropy(logits.flatten(0, 1), tokens[1:].flatten()), logits, final

    values = {**parameters, **state}
    result = differentiate(run, values)
    check_by_differences(run, values, result[3], rng)
    config = {"preset": name, "units": H, "sequenceLength": T, "batchSize": N}
    write_network(f"preset_{name.replace('-', '_')}", "the paper's equations, torch autograd", config, V, tokens, parameters, state, result)


def make_presets():
    for V, H, name in ((7, 5, "mlstm"), (6, 5, "qrnn"), (8, 7, "rhn"), (7, 5, "fast-slow"), (7, 5, "lru"), (6, 5, "rwkv"),
                       (7, 5, "mogrifier"), (8, 5, "mut1"), (7, 5, "mut2"), (8, 5, "mut3"), (6, 5, "gated-feedback"),
                       (7, 5, "rru")):
        make_preset(name, V, H)


# --- the tensor level: bidirectional stacks over ragged batches ------------------------------------

def make_ragged():
    """torch.nn modules over packed sequences; lengths are not sorted. The loss is the sum of y·dy and state·dstate."""
    steps, columns, inputs, hidden, lengths = 5, 3, 2, 3, [3, 5, 2]
    for kind, module in (("rnn", torch.nn.RNN), ("lstm", torch.nn.LSTM), ("gru", torch.nn.GRU)):
        for layers in (1, 2):
            name = f"ragged_{kind}_{layers}"
            rng = random.Random(name)
            net = module(inputs, hidden, layers, bidirectional=True).double()
            for value in net.parameters():
                value.data = draw(rng, value.shape, 0.8).detach()
            x = draw(rng, [steps, columns, inputs], 0.9)
            first = [draw(rng, [2 * layers, columns, hidden], 0.9) for _ in range(2 if kind == "lstm" else 1)]
            packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
            y, last = net(packed, tuple(first) if kind == "lstm" else first[0])
            y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, total_length=steps)
            last = list(last) if kind == "lstm" else [last]
            dy, dlast = draw(rng, y.shape, 1).detach(), [draw(rng, value.shape, 1).detach() for value in last]
            loss = (y * dy).sum() + sum((a * b).sum() for a, b in zip(last, dlast))
            loss.backward()
            write(name, {
                "config": {"task": {"name": "tensor", "inputs": inputs, "outputs": 0},
                           "layers": [{"cell": kind, "units": hidden, "bidirectional": True}] * layers},
                "steps": steps, "batch": columns, "lengths": lengths,
                "parameters": {key: flat(value) for key, value in net.named_parameters()},
                "x": flat(x), "state": [flat(value) for value in first],
                "y": flat(y), "final_state": [flat(value) for value in last],
                "dy": flat(dy), "dstate": [flat(value) for value in dlast],
                "gradients": {key: flat(value.grad) for key, value in net.named_parameters()},
                "dx": flat(x.grad), "dfirst": [flat(value.grad) for value in first]})


# --- optimizers, schedules, functions ---------------------------------------------------------------

OPTIMIZERS = {  # name in a configuration -> class, variants
    "sgd": (torch.optim.SGD, [{"learningRate": 0.1}, {"learningRate": 0.1, "weightDecay": 0.05}]),
    "momentum": (torch.optim.SGD, [{"learningRate": 0.05, "momentum": 0.9}]),
    "nesterov": (torch.optim.SGD, [{"learningRate": 0.05, "momentum": 0.9}]),
    "rmsprop": (torch.optim.RMSprop, [
        {"learningRate": 0.01, "decay": 0.99, "epsilon": 1e-8, **more}
        for more in ({}, {"momentum": 0.9}, {"centered": True}, {"weightDecay": 0.05})]),
    "adagrad": (torch.optim.Adagrad, [{"learningRate": 0.1, "epsilon": 1e-10}]),
    "adam": (torch.optim.Adam, [
        {"learningRate": 0.02, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, **more}
        for more in ({}, {"weightDecay": 0.05})]),
    "adamw": (torch.optim.AdamW, [
        {"learningRate": 0.02, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0.05}]),
    "adadelta": (torch.optim.Adadelta, [{"learningRate": 1.0, "decay": 0.9, "epsilon": 1e-6}]),
}
INITIAL = [0.5, -1.25, 2.0, -0.0625, 0.0]
# Ordinary; of norm exactly 1 (the clip factor 1/(1+1e-6) still acts); huge; below epsilon; all zero;
# sign changes; huge in one place; ordinary.
GRADIENTS = [[0.25, -0.5, 0.125, 0.75, -0.0625], [0.5, 0.5, -0.5, 0.5, 0.0], [1024.0, -2048.0, 512.0, 3.0, -4096.0],
             [2.0 ** -40, -2.0 ** -36, 2.0 ** -30, 0.0, 2.0 ** -28], [0.0] * 5, [-0.25, 0.5, -0.125, -0.75, 0.0625],
             [0.5, 0.25, 65536.0, -0.25, 0.125], [0.375, -0.125, 0.25, 0.0, -0.5]]


def optimizer_arguments(name, options):
    names = {"learningRate": "lr", "weightDecay": "weight_decay", "epsilon": "eps",
             "decay": "rho" if name == "adadelta" else "alpha"}
    arguments = {names.get(key, key): value for key, value in options.items() if not key.startswith("beta")}
    if "beta1" in options:
        arguments["betas"] = options["beta1"], options["beta2"]
    return arguments | ({"nesterov": True} if name == "nesterov" else {})


def optimizer_steps(name, options, clip):
    """One vector after each step; by value first, then by norm, where both clip."""
    vector = torch.tensor(INITIAL, dtype=torch.float64, requires_grad=True)
    optimizer = OPTIMIZERS[name][0]([vector], **optimizer_arguments(name, options))
    steps = []
    for gradient in GRADIENTS:
        vector.grad = torch.tensor(gradient, dtype=torch.float64)
        if clip["value"]:
            torch.nn.utils.clip_grad_value_([vector], clip["value"])
        if clip["norm"]:
            torch.nn.utils.clip_grad_norm_([vector], clip["norm"])
        optimizer.step()
        steps.append(flat(vector))
    return {"optimizer": {"name": name, **options}, "clip": clip, "parameters": steps}


CLIPS = {"off": {"norm": 0, "value": 0}, "norm": {"norm": 1.0, "value": 0}, "value": {"norm": 0, "value": 0.5},
         "both": {"norm": 0.75, "value": 0.5}}


def write_optimizers(file, cases):
    norms = [torch.tensor(gradient, dtype=torch.float64).norm().item() for gradient in GRADIENTS]
    write(file, {"initial": INITIAL, "gradients": GRADIENTS, "gradient_norms": norms, "cases": cases})


def make_optimizers():
    everything = [(name, options) for name, (_, variants) in OPTIMIZERS.items() for options in variants]
    cases = [optimizer_steps(name, options, CLIPS["off"]) for name, options in everything]
    cases += [optimizer_steps(name, OPTIMIZERS[name][1][0], CLIPS[clip])
              for name in ("sgd", "adam") for clip in ("norm", "value")]
    write_optimizers("optimizers", cases)
    write_optimizers("optimizers_clipped", [optimizer_steps(name, options, CLIPS[clip])
                                            for name, options in everything for clip in ("norm", "value", "both")])


def make_schedules():
    """rates[t] is the rate used by step t = 0..19; losses[t] is reported after step t."""
    base, schedule = 0.5, torch.optim.lr_scheduler
    losses = [3.0, 2.5, 2.5, 2.4999, 2.0, 2.25, 2.125, 2.0, 1.5, 1.4999, 1.4998, 1.4997,
              1.0, 1.0, 0.75, 0.875, 0.75, 0.8125, 0.7499, 0.5]
    cases = [
        ({"name": "constant", "warmup": 5},  # rate (t+1)/5 of the base
         lambda o: schedule.LinearLR(o, start_factor=1 / 5, end_factor=1.0, total_iters=4)),
        ({"name": "step", "every": 6, "factor": 0.5}, lambda o: schedule.StepLR(o, 6, 0.5)),
        ({"name": "exponential", "decay": 0.9}, lambda o: schedule.ExponentialLR(o, 0.9)),
        ({"name": "cosine", "steps": 19, "minimum": 0.0625}, lambda o: schedule.CosineAnnealingLR(o, 19, 0.0625)),
        ({"name": "plateau", "factor": 0.5, "patience": 1, "minimum": 0},
         lambda o: schedule.ReduceLROnPlateau(o, factor=0.5, patience=1))]

    def rates(build):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base)
        scheduler, result = build(optimizer), []
        for loss in losses:
            result.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step(*([loss] if isinstance(scheduler, schedule.ReduceLROnPlateau) else []))
        return result

    write("schedules", {"learningRate": base, "losses": losses,
                        "cases": [{"schedule": config, "rates": rates(build)} for config, build in cases]})


def make_functions():
    """y is the double nearest to the function of the float32-exact x (50 digits in between)."""
    mpmath.mp.dps = 50
    positive = [1e-30, 1e-20, 1e-10, 1e-7, 1e-5, 1e-4, 8.5, 9.0, 9.02, 17.4, 18.8, 20.0, 37.0, 87.3, 87.34, 88.0,
                88.72, 88.73, 99.5, 100.0] + [10 ** (k / 40 * 5 - 3.1) for k in range(39)]
    positive += [k * 0.11 for k in range(1, 41)]
    symmetric = [0.0] + positive + [-x for x in positive] + [math.log(2) / 2]
    logs = [1e-38, 1e-30, 1e30, 3e38, 1.0, 2.0, 0.5] + [10 ** (k / 3 - 16) for k in range(97)]
    logs += [1 + sign * 2.0 ** -k for k in range(1, 24) for sign in (1, -1)] + [k * 0.13 for k in range(1, 51)]
    functions = {"exp": (mpmath.exp, symmetric), "tanh": (mpmath.tanh, symmetric),
                 "sigmoid": (lambda x: 1 / (1 + mpmath.exp(-x)), symmetric), "log": (mpmath.log, logs)}

    def table(function, points):
        x = sorted(float(numpy.float32(point)) for point in points)
        assert len(x) == 200
        return {"x": x, "y": [float(function(mpmath.mpf(value))) for value in x]}

    write("functions", {name: table(function, points) for name, (function, points) in functions.items()})


if __name__ == "__main__":
    torch.set_num_threads(1)
    make_networks()
    make_presets()
    make_ragged()
    make_optimizers()
    make_schedules()
    make_functions()
