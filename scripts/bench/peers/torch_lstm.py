"""LSTM training in PyTorch, two ways: nn.LSTM on one-hot text, as its users write it, and a compiled loop over
time that gathers its first input product. The faster one on this machine is the one that is measured."""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, embedding, linear, one_hot

from peer import BATCH, CLIP, LEARNING_RATE, SYMBOLS, WINDOW, Text, answer, blas, per_second


class Model:
    """A readout, Adam and the text; a subclass has forward(tokens [T, N]) -> h [T, N, H], carrying its state."""

    def __init__(self, hidden, parameters):
        self.readout = torch.nn.Linear(hidden, SYMBOLS)
        self.parameters = [*parameters, *self.readout.parameters()]
        self.adam = torch.optim.Adam(self.parameters, lr=LEARNING_RATE, foreach=True)
        self.text = Text()
        self.token = torch.zeros(1, 1, dtype=torch.long)

    def train_step(self):
        x, targets = map(torch.from_numpy, self.text.next())
        loss = cross_entropy(self.readout(self.forward(x)).view(-1, SYMBOLS), targets.reshape(-1))
        self.adam.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, CLIP)
        self.adam.step()
        self.loss = loss.item()

    @torch.inference_mode()
    def sample_step(self):
        h = self.forward(self.token)
        self.token = torch.multinomial(torch.softmax(self.readout(h)[0], 1), 1)


class Module(Model):
    name = "nn.LSTM"

    def __init__(self, layers, hidden, batch):
        self.lstm = torch.nn.LSTM(SYMBOLS, hidden, layers)
        self.state = tuple(torch.zeros(layers, batch, hidden) for _ in range(2))
        super().__init__(hidden, self.lstm.parameters())

    def forward(self, x):
        h, state = self.lstm(one_hot(x, SYMBOLS).float(), self.state)
        self.state = tuple(s.detach() for s in state)
        return h


@torch.jit.script
def scan(zx: Tensor, wh: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """One layer over time; zx [T, N, 4H] is the input product with its bias, gates i, f, g, o."""
    outputs: list[Tensor] = []
    for z in zx.unbind(0):
        i, f, g, o = torch.addmm(z, h, wh).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        outputs.append(h)
    return torch.stack(outputs), h, c


class Loop(Model):
    name = "compiled loop"

    def __init__(self, layers, hidden, batch):
        draw = lambda *shape: torch.nn.Parameter((torch.rand(shape) * 2 - 1) / hidden**0.5)
        self.table = draw(SYMBOLS, 4 * hidden)  # its bias is part of it
        self.wx = [draw(4 * hidden, hidden) for _ in range(1, layers)]
        self.b = [draw(4 * hidden) for _ in range(1, layers)]
        self.wh = [draw(4 * hidden, hidden) for _ in range(layers)]
        self.state = [(torch.zeros(batch, hidden),) * 2 for _ in range(layers)]
        super().__init__(hidden, [self.table, *self.wx, *self.b, *self.wh])

    def forward(self, x):
        zx = embedding(x, self.table)
        for l, wh in enumerate(self.wh):
            if l:
                zx = linear(y, self.wx[l - 1], self.b[l - 1])
            y, h, c = scan(zx, wh.t(), *self.state[l])
            self.state[l] = h.detach(), c.detach()
        return y


training = sampling = None


def fastest(models, step):
    for _ in range(4):  # first touch of memory, and the compiler's
        for model in models:
            getattr(model, step)()
    return max(models, key=lambda model: per_second(getattr(model, step), 0.5))


def create(layers, hidden, threads):
    global training, sampling
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    training = fastest([kind(layers, hidden, BATCH) for kind in (Module, Loop)], "train_step")
    sampling = fastest([kind(layers, hidden, 1) for kind in (Module, Loop)], "sample_step")
    forms = {"form": training.name, "samplingForm": sampling.name}
    return {"version": torch.__version__, **blas(), "loss": training.loss, **forms}


if __name__ == "__main__":
    answer(
        create=create,
        train=lambda seconds: per_second(lambda: training.train_step(), seconds) * WINDOW * BATCH,
        sample=lambda seconds: per_second(lambda: sampling.sample_step(), seconds),
    )
