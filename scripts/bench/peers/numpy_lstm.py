"""LSTM training by hand in NumPy: X Wx of all steps in one product, and so the weight gradients.

Row vectors: a sequence is [T, N, features]. Gates in the order i, f, o, g, so that one sigmoid serves three.
"""

import numpy as np

from peer import BATCH, CLIP, LEARNING_RATE, SYMBOLS, WINDOW, Text, answer, blas, per_second

T, N, V = WINDOW, BATCH, SYMBOLS
np.seterr(over="ignore")


def gates_(z, hidden):
    """In place: sigmoid of i, f and o, tanh of g = 2 sigmoid(2 g) - 1. NumPy's exp is faster than its tanh."""
    g = z[..., 3 * hidden :]
    g *= 2
    sigmoid_(z)
    g *= 2
    g -= 1


def sigmoid_(x):
    np.negative(x, out=x)
    np.exp(x, out=x)  # inf for a large -x is right: 1 / (1 + inf) = 0
    x += 1
    np.reciprocal(x, out=x)


def tanh_(x, out):
    np.multiply(x, 2, out=out)
    sigmoid_(out)
    out *= 2
    out -= 1


class Layer:
    def __init__(self, inputs, hidden, rng):
        """`inputs` None: the layer reads tokens, and X Wx gathers rows."""
        draw = lambda *shape: (rng.uniform(-1, 1, shape) / np.sqrt(hidden)).astype(np.float32)
        self.hidden, self.tokens = hidden, inputs is None
        self.parameters = {"wx": draw(inputs or V, 4 * hidden), "wh": draw(hidden, 4 * hidden), "b": draw(4 * hidden)}
        zeros = lambda *shape: np.zeros(shape, np.float32)
        self.z, self.dz = zeros(T, N, 4 * hidden), zeros(T, N, 4 * hidden)  # gates after their functions; deltas
        self.h, self.c = zeros(T + 1, N, hidden), zeros(T + 1, N, hidden)  # slot 0: the state carried
        self.tanh_c, self.product = zeros(T, N, hidden), zeros(N, 4 * hidden)
        self.term, self.slope = zeros(N, hidden), zeros(N, 3 * hidden)
        self.one_hot = zeros(T * N, V) if self.tokens else None

    def forward(self, x):
        p, H, z, h, c = self.parameters, self.hidden, self.z, self.h, self.c
        self.x = x
        h[0], c[0] = h[T], c[T]
        flat = z.reshape(T * N, 4 * H)
        if self.tokens:
            np.take(p["wx"] + p["b"], x.reshape(-1), axis=0, out=flat, mode="clip")
        else:
            np.matmul(x.reshape(T * N, -1), p["wx"], out=flat)
            flat += p["b"]
        for t in range(T):
            np.matmul(h[t], p["wh"], out=self.product)
            z[t] += self.product
            gates_(z[t], H)
            i, f, o, g = (z[t, :, k * H : (k + 1) * H] for k in range(4))
            np.multiply(f, c[t], out=c[t + 1])
            np.multiply(i, g, out=self.term)
            c[t + 1] += self.term
            tanh_(c[t + 1], self.tanh_c[t])
            np.multiply(o, self.tanh_c[t], out=h[t + 1])
        return h[1:]

    def backward(self, dh):
        """`dh` [T, N, H] is used up. Returns the gradients and dx (None for tokens)."""
        p, H, z, dz, c = self.parameters, self.hidden, self.z, self.dz, self.c
        wh_transposed = np.ascontiguousarray(p["wh"].T)
        dc = np.zeros((N, H), np.float32)
        for t in reversed(range(T)):
            if t + 1 < T:
                np.matmul(dz[t + 1], wh_transposed, out=self.term)
                dh[t] += self.term
            i, f, o, g = (z[t, :, k * H : (k + 1) * H] for k in range(4))
            di, df, do, dg = (dz[t, :, k * H : (k + 1) * H] for k in range(4))
            tanh_c, term, slope = self.tanh_c[t], self.term, self.slope
            np.multiply(dh[t], tanh_c, out=do)
            np.multiply(tanh_c, tanh_c, out=term)  # dc += dh o (1 - tanh(c)^2)
            np.subtract(1, term, out=term)
            term *= o
            term *= dh[t]
            dc += term
            np.multiply(dc, g, out=di)
            np.multiply(dc, c[t], out=df)
            np.multiply(dc, i, out=dg)
            gates = z[t, :, : 3 * H]
            np.subtract(1, gates, out=slope)  # sigmoid' = s (1 - s)
            slope *= gates
            dz[t, :, : 3 * H] *= slope
            np.multiply(g, g, out=term)  # tanh' = 1 - g^2
            np.subtract(1, term, out=term)
            dg *= term
            dc *= f
        flat = dz.reshape(T * N, 4 * H)
        if self.tokens:
            # The sum over equal tokens, as a product: faster than np.add.at.
            self.one_hot[:] = 0
            self.one_hot[np.arange(T * N), self.x.reshape(-1)] = 1
            x = self.one_hot
        else:
            x = self.x.reshape(T * N, -1)
        gradients = {"wx": x.T @ flat, "wh": self.h[:T].reshape(T * N, H).T @ flat, "b": flat.sum(0)}
        dx = None if self.tokens else (flat @ p["wx"].T).reshape(T, N, -1)
        return gradients, dx

    def step(self, x, h, c):
        """One character of one sequence. `x`: a token, or a vector."""
        p, H = self.parameters, self.hidden
        z = (p["wx"][x] if self.tokens else x @ p["wx"]) + h @ p["wh"] + p["b"]
        gates_(z, H)
        c = z[H : 2 * H] * c + z[:H] * z[3 * H :]
        return z[2 * H : 3 * H] * np.tanh(c), c


class Adam:
    def __init__(self, parameters):
        self.parameters, self.steps = parameters, 0
        self.m = [np.zeros_like(p) for p in parameters]
        self.v = [np.zeros_like(p) for p in parameters]

    def update(self, gradients):
        self.steps += 1
        norm = np.sqrt(sum(float(np.vdot(g, g)) for g in gradients))
        scale = np.float32(min(1.0, CLIP / (norm + 1e-6)))
        rate = np.float32(LEARNING_RATE / (1 - 0.9**self.steps))
        root = np.float32(1 / np.sqrt(1 - 0.999**self.steps))
        for p, g, m, v in zip(self.parameters, gradients, self.m, self.v):
            g *= scale
            m *= np.float32(0.9)
            m += np.float32(0.1) * g
            v *= np.float32(0.999)
            g *= g
            g *= np.float32(0.001)
            v += g
            np.sqrt(v, out=g)
            g *= root
            g += np.float32(1e-8)
            np.divide(m, g, out=g)
            g *= rate
            p -= g


class Model:
    def __init__(self, layers, hidden):
        rng = np.random.default_rng(1)
        self.layers = [Layer(None if l == 0 else hidden, hidden, rng) for l in range(layers)]
        self.w = (rng.uniform(-1, 1, (hidden, V)) / np.sqrt(hidden)).astype(np.float32)
        self.b = np.zeros(V, np.float32)
        self.adam = Adam([p for layer in self.layers for p in layer.parameters.values()] + [self.w, self.b])
        self.text, self.rng = Text(), rng
        self.state = [(np.zeros(hidden, np.float32),) * 2 for _ in range(layers)]
        self.token = 0

    def train_step(self):
        x, targets = self.text.next()
        for layer in self.layers:
            x = layer.forward(x)
        h, every, at = x.reshape(T * N, -1), np.arange(T * N), targets.reshape(-1)
        logits = h @ self.w
        logits += self.b
        logits -= logits.max(1, keepdims=True)
        np.exp(logits, out=logits)
        logits /= logits.sum(1, keepdims=True)
        self.loss = -float(np.log(logits[every, at]).mean())
        logits[every, at] -= 1
        logits *= np.float32(1 / (T * N))
        last = [h.T @ logits, logits.sum(0)]
        dx = (logits @ self.w.T).reshape(T, N, -1)
        gradients = []
        for layer in reversed(self.layers):
            own, dx = layer.backward(dx)
            gradients = list(own.values()) + gradients
        self.adam.update(gradients + last)

    def sample_step(self):
        x = self.token
        for l, layer in enumerate(self.layers):
            x, c = self.state[l] = layer.step(x, *self.state[l])
        logits = x @ self.w + self.b
        p = np.exp(logits - logits.max()).cumsum()
        self.token = min(int(p.searchsorted(self.rng.random() * p[-1])), V - 1)


model = None


def create(layers, hidden, threads):
    global model
    assert threads == 1, "the number of threads is set by the environment"
    model = Model(layers, hidden)
    for _ in range(2):
        model.train_step()
    return {"version": np.__version__, **blas(), "loss": model.loss}


if __name__ == "__main__":
    answer(
        create=create,
        train=lambda seconds: per_second(lambda: model.train_step(), seconds) * T * N,
        sample=lambda seconds: per_second(lambda: model.sample_step(), seconds),
    )
