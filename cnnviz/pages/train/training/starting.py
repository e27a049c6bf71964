"""The job of a training for settings and a setup, and sentences on its start."""

import math
import re
from dataclasses import replace

from cnnviz.core.network.network import WEIGHTS, Network
from cnnviz.core.setup.filters import banks, filter_array
from cnnviz.core.setup.image_ids import DIGITS
from cnnviz.core.setup.kernels import KERNELS
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.training import Training
from cnnviz.data.training_data import describe, training_data
from cnnviz.pages.train.training.settings import Settings
from cnnviz.pages.train.training.trainer import Job
from cnnviz.words import Message, message

REPORTS = 60
"""Smallest number of reports of a training; each epoch ends with one."""


def job_of(setup: Setup, settings: Settings) -> Job:
    """Return the job of a training. Raise Problem if its images or its network are not available."""
    uses_small = setup.img.startswith("small") and {*settings.classes} <= {*DIGITS}
    data = training_data(settings.classes, "small" if uses_small else "")
    channel = settings.ch or setup.ch
    return Job(_training(setup, settings, data.names, data.train.pixels(channel).shape[1:]), data, channel)


def job_notes(setup: Setup, job: Job) -> list[Message]:
    """Return sentences on the training images and on the network's start."""
    return [describe(job.data), *start_words(setup, job.settings)]


def _training(setup: Setup, settings: Settings, names: tuple[str, ...], x_shape: tuple[int, ...]) -> Training:
    """Return the training of the setup's or another network, with an output per class. Raise Problem if it does not
    fit the images."""
    net = with_outputs(settings.net or setup.net, len(names))
    training = Training(
        weights=setup.w if setup.w in WEIGHTS else "normal", seed=setup.seed, learning_rate=settings.rate,
        batch=settings.batch, epochs=settings.epochs, shuffle=settings.seed, scale=setup.scale,
        net=net, opt=settings.opt, dtype=settings.dtype, classes=names,
        stride=1 if settings.net else setup.stride, padding=0 if settings.net else setup.pad,
        reports=settings.epochs * math.ceil(REPORTS / settings.epochs),
    )  # fmt: skip
    training.network.check(x_shape)
    bank = next(iter(banks(training.network, x_shape)), None)
    if settings.net or bank is None:
        return training
    try:
        return replace(training, f=tuple(filter_array(setup.f, bank).ravel().tolist()))
    except ValueError:  # typed for other channels, or no longer stored
        return training


def with_outputs(net: str, n: int) -> str:
    """Return a network's text with `n` outputs in its last layer with parameters.

    >>> with_outputs("conv1x3-sigmoid-dense2-sigmoid-mse", 10), with_outputs("conv4x3b-gap-softmax-ce", 3)
    ('conv1x3-sigmoid-dense10-sigmoid-mse', 'conv3x3b-gap-softmax-ce')
    """
    words = net.split("-")
    index = max(i for i, word in enumerate(words) if re.match("conv|dense", word))
    words[index] = re.sub(r"^(conv|dense)\d+", rf"\g<1>{n}", words[index])
    return str(Network.parse("-".join(words)))


def start_words(setup: Setup, training: Training) -> list[Message]:
    """Return sentences on the network's start."""
    is_own = training.net == with_outputs(setup.net, len(training.classes) or len(setup.y))
    notes = [message("ui.train.training.start.lesson" if is_own else "ui.train.training.start.another", net=training.net, weights=_weights(training))]
    if is_own and training.net != setup.net:
        notes.append(message("ui.train.training.start.outputs", net=training.net, n=len(training.classes)))
    if setup.w not in WEIGHTS:
        notes.append(message("ui.train.training.start.trained"))
    return [*notes, message("ui.train.training.start.exact")] if setup.deviations else notes


def _weights(training: Training) -> Message:
    return message(f"ui.train.training.start.{training.weights}", seed=training.seed)


def start_of(job: Job, setup: Setup) -> Setup:
    """Return `setup` as it was when `job` started: with the same image and the job's network."""
    start = job.settings
    query = {
        "net": start.net, "w": start.weights, "seed": start.seed, "stride": start.stride, "pad": start.padding,
        "ch": job.channel, "scale": start.scale, "rule": "exact",
    }  # fmt: skip
    if start.classes and start.net != setup.net:
        query["classes"] = ",".join(start.classes)
    if text := _filters(start, job):
        query["f"] = text
    return setup.start.with_query({name: str(value) for name, value in query.items()})[0].start


def _filters(training: Training, job: Job) -> str:
    """Return the initial filters of a training, as an address has them."""
    bank = next(iter(banks(training.network, job.data.train.pixels(job.channel).shape[1:])), None)
    if not training.f or bank is None:
        return ""
    size = bank.size if len(training.f) % bank.size == 0 else len(training.f)
    return ";".join(",".join(map(repr, training.f[start : start + size])) for start in range(0, len(training.f), size))


def job_words(job: Job) -> Message:
    """Describe the job of a training, since the form may have changed after its start."""
    settings = job.settings
    f = settings.f[:9]
    return message(
        "ui.train.training.job",
        classes=message("data.training.two", a=job.data.words[0], b=job.data.words[1]) if len(job.data.names) == 2
        else message("data.training.several", names=job.data.words),
        images=message("ui.train.training.images", n=len(job.data.train)),
        epochs=message("ui.train.training.epochs", n=settings.epochs),
        batch=settings.batch,
        rate=settings.learning_rate,
        opt=settings.opt,
        dtype=settings.dtype,
        net=settings.net,
        shuffle=settings.shuffle,
        kernel=next((name for name, kernel in KERNELS.items() if kernel == f), f) if f else message("lesson.drawn"),
        weights=_weights(settings),
        channel=message(f"web.channels.{job.channel}"),
        pixels=message(f"ui.train.training.pixels.{settings.scale}"),
        stride=settings.stride,
        padding=settings.padding,
    )  # fmt: skip
