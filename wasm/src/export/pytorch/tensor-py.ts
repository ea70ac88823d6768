/** checkpoint.py and train.py of the tensor level: a network over sequences of numbers, whose loss is the caller's. */
import type { SavedGraph } from '../graph.js';
import { safetensorsPy } from './safetensors-py.js';

export function tensorCheckpointPy({ parameters }: SavedGraph): string {
  const parts = parameters.flatMap(({ name, tensor, column = 0 }) =>
    tensor === undefined ? [] : [`    "${name}": ("${tensor}", ${column}),\n`],
  );
  return String.raw`"""The weights of a network of numbers: safetensors files that Network.load of unfold-rnn takes."""

import json
from pathlib import Path

import numpy
import torch

from network import stored_name

# Where a file keeps a parameter, if not under its own name: the tensor, and the first column of it.
PLACES = {${parts.length ? `\n${parts.join('')}` : ''}}


${safetensorsPy}


def part_of(arrays, name, parameter):
    """The part of a file's arrays that is a parameter of the network."""
    tensor, column = PLACES.get(stored_name(name), (stored_name(name), 0))
    array = arrays[tensor]
    return array[:, column : column + parameter.shape[1]] if array.ndim == 2 else array


def load(network, path):
    """Puts the weights of a file in place; returns its arrays and metadata, for save()."""
    arrays, metadata = read_safetensors(path)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(torch.from_numpy(part_of(arrays, name, parameter)))
    return arrays, metadata


def save(network, path, arrays, metadata):
    for name, parameter in network.named_parameters():
        part_of(arrays, name, parameter)[...] = parameter.detach().cpu().numpy()
    write_safetensors(path, arrays, metadata)
`;
}

export const tensorTrainPy = String.raw`"""Trains a network of numbers with a loss of your own.

    from train import fit

    def loss(answers, targets, inputs):
        return ((answers - targets) ** 2).mean()

    fit([({"inputs": x, "lengths": lengths}, targets), ...], loss, steps=1000)

A batch is what Network.forward takes, by name (inputs [T, N, D], lengths [N] where sequences are of unequal length,
context [N, C] if the network has one), and whatever the loss wants; answers are [T, N, O]. What lies beyond a
sequence's end is answered, too: the loss has to leave it out.

As a program it reads arrays of NumPy by these names, and targets [T, N, O], and takes the mean squared error:

    python3 train.py --data numbers.npz --steps 1000
    torchrun --nproc_per_node 2 train.py --data numbers.npz      (each process takes a batch of its own in turn)

The file that it writes is one for Network.load. Needs Python 3.9, PyTorch 1.13 or newer, and NumPy.
"""

import argparse
import itertools
import math
import os
from pathlib import Path

import numpy
import torch
import torch.distributed as dist
from torch import nn

from checkpoint import load, save
from network import Network

HERE = Path(__file__).resolve().parent


def mean_squared_error(answers, targets, inputs):
    """Over the steps that there are."""
    losses = ((answers - targets) ** 2).mean(-1)
    if "lengths" not in inputs:
        return losses.mean()
    steps = torch.arange(len(losses), device=losses.device)[:, None]
    return losses[steps < inputs["lengths"]].mean()


def adam(parameters):
    return torch.optim.Adam(parameters, lr=2e-3)


def fit(batches, loss, steps, optimizer=adam, clip_norm=5.0, model=HERE / "model.safetensors", out=None, device="cpu",
        compile=False, say=print):
    """Trains for a number of steps, which take the batches in turn, over and over, and saves. Returns the losses.

    optimizer: a function of the parameters. clip_norm: of all gradients together; math.inf for none.
    """
    world, rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
    network = Network().to(device)
    arrays, metadata = load(network, model)
    shared = nn.parallel.DistributedDataParallel(network) if world > 1 else network
    shared = torch.compile(shared) if compile else shared
    update, losses = optimizer(network.parameters()), []
    for inputs, targets in itertools.islice(itertools.cycle(batches), rank, steps * world, world):
        inputs = {name: value.to(device) for name, value in inputs.items()}
        answers, _ = shared(**inputs)
        value = loss(answers, targets.to(device), inputs)
        update.zero_grad()
        value.backward()
        norm = nn.utils.clip_grad_norm_(network.parameters(), clip_norm)
        if not math.isfinite(value.item() + norm.item()):
            raise SystemExit(f"Step {len(losses) + 1}: loss {value.item()}, gradient norm {norm.item()}.")
        update.step()
        losses.append(value.item())
        if rank == 0:
            say(f"step {len(losses)}  loss {losses[-1]:.7f}  gradient norm {norm.item():.4f}", flush=True)
    if rank == 0:
        save(network, out or model, arrays, metadata)
    return losses


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True, help="arrays of NumPy: inputs, targets, lengths, context")
    parser.add_argument("--model", default=HERE / "model.safetensors", help="the weights (default: %(default)s)")
    parser.add_argument("--out", help="where to save (default: over the weights)")
    parser.add_argument("--steps", type=int, default=1000, help="steps (default: %(default)s)")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", help="(default: %(default)s)")
    parser.add_argument("--compile", action="store_true", help="compile the network (PyTorch 2)")
    options = parser.parse_args(arguments)
    if options.compile and not hasattr(torch, "compile"):
        raise SystemExit(f"--compile needs PyTorch 2; this is {torch.__version__}.")
    kinds = {"inputs": torch.float32, "targets": torch.float32, "context": torch.float32, "lengths": torch.int64}
    with numpy.load(options.data) as file:
        arrays = {name: torch.as_tensor(file[name], dtype=kinds[name]) for name in file}
    targets = arrays.pop("targets")
    if int(os.environ.get("WORLD_SIZE", 1)) > 1:
        dist.init_process_group("gloo")
    fit([(arrays, targets)], mean_squared_error, options.steps, model=options.model, out=options.out,
        device=options.device, compile=options.compile)
    if dist.is_initialized():
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
`;
