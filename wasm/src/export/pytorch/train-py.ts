/** train.py: the same training, in PyTorch. The same for every network; what differs is in network.py and data.py. */
export const trainPy = String.raw`"""Continues the training of a network that Unfold exported.

    python3 train.py --data FILE --steps 1000
    torchrun --nproc_per_node 2 train.py --data FILE --steps 1000      (several processes, several machines)

data.py says what the file looks like; a model that learned from a generated dataset needs none. Goes on where the
checkpoint stopped if the data are the same: the same batches, optimizer and schedule. The file that it writes opens in
Unfold again. Needs Python 3.9, PyTorch 1.13 or newer, and NumPy.
"""

import argparse
import json
import math
import os
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn

from checkpoint import fnv, load, read_safetensors, restore_optimizer, restore_state, save
from data import Data
from network import Network


def moved(value, device):
    """A tensor, or tensors in a dictionary or tuple, on a device."""
    if isinstance(value, dict):
        return {name: moved(one, device) for name, one in value.items()}
    if isinstance(value, tuple):
        return tuple(moved(one, device) for one in value)
    return value.to(device)


@torch.no_grad()
def evaluate(network, data, split, device):
    """Mean loss and accuracy of "validation" or "test"; the accuracy is None where the task has none."""
    network.train(False)
    state, total, predictions, correct, asked = None, 0.0, 0, 0, 0
    for inputs, targets in data.batches(split):
        answers, after = network(**moved(inputs, device), state=state)
        loss, count, right = data.measure(answers, moved(targets, device))
        state = after if data.carries_state else None
        total, predictions = total + loss.item(), predictions + count
        if right:
            correct, asked = correct + right[0], asked + right[1]
    network.train(True)
    return total / max(predictions, 1), correct / asked if asked else None


def described(loss, accuracy):
    return f"loss {loss:.7f}" + ("" if accuracy is None else f"  accuracy {accuracy:.4f}")


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


def teacher_forcing(sampling, step):
    """Scheduled sampling (Bengio et al. 2015): the probability that a step reads the true symbol."""
    name, k, start = sampling["name"], sampling["k"], sampling["start"]
    if name == "linear":
        rate = start - step / k
    elif name == "exponential":
        rate = start * (1 - 1 / max(k, 1 + 1e-9)) ** step
    elif name == "inverse-sigmoid":
        rate = start * k / (k + math.exp(min(step / k, 700.0)))
    else:
        return 1.0
    return max(sampling["minimum"], rate)


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
    parser.add_argument("--data", help="what to train on; data.py explains the format")
    parser.add_argument("--model", default=here / "model.safetensors", help="the checkpoint (default: %(default)s)")
    parser.add_argument("--out", help="where to save (default: over the checkpoint)")
    parser.add_argument("--steps", type=int, default=1000, help="steps from now (default: %(default)s)")
    parser.add_argument("--save-every", type=int, default=0, help="steps between saves; 0: at the end (default)")
    parser.add_argument("--device", help="cpu, cuda, … (default: cuda if there is one)")
    parser.add_argument("--compile", action="store_true", help="compile the network (PyTorch 2)")
    parser.add_argument("--evaluate", action="store_true", help="measure the held-out data at the end")
    if hasattr(Data, "sample"):
        parser.add_argument("--sample", type=int, default=0, help="symbols to write at the end (default: %(default)s)")
        parser.add_argument("--prompt", default="", help="what the sample goes on from")
        parser.add_argument("--temperature", type=float, default=0.8, help="of the sample (default: %(default)s)")
    return parser.parse_args(arguments)


def main(arguments=None):
    """Returns the losses of the steps."""
    options = parse(arguments)
    if options.compile and not hasattr(torch, "compile"):
        raise SystemExit(f"--compile needs PyTorch 2; this is {torch.__version__}.")
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


LEFT_OUT = ("regularization", "averaging", "accumulate")  # of the configuration
NEW = {"step": 0, "epoch": 0, "evaluated": 0, "validationLoss": -1, "updates": 0, "best": 1e300, "bad": 0, "reductions": 0}


class Training:
    """The network with its data, its optimizer, and where it stands."""

    def __init__(self, options, world, rank, device, say):
        self.options, self.world, self.rank, self.device, self.say = options, world, rank, device, say
        arrays, self.metadata = read_safetensors(options.model)
        self.config = json.loads(self.metadata["config"])
        if options.data and "name" in self.config.get("dataset", {}):
            del self.config["dataset"]
            self.metadata["config"] = json.dumps(self.config)  # from now on the model learns from the file
        left_out = [name for name in LEFT_OUT if name in self.config]
        left_out += ["labelSmoothing"] if "labelSmoothing" in self.config.get("task", {}) else []
        left_out += ["optimizer.groups"] if "groups" in self.config["optimizer"] else []
        if left_out:
            say(f"Not part of this training: {', '.join(left_out)}.")
        self.data = Data(self.config, self.metadata, options.data)
        task = self.config.get("task", {})
        if task.get("feedbackSteps") or (task.get("name") == "regress" and "scheduledSampling" in self.config):
            say("Every step reads a true row here: task.feedbackSteps and scheduled sampling of rows are left out.")
        if task.get("carryState"):
            say("Examples are read whole here: task.carryState is left out.")
        if self.data.columns < world or (self.data.carries_state and self.data.columns % world):
            raise SystemExit(f"The batch of {self.data.columns} does not divide into {world} processes.")
        self.network = Network().to(device)
        self.named = load(self.network, arrays)
        self.optimizer = make_optimizer(self.config["optimizer"], list(self.named.values()))
        self.state = None
        self.go_on(arrays)
        torch.manual_seed(self.config["seed"] + self.progress["step"] * world + rank)
        self.shared = nn.parallel.DistributedDataParallel(self.network) if world > 1 else self.network
        if options.compile:
            self.shared = torch.compile(self.shared)

    def go_on(self, arrays):
        """Where the checkpoint stopped; with other data, at their start."""
        progress = json.loads(self.metadata.get("progress", "null"))
        if progress:  # the best weights so far are of the run before
            progress.pop("bestWeights", None)
            progress.pop("average", None)
        fingerprint = self.data.fingerprint(fnv)
        if progress and progress["text"] == fingerprint:
            if self.data.carries_state:
                state = restore_state(self.network, arrays, progress, self.data.columns, self.device)
                columns = slice(*(k * self.data.columns // self.world for k in (self.rank, self.rank + 1)))
                self.state = each_column(state, lambda value: value[:, columns])
        else:
            self.say("The data are new to this model: begins at their start.")
            progress = {**NEW, **(progress or {}), "cursor": 0, "clock": 0, "text": fingerprint}
        self.progress = progress
        restore_optimizer(self.optimizer, self.config["optimizer"], self.named, arrays, progress["updates"])

    def step(self):
        """One batch: forward, loss, backward, clipping, update. Returns the loss over all processes."""
        config, progress = self.config, self.progress
        inputs, targets, predictions = self.data.batch(progress, (self.rank, self.world))
        if not self.data.carries_state or progress["cursor"] == 0:
            self.state = None
        if "scheduledSampling" in config:
            self.network.teacher_forcing = teacher_forcing(config["scheduledSampling"], progress["step"])
        answers, after = self.shared(**moved(inputs, self.device), state=self.state)
        loss = self.data.measure(answers, moved(targets, self.device))[0] / max(predictions, 1)
        self.optimizer.zero_grad()
        (loss * self.world).backward()  # DistributedDataParallel takes the mean over the processes
        loss = loss.detach()
        if self.world > 1:
            dist.all_reduce(loss)
        norm, rate = self.update(loss)
        self.state = each_column(after, torch.Tensor.detach)
        self.data.advance(progress)
        progress.update(step=progress["step"] + 1, updates=progress["updates"] + 1)
        self.say(f"step {progress['step']}  loss {loss:.7f}  gradient norm {norm:.4f}  rate {rate:.3g}", flush=True)
        return loss.item()

    def update(self, loss):
        """Clips the gradients and changes the weights; returns the gradients' norm and the learning rate."""
        clip, settings = self.config["clip"], self.config["optimizer"]
        if clip["value"] > 0:
            nn.utils.clip_grad_value_(self.named.values(), clip["value"])
        norm = nn.utils.clip_grad_norm_(self.named.values(), clip["norm"] if clip["norm"] > 0 else math.inf)
        if not math.isfinite(loss.item() + norm.item()):
            raise SystemExit(f"Step {self.progress['step'] + 1}: loss {loss}, gradient norm {norm}.")
        rate = rate_at(self.config["schedule"], self.progress, settings["learningRate"], self.progress["step"])
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()
        return norm.item(), rate

    def validate(self):
        """Where a validation is due."""
        every, step = self.config["evaluateEvery"], self.progress["step"]
        if not every or step % every or not len(self.data.validation):
            return
        loss, accuracy = evaluate(self.network, self.data, "validation", self.device)
        observe(self.progress, self.config["schedule"]["patience"], loss)
        self.progress.update(evaluated=step, validationLoss=loss)
        self.say(f"step {step}  validation {described(loss, accuracy)}", flush=True)

    def save(self):
        carried = self.data.carries_state and self.state is not None
        whole = gathered(self.state, self.world) if carried else None
        if self.rank == 0:
            out = self.options.out or self.options.model
            save(out, self.named, self.metadata, self.config["optimizer"], self.optimizer, whole, self.progress,
                 self.config["batchSize"])
            self.say(f"saved {out}")


def train(options, world, rank, device, say):
    training, losses = Training(options, world, rank, device, say), []
    network, data = training.network, training.data
    for step in range(1, options.steps + 1):
        losses.append(training.step())
        training.validate()
        if step == options.steps or (options.save_every and training.progress["step"] % options.save_every == 0):
            training.save()
    for split in ("validation", "test") if options.evaluate else ():
        if len(getattr(data, split)):
            say(f"{split}: {described(*evaluate(network, data, split, device))}")
    if rank == 0 and getattr(options, "sample", 0):
        say(options.prompt + data.sample(network, options.prompt, options.sample, options.temperature, device))
    return losses


if __name__ == "__main__":
    main()
`;
