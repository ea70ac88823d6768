/** train.py: the same training, in PyTorch. The same for every network; what differs is in network.py and the file. */
export const trainPy = String.raw`"""Continues the training of a network that Unfold exported.

    python3 train.py --text book.txt --steps 1000
    torchrun --nproc_per_node 2 train.py --text book.txt --steps 1000      (many processes, many machines)

Goes on where the checkpoint stopped if the text is the same: the same windows, state, optimizer and schedule. The file
that it writes opens in Unfold again. Needs PyTorch 1.13 or newer and NumPy.
"""

import argparse
import json
import math
import os
from pathlib import Path

import numpy
import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional as F

from checkpoint import Vocabulary, fnv, load, read_safetensors, restore_optimizer, restore_state, save
from network import SYMBOLS, Network


class Streams:
    """A text as N contiguous streams. The input of step t of stream n is token n*length + cursor + t."""

    def __init__(self, tokens, columns):
        self.length = (len(tokens) - 1) // columns
        self.inputs = torch.from_numpy(tokens[: columns * self.length]).view(columns, -1).T
        self.targets = torch.from_numpy(tokens[1 : columns * self.length + 1]).view(columns, -1).T

    def window(self, cursor, steps, columns, device):
        rows = slice(cursor, cursor + steps)
        return self.inputs[rows, columns].to(device), self.targets[rows, columns].to(device)


@torch.no_grad()
def evaluate(network, tokens, columns, window, device):
    """The mean loss of all predictions of a text, from the zero state, in nats a symbol."""
    length = -(-(len(tokens) - 1) // columns)
    missing = columns * length - (len(tokens) - 1)
    inputs = numpy.append(tokens[:-1], numpy.full(missing, SYMBOLS)).reshape(columns, length).T
    targets = numpy.append(tokens[1:], numpy.full(missing, -100)).reshape(columns, length).T
    network.train(False)
    state, total = network.start(columns, device), 0.0
    for cursor in range(0, length, window):
        answers, state = network(torch.from_numpy(inputs[cursor : cursor + window].copy()).to(device), state)
        wanted = torch.from_numpy(targets[cursor : cursor + window].copy()).to(device)
        total += F.cross_entropy(answers.flatten(0, 1), wanted.flatten(), reduction="sum").item()
    network.train(True)
    return total / (len(tokens) - 1)


@torch.no_grad()
def sample(network, vocabulary, prime, length, temperature, device):
    """Writes a text: each symbol is the next input."""
    network.train(False)
    tokens = list(vocabulary.encode(prime.encode())) or [0]
    answers, state = network(torch.tensor(tokens, device=device)[:, None], network.start(1, device))
    written = []
    for _ in range(length):
        scores = answers[-1, 0] / max(temperature, 1e-6)
        written.append(int(torch.multinomial(torch.softmax(scores, -1), 1)))
        answers, state = network(torch.tensor([[written[-1]]], device=device), state)
    network.train(True)
    return vocabulary.decode(written)


def make_optimizer(settings, parameters):
    name, momentum = settings["name"], settings["momentum"]
    shared = {"lr": settings["learningRate"], "weight_decay": settings["weightDecay"]}
    if name in ("adam", "adamw"):
        kind = torch.optim.Adam if name == "adam" else torch.optim.AdamW
        return kind(parameters, betas=(settings["beta1"], settings["beta2"]), eps=settings["epsilon"], **shared)
    if name == "rmsprop":
        return torch.optim.RMSprop(parameters, alpha=settings["decay"], eps=settings["epsilon"], momentum=momentum,
                                   centered=settings["centered"], **shared)
    if name == "adagrad":
        return torch.optim.Adagrad(parameters, eps=settings["epsilon"], **shared)
    if name == "adadelta":
        return torch.optim.Adadelta(parameters, rho=settings["decay"], eps=settings["epsilon"], **shared)
    if name == "sgd":
        momentum = 0
    return torch.optim.SGD(parameters, momentum=momentum, nesterov=name == "nesterov" and momentum > 0, **shared)


def rate_at(schedule, plateau, base, step):
    """The learning rate of a step."""
    name, rate = schedule["name"], base
    if name == "step":
        rate = base * schedule["factor"] ** (step // schedule["every"])
    if name == "exponential":
        rate = base * schedule["factor"] ** (step / schedule["every"])
    if name == "cosine":
        share = min(1.0, step / schedule["steps"])
        rate = schedule["minimum"] + (base - schedule["minimum"]) * (1 + math.cos(math.pi * share)) / 2
    if name == "plateau":
        rate = base * schedule["factor"] ** plateau["reductions"]
    if rate < schedule["minimum"]:
        rate = min(base, schedule["minimum"])
    if step < schedule["warmup"]:
        rate *= (step + 1) / schedule["warmup"]
    return rate


def observe(plateau, patience, loss):
    """A validation loss was measured."""
    if loss < plateau["best"] * (1 - 1e-4):
        plateau.update(best=loss, bad=0)
    elif plateau["bad"] + 1 > patience:
        plateau.update(bad=0, reductions=plateau["reductions"] + 1)
    else:
        plateau["bad"] += 1


def each_column(state, change):
    return {name: change(value) if torch.is_tensor(value) else value for name, value in state.items()}


def gathered(state, world):
    """The columns of all processes, in order."""
    def gather(value):
        parts = [torch.empty_like(value) for _ in range(world)]
        dist.all_gather(parts, value.contiguous())
        return torch.cat(parts, 1)

    return each_column(state, gather) if world > 1 else state


def parse(arguments):
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--text", required=True, help="the text to train on")
    parser.add_argument("--model", default=here / "model.safetensors", help="the checkpoint (default: %(default)s)")
    parser.add_argument("--out", help="where to save (default: over the checkpoint)")
    parser.add_argument("--steps", type=int, default=1000, help="steps from now (default: %(default)s)")
    parser.add_argument("--save-every", type=int, default=0, help="steps between saves; 0: at the end (default)")
    parser.add_argument("--device", help="cpu, cuda, … (default: cuda if there is one)")
    parser.add_argument("--sample", type=int, default=0, help="symbols to write at the end (default: %(default)s)")
    parser.add_argument("--prime", default="", help="what the sample goes on from")
    parser.add_argument("--temperature", type=float, default=0.8, help="of the sample (default: %(default)s)")
    return parser.parse_args(arguments)


def main(arguments=None):
    """Returns the losses of the steps."""
    options = parse(arguments)
    world, rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
    device = torch.device(options.device or ("cuda" if torch.cuda.is_available() else "cpu"))
    if world > 1:
        if device.type == "cuda":
            device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
            torch.cuda.set_device(device)
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    say = print if rank == 0 else lambda *_, **__: None
    try:
        return train(options, world, rank, device, say)
    finally:
        if world > 1:
            dist.destroy_process_group()


def train(options, world, rank, device, say):
    arrays, metadata = read_safetensors(options.model)
    config, vocabulary = json.loads(metadata["config"]), Vocabulary(json.loads(metadata["vocabulary"]))
    T, N, settings = config["window"], config["batch"], config["optimizer"]
    if N % world:
        raise SystemExit(f"The batch of {N} does not divide into {world} processes.")
    columns = slice(rank * N // world, (rank + 1) * N // world)

    torch.manual_seed(config["seed"] + rank)
    network = Network().to(device)
    named = load(network, arrays)
    optimizer = make_optimizer(settings, list(named.values()))

    data = Path(options.text).read_bytes()
    tokens = vocabulary.encode(data)
    share = config["validation"]
    count = min(int(len(tokens) * (1 - share)), len(tokens) - 2) if share > 0 else len(tokens)
    streams, held_out = Streams(tokens[:count], N), tokens[count:]
    if streams.length < T:
        raise SystemExit(f"The text is too short: {N} streams of {streams.length} symbols, the window has {T}.")

    progress = json.loads(metadata.get("progress", "null"))
    mark = fnv(tokens.astype("<u2").tobytes())
    state = network.start(N, device)
    if progress and progress["text"] == mark:
        state = restore_state(network, arrays, progress, N, device)
    else:
        say("The text is new to this model: begins at its start.")
        progress = {"step": 0, "epoch": 0, "evaluated": 0, "validationLoss": -1, "updates": 0,
                    "best": 1e300, "bad": 0, "reductions": 0, **(progress or {}), "cursor": 0, "clock": 0, "text": mark}
    restore_optimizer(optimizer, settings, named, arrays, progress["updates"])
    state = each_column(state, lambda value: value[:, columns])

    shared = nn.parallel.DistributedDataParallel(network) if world > 1 else network

    def save_all():
        whole = gathered(state, world)
        if rank == 0:
            out = options.out or options.model
            save(out, named, metadata, settings, optimizer, whole, progress, N)
            say(f"saved {out}")

    losses = []
    for _ in range(options.steps):
        if progress["cursor"] + T > streams.length:
            progress.update(cursor=0, epoch=progress["epoch"] + 1, clock=0)
            state = network.start(N // world, device)
        inputs, targets = streams.window(progress["cursor"], T, columns, device)
        answers, after = shared(inputs, state)
        loss = F.cross_entropy(answers.flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        clip = config["clip"]
        if clip["value"] > 0:
            nn.utils.clip_grad_value_(named.values(), clip["value"])
        norm = nn.utils.clip_grad_norm_(named.values(), clip["norm"] if clip["norm"] > 0 else math.inf)
        loss = loss.detach()
        if world > 1:
            dist.all_reduce(loss)
            loss /= world
        if not math.isfinite(loss.item() + norm.item()):
            raise SystemExit(f"Step {progress['step'] + 1}: loss {loss.item()}, gradient norm {norm.item()}.")
        rate = rate_at(config["schedule"], progress, settings["learningRate"], progress["step"])
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        state = each_column(after, torch.Tensor.detach)
        progress.update(step=progress["step"] + 1, updates=progress["updates"] + 1,
                        cursor=progress["cursor"] + T, clock=progress["clock"] + T)
        losses.append(loss.item())
        say(f"step {progress['step']}  loss {losses[-1]:.7f}  gradient norm {norm.item():.4f}  rate {rate:.3g}", flush=True)

        every = config["evaluateEvery"]
        if every and len(held_out) > 1 and progress["step"] % every == 0:
            validation = evaluate(network, held_out, N, T, device)
            observe(progress, config["schedule"]["patience"], validation)
            progress.update(evaluated=progress["step"], validationLoss=validation)
            say(f"step {progress['step']}  validation loss {validation:.7f}", flush=True)
        if options.save_every and progress["step"] % options.save_every == 0:
            save_all()
    save_all()
    if rank == 0 and options.sample:
        say(options.prime + sample(network, vocabulary, options.prime, options.sample, options.temperature, device))
    return losses


if __name__ == "__main__":
    main()
`;
