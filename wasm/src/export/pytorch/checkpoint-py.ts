import { patternPy } from '../vocabulary.js';
import { safetensorsPy } from './safetensors-py.js';

/** checkpoint.py: our files in Python. The same for every network that a model trains. */
export const checkpointPy = String.raw`"""Checkpoints of Unfold: safetensors files with weights, configuration, vocabulary, optimizer, state and progress."""

import json
import re
from pathlib import Path

import numpy
import torch

from network import CLOCK, STATES, SYMBOLS, TOKENS_BEFORE, stored_name

NOTHING = 65535  # the token of no symbol

# How PyTorch calls what a checkpoint keeps as optimizer.moment0, 1, 2.
MOMENTS = {
    "sgd": [], "momentum": ["momentum_buffer"], "nesterov": ["momentum_buffer"], "adagrad": ["sum"],
    "rmsprop": ["square_avg", "grad_avg", "momentum_buffer"], "adadelta": ["square_avg", "acc_delta"],
    "adam": ["exp_avg", "exp_avg_sq"], "adamw": ["exp_avg", "exp_avg_sq"],
}

# What cuts a text into words, into what stands between blanks, and into the pieces that merges stay within.
WORDS = ${patternPy('word')}
SPACED = ${patternPy('whitespace')}
BYTES = ${patternPy('bpe')}

${safetensorsPy}

def fnv(*pieces):
    """FNV-1a, 64 bits: the checksum of checkpoints and the fingerprint of data."""
    state, prime = 14695981039346656037, 1099511628211
    for piece in pieces:
        for k, part in enumerate(re.split(rb"(\0{16,})", piece)):
            if k % 2:  # zeros, such as silent keys: each is one product
                state = state * pow(prime, len(part), 2**64) % 2**64
                continue
            for byte in part:
                state = ((state ^ byte) * prime) & 0xFFFFFFFFFFFFFFFF
    return f"{state:016x}"


def checksum(arrays, metadata):
    tensors = (piece for name, array in arrays.items() for piece in (name.encode(), array.tobytes()))
    texts = (piece.encode() for key in sorted(metadata) if key != "checksum" for piece in (key, metadata[key]))
    return fnv(*tensors, *texts)


class Symbols:
    """Tokens that are code points or bytes."""

    def __init__(self, stored):
        self.symbols = numpy.array(stored["symbols"], numpy.uint32)
        self.bytes, self.unknown = stored["unit"] == "byte", stored["unknown"]

    def encode(self, data):
        """Token numbers of a text's bytes. Symbols that the model does not know are left out, or its unknown one."""
        codes = numpy.frombuffer(data if self.bytes else data.decode("utf-8").encode("utf-32-le"),
                                 numpy.uint8 if self.bytes else numpy.uint32).astype(numpy.uint32)
        tokens = numpy.searchsorted(self.symbols, codes).clip(max=len(self.symbols) - 1)
        known = self.symbols[tokens] == codes
        tokens = numpy.where(known, tokens, len(self.symbols)) if self.unknown else tokens[known]
        return tokens.astype(numpy.int64)

    def decode(self, tokens):
        codes = [int(self.symbols[t]) if t < len(self.symbols) else 0xFFFD for t in tokens]
        if self.bytes:
            return bytes(code for code in codes if code < 256).decode("utf-8", "replace")
        return "".join(map(chr, codes))


class Words:
    """Tokens that are words with the blank before them, or what stands between blanks."""

    def __init__(self, stored):
        self.symbols, self.unknown = stored["symbols"], stored["unknown"]
        self.spaced = stored["unit"] == "whitespace"
        self.places = {symbol: token for token, symbol in enumerate(self.symbols)}
        self.pieces = re.compile(SPACED if self.spaced else WORDS)

    def encode(self, data):
        """Token numbers of a text's bytes. Words that the model does not know are left out, or its unknown one."""
        none = len(self.symbols) if self.unknown else -1
        tokens = [self.places.get(piece, none) for piece in self.pieces.findall(data.decode("utf-8"))]
        return numpy.array([token for token in tokens if token >= 0], numpy.int64)

    def decode(self, tokens):
        unknown = "<unk>" if self.spaced else " \ufffd"
        words = [self.symbols[t] if t < len(self.symbols) else unknown for t in tokens]
        return "".join(" " + word if self.spaced and word != "\n" else word for word in words)


class Merges:
    """Byte-pair encoding: the tokens are 256 bytes, and what merges made of two tokens."""

    unknown = False

    def __init__(self, stored):
        self.merges = list(zip(stored["merges"][::2], stored["merges"][1::2]))
        self.ranks = {pair: rank for rank, pair in enumerate(self.merges)}
        self.symbols = [bytes([byte]) for byte in range(256)]
        for left, right in self.merges:
            self.symbols.append(self.symbols[left] + self.symbols[right])
        self.known = {}  # the tokens of every piece so far

    def merged(self, piece):
        """Of all pairs in a piece always the one that was learned first is merged."""
        tokens, most = list(piece), len(self.merges)
        while True:
            rank = min((self.ranks.get(pair, most) for pair in zip(tokens, tokens[1:])), default=most)
            if rank == most:
                return tokens
            rest, tokens = tokens, []
            while rest:
                here = tuple(rest[:2]) == self.merges[rank]
                tokens.append(256 + rank if here else rest[0])
                rest = rest[2 if here else 1 :]

    def encode(self, data):
        """Token numbers of a text's bytes."""
        tokens = []
        for piece in re.findall(BYTES, data):
            if piece not in self.known:
                self.known[piece] = self.merged(piece)
            tokens += self.known[piece]
        return numpy.array(tokens, numpy.int64)

    def decode(self, tokens):
        return b"".join(self.symbols[t] for t in tokens).decode("utf-8", "replace")


def vocabulary_of(stored):
    """What the tokens of a text are."""
    return {"character": Symbols, "byte": Symbols, "bpe": Merges}.get(stored["unit"], Words)(stored)


def load(network, arrays):
    """Puts a checkpoint's weights in place; returns the parameters by its names, in its order."""
    parameters = {stored_name(name): parameter for name, parameter in network.named_parameters()}
    weights = [name for name in arrays if not name.startswith(("optimizer.", "state."))]
    assert parameters.keys() == set(weights), "the checkpoint is of another network"
    network.load_state_dict({name: torch.from_numpy(arrays[stored_name(name)]) for name in network.state_dict()})
    return {name: parameters[name] for name in weights}


def moments_of(settings):
    """Names of the moments that this optimizer keeps."""
    names = MOMENTS[settings["name"]]
    plain = settings["name"] == "rmsprop" and not settings["centered"] and not settings["momentum"]
    return names[:1] if plain else names


def restore_optimizer(optimizer, settings, named, arrays, updates):
    """Puts a checkpoint's moments in place; they are flat, in the order of the parameters in the file."""
    names, offset = moments_of(settings), 0
    if not updates or not names:
        return
    for parameter in named.values():
        state = {"step": torch.tensor(float(updates))}
        for i, name in enumerate(names):
            part = arrays[f"optimizer.moment{i}"][offset : offset + parameter.numel()]
            state[name] = torch.from_numpy(part.copy()).view_as(parameter).to(parameter.device)
        optimizer.state[parameter] = state
        offset += parameter.numel()


def restore_state(network, arrays, progress, columns, device):
    """The state of all columns as a checkpoint keeps it."""
    state, flat, at = network.start(columns, device), arrays["state.values"], 0
    for name, steps, size in STATES:
        count = steps * columns * size
        if name in state:
            state[name] = torch.from_numpy(flat[at : at + count].copy()).view(steps, columns, size).to(device)
        at += count
    if TOKENS_BEFORE:
        state["tokens_before"] = torch.tensor(progress["inputs"], device=device).view(-1, columns).clamp(max=SYMBOLS)
    if CLOCK:
        state["clock"] = progress["clock"]
    return state


def save(path, named, metadata, settings, optimizer, state, progress, columns):
    """A checkpoint with everything that training goes on from, here or in Unfold; without a state every sequence begins
    anew."""
    tensors = {name: parameter.detach().cpu().numpy() for name, parameter in named.items()}
    for i, name in enumerate(moments_of(settings)):
        def flat(parameter):
            return optimizer.state[parameter].get(name, torch.zeros_like(parameter)).detach().cpu().flatten()
        tensors[f"optimizer.moment{i}"] = torch.cat([flat(parameter) for parameter in named.values()]).numpy()
    empty = {name: torch.zeros(steps, columns, size) for name, steps, size in STATES}
    values = [(state or {}).get(name, empty[name]).cpu().flatten() for name, _, _ in STATES]
    tensors["state.values"] = torch.cat([torch.zeros(0), *values]).numpy()
    before = state["tokens_before"].flatten().tolist() if state and TOKENS_BEFORE else [NOTHING] * (TOKENS_BEFORE * columns)
    progress = {**progress, "inputs": [NOTHING if token >= SYMBOLS else token for token in before]}
    metadata = {**metadata, "progress": json.dumps(progress)}
    metadata["checksum"] = checksum(tensors, metadata)
    write_safetensors(path, tensors, metadata)


def save_weights(path, named, metadata):
    """A checkpoint of what load() gave, which Unfold opens and begins to train anew."""
    tensors = {name: parameter.detach().cpu().numpy() for name, parameter in named.items()}
    metadata = {key: value for key, value in metadata.items() if key != "progress"}
    metadata["checksum"] = checksum(tensors, metadata)
    write_safetensors(path, tensors, metadata)
`;
