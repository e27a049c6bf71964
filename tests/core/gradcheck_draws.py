"""Drawn cases for the gradient check: any network of the grammar, any image, parameters on their way, near divergence too.

    drawn(7)                    a case, the same each time
    extreme(7)                  one of raw pixels, near divergence, of flat images, with ties, or with numbers below 1e-290
    drawn(7).check()            the check of its own gradients
    str(drawn(7))               the case as code
"""

import dataclasses
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from cnnviz.core.diagnosis.diagnosis import Diagnosis, diagnose
from cnnviz.core.diagnosis.reference_pass import ReferencePass
from cnnviz.core.gradcheck import KINK, SAFETY, TOLERANCE, WRONG, GradientCheck, check_gradients
from cnnviz.core.gradcheck.verdict import threshold
from cnnviz.core.network.layers.max_pooling import max_pool
from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.network import WEIGHTS, Network
from cnnviz.core.network.optimizers import OPTIMIZERS
from cnnviz.core.network.program_line import flatten
from cnnviz.core.setup.image_ids import PATTERNS
from cnnviz.data.images import load_image
from cnnviz.data.patterns import pattern
from cnnviz.words import Problem

ENTRIES = 1_500
"""Parameters of a network, at the most."""
EXTREMES = ("raw", "diverging", "flat", "ties", "tiny")
"""Kinds of cases in which round-off, ties or underflow decide."""
NORMALISATIONS = ("bn", "bn", "gn1")
"""Words of which several follow each other where the image is flat."""
IMAGES = ("flat", "two levels", "pattern", "drawn", "uniform", "normal", "photograph", "tiny")
ACTIVATIONS = ("sigmoid", "tanh", "relu", "identity")
MIXING = ("bn", "bn", "bn", "gn", "ln", "drop", "leaky", "leaky20")
"""Words of the networks that are drawn for several images."""
ENDS = (
    "softmax-ce", "softmax-ce", "sigmoid-ce", "sigmoid-bce", "softmax-mse", "sigmoid-mse", "tanh-mse", "relu-mse", "identity-mse", "mse",
)  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """All that a check needs, by a few words; `updates` of an optimizer are made first, as far as numbers stay finite, and all is `grown`.

    `faint` scales the pixels, and `coarse` rounds parameters and pixels to multiples of a quarter.
    """

    net: str
    shape: tuple[int, ...]
    image: str = "uniform"
    scale: str = "unit"
    weights: str = "normal"
    seed: int = 0
    targets: str = "class"
    opt: str = "gd"
    lr: float = 0.01
    updates: int = 0
    grown: float = 1.0
    images: int = 0
    faint: float = 1.0
    coarse: bool = False

    @cached_property
    def network(self) -> Network:
        return Network.parse(self.net)

    @cached_property
    def x(self) -> np.ndarray:
        rng = np.random.default_rng([self.seed, 1])
        pixels = np.stack([_pixels(self.image, self.shape, rng) for _ in range(self.images)]) if self.images else _pixels(self.image, self.shape, rng)
        pixels = (pixels * 255 if self.scale == "raw" else pixels) * self.faint
        return np.round(4 * pixels) / 4 if self.coarse else pixels

    @cached_property
    def given(self) -> dict[str, np.ndarray]:
        """Masks of some update."""
        return self.network.masks(self.x.shape, self.seed, 3)

    @cached_property
    def y(self) -> np.ndarray:
        rng, n = np.random.default_rng([self.seed, 3]), self.network.program(self.shape).shapes["o"][0]
        size = (self.images, n) if self.images else (n,)
        if self.targets == "class":
            return np.eye(n)[rng.integers(n, size=size[:-1])]
        if self.targets == "far" and self.network.loss_kind.name == "mse":
            return rng.normal(size=size) * 10.0 ** rng.integers(0, 5)
        if self.targets == "bits":
            return rng.integers(0, 2, size).astype(np.float64)
        return rng.random(size)

    @cached_property
    def params(self) -> Params:
        """After the updates; the last ones whose pass is finite."""
        optimizer, state = OPTIMIZERS[self.opt](self.lr), None
        result, program = [self.network.init(self.shape, self.weights, self.seed)], self.network.program(self.x.shape)
        with np.errstate(all="ignore"):
            for _ in range(self.updates):
                params, state = optimizer.step(result[-1], program.backward(result[-1], program.forward(result[-1], self.x, pass_inputs=self.given), self.y), state)
                if not all(np.isfinite(array).all() for array in params.values()):
                    break
                result.append(params)
            result.append(Params.of({name: array * self.grown for name, array in result[-1].items()}))
            if self.coarse:
                result.append(Params.of({name: np.round(4 * array) / 4 for name, array in result[-1].items()}))
            while len(result) > 1 and not self._is_finite(result[-1]):
                result.pop()
        return result[-1]

    def _is_finite(self, params: Params) -> bool:
        trace = self.network.forward(params, self.x, pass_inputs=self.given)
        every = (*trace.values(), *self.network.backward(params, trace, self.y).values(), np.array(self.network.loss(trace, self.y)))
        return all(np.isfinite(array).all() for array in every)

    @cached_property
    def gradients(self) -> dict[str, np.ndarray]:
        with np.errstate(all="ignore"):
            return dict(self.network.backward(self.params, self.network.forward(self.params, self.x, pass_inputs=self.given), self.y))

    def elsewhere(self, seed: int = 0) -> dict[str, np.ndarray]:
        """The gradients of another program that is right: each of its lines rounds off otherwise, and nothing is a tie."""
        rng, eps, program = np.random.default_rng(seed), np.finfo(float).eps, self.network.program(self.x.shape)

        def off(values, right):
            return right() * (1 + eps * rng.choice([-1, 1], right().shape))

        def no_tie(values, right):
            return np.full_like(right(), np.inf)

        lines = [line for line in program.forward_lines if line.function not in (max_pool, flatten)]  # these copy numbers
        with np.errstate(all="ignore"):
            forth = {line.target: no_tie if line.target.endswith(".bound") else off for line in lines}
            trace = program.forward(self.params, self.x, forth, self.given)
            result = program.backward(self.params, trace, self.y, {line.target: off for line in program.backward_lines})
            return {name: np.array(result[name]) for name in result}

    def diagnosis(self, gradients: dict[str, np.ndarray]) -> Diagnosis:
        """What is said of gradients of one's own."""
        program = self.network.program(self.x.shape)
        trace = program.forward(self.params, self.x, pass_inputs=self.given)
        return diagnose(ReferencePass(program, self.params, trace, self.y, OPTIMIZERS["gd"](0.1)), gradients)

    def check(self, *parameters: str, **more) -> GradientCheck:
        """Of these parameters; of all and of x where none is named."""
        names = parameters or [*self.params, "x"]
        return check_gradients(self.params, self.x, self.y, network=self.network, parameters=names, pass_inputs=self.given, **more)

    def __str__(self) -> str:
        changed = [f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if getattr(self, one.name) != one.default]
        return f"Drawn({', '.join(changed)})"


def drawn(number: int, mixing: bool = False) -> Drawn:
    """The case of this number; `mixing`: with normalisations, dropout and leaky ReLU in it, mostly of several images."""
    rng = np.random.default_rng([number, 23 if mixing else 17])
    net, shape = network_of(rng, mixing)
    images = int(rng.choice([0, 1, 2, 2, 3, 4, 8])) if mixing else 0
    raw = rng.random() < 0.4
    updates = int(rng.choice([0, 0, 1, 3, 10, 30, 100, 300]))
    return Drawn(
        net, shape[1:] if shape[0] == 1 and rng.random() < 0.5 and not images else shape,
        str(rng.choice(IMAGES)), "raw" if raw else "unit", str(rng.choice(WEIGHTS)), int(rng.integers(2**20)),
        str(rng.choice(["class", "class", "shares", "far", "bits"])), str(rng.choice(list(OPTIMIZERS))),
        float(f"{10.0 ** rng.uniform(-7 if raw else -4, 1):.2g}"), updates,
        float(f"{10.0 ** rng.choice([rng.uniform(0, 4), rng.uniform(0, 50)]):.2g}") if rng.random() < 0.1 else 1.0, images,
    )  # fmt: skip


def extreme(number: int) -> Drawn:
    """Return the case of this number in which one of EXTREMES, or two, make the check hard."""
    rng = np.random.default_rng([number, 29])
    kinds = {str(kind) for kind in rng.choice(EXTREMES, size=int(rng.integers(1, 3)))}
    case = drawn(number, mixing=bool(rng.random() < 0.5))
    if "raw" in kinds:
        case = dataclasses.replace(case, scale="raw", weights="he", lr=float(f"{10.0 ** rng.uniform(-2, 0):.2g}"))
    if "diverging" in kinds:
        case = dataclasses.replace(case, grown=float(f"{10.0 ** rng.uniform(0, 60):.2g}"), updates=int(rng.choice([0, 3, 30])))
    if "flat" in kinds:
        case = dataclasses.replace(_normalised(case, rng), image="flat")
    if "ties" in kinds:
        case = dataclasses.replace(case, coarse=True, image=str(rng.choice(["flat", "two levels", "pattern", "drawn", "uniform"])))
    if "tiny" in kinds:
        case = dataclasses.replace(_vanishing(case, rng), targets=str(rng.choice(["class", "bits", "far"])))
    return case


def _normalised(case: Drawn, rng: np.random.Generator) -> Drawn:
    """The case with a few normalisations in front."""
    words = [str(word) for word in rng.choice(NORMALISATIONS, size=int(rng.integers(0, 4)))]
    net = "-".join([*words, case.net])
    shape = case.shape if len(case.shape) == 3 else (1, *case.shape)
    return dataclasses.replace(case, net=net) if _fits(net, shape) else case


def _vanishing(case: Drawn, rng: np.random.Generator) -> Drawn:
    """The case with numbers so small that their products underflow: pixels, parameters, or a saturated sigmoid."""
    how = rng.choice(["pixels", "parameters", "sigmoid"])
    if how == "pixels":
        return dataclasses.replace(case, image="normal", faint=float(f"{10.0 ** rng.uniform(-320, -60):.2g}"))
    if how == "parameters":
        return dataclasses.replace(case, grown=float(f"{10.0 ** rng.uniform(-200, -10):.2g}"))
    net = "-".join([*str(rng.choice(["sigmoid", "conv1x3-sigmoid", "dense3-sigmoid"])).split("-"), "dense2", str(rng.choice(["sigmoid-mse", "softmax-mse", "sigmoid-ce"]))])
    if not _fits(net, case.shape):
        return case
    return dataclasses.replace(case, net=net, scale="raw", weights="he", grown=float(f"{rng.uniform(0.3, 30):.2g}"), updates=int(rng.choice([0, 10, 300])))


def network_of(rng: np.random.Generator, mixing: bool = False) -> tuple[str, tuple[int, ...]]:
    """A network and the shape of an image that it fits."""
    while True:
        shape = (int(rng.integers(1, 4)), *map(int, rng.integers(1, 10 if mixing else 17, 2)))
        net = _mixed(_text(rng, shape), rng) if mixing else _text(rng, shape)
        if _fits(net, shape):
            return net, shape


def _text(rng: np.random.Generator, shape: tuple[int, ...]) -> str:
    words: list[str] = []
    for _ in range(rng.integers(0, 6)):
        kind = rng.choice(["conv", "conv", "max", "avg", "activation", "activation"])
        k, stride = int(rng.integers(1, 5)), int(rng.choice([1, 1, 2, 3]))
        if kind == "conv":
            padding = rng.choice(["", "", "p1", "p2", "same", "full"])
            filters, dilation = rng.integers(1, 9 if rng.random() < 0.2 else 5), rng.choice(["", "", "", "d2", "d3"])
            words.append(f"conv{filters}x{k}{rng.choice(['', 'b'])}{f's{stride}' if stride > 1 else ''}{dilation}{padding}")
        else:
            words.append(str(rng.choice(ACTIVATIONS)) if kind == "activation" else f"{kind}{k}{f's{stride}' if stride != k else ''}")
    if rng.random() < 0.25:
        words += rng.choice(["gap", "gap-softmax", "gap-tanh", "gap-relu"]).split("-")
    dense = int(rng.integers(0, 4))
    for n in range(dense):
        words.append(f"dense{rng.integers(1, 11 if n == dense - 1 else 7)}")
        if n < dense - 1 and rng.random() < 0.7:
            words.append(str(rng.choice([*ACTIVATIONS, "softmax"])))
    return "-".join([*words, str(rng.choice(ENDS))])


def _mixed(net: str, rng: np.random.Generator) -> str:
    """The network with one to three of the other words put in, each anywhere before the loss and what merges with it."""
    words = net.split("-")
    for _ in range(rng.integers(1, 4)):
        word = str(rng.choice(MIXING))
        word += str(rng.integers(1, 5)) if word == "gn" else str(rng.integers(1, 91)) if word == "drop" else ""
        words.insert(int(rng.integers(0, max(1, len(words) - 1))), word)
    return "-".join(words)


def _fits(net: str, shape: tuple[int, ...]) -> bool:
    try:
        program = Network.parse(net).check(shape)
    except Problem:
        return False
    return sum(int(np.prod(parameter.shape)) for parameter in program.parameters.values()) <= ENTRIES


def _pixels(image: str, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Numbers in 0 … 1, but for "normal" and "tiny"."""
    size = shape[-2:]
    if image == "flat":
        return np.full(shape, float(rng.choice([0.0, 0.5, 1.0])))
    if image == "two levels":
        return np.round(rng.random(shape))
    if image in ("pattern", "photograph"):
        name = str(rng.choice(sorted(PATTERNS)))
        whole = pattern(name)[..., 0] / 255 if image == "pattern" else load_image(f"test-{rng.integers(20)}", "green", "unit")
        top, left = (int(rng.integers(0, 33 - n)) for n in size)
        return np.broadcast_to(whole[top : top + size[0], left : left + size[1]], shape).copy()
    if image == "drawn":
        strokes = np.zeros(size)
        strokes[rng.integers(size[0])] = strokes[:, rng.integers(size[1])] = 1.0
        return np.broadcast_to(strokes, shape).copy()
    return {"uniform": rng.random, "normal": rng.normal, "tiny": lambda size: rng.normal(size=size) * 1e-6}[image](size=shape)


DRAWS = {"drawn": drawn, "mixing": partial(drawn, mixing=True), "extreme": extreme}
"""Families of cases by name, each a function of a number."""


def false_alarm(case: Drawn) -> str:
    """What is called wrong of the case's own gradients, in words; "" where nothing is."""
    result = case.check()
    if not result.wrong:
        return ""
    worst = result.worst
    name = f"d{worst.parameter}[{','.join(map(str, worst.index))}]"
    bound = result.error_bound[worst.parameter][worst.index]
    return f"{result.wrong} of {result.count} entries; {name} is {worst.backward:.9g}, central {worst.central:.9g}, error bound {bound:.2g}"


def let_pass(case: Drawn, number: int) -> str:
    """What is not called wrong of gradients that are spoiled, one entry or all, by a share of 1e-5 to 1; "" where nothing is.

    An entry counts where what was added is beyond what a central difference can be off, and it is at no kink when it is right.
    """
    rng = np.random.default_rng([number, 19])
    name = str(rng.choice([*case.params, "x"]))
    right = case.gradients[f"d{name}"]
    share = float(rng.choice([-1, 1])) * 10 ** rng.uniform(-5, 0)
    at = (...,) if rng.random() < 0.5 else tuple(int(rng.integers(n)) for n in right.shape)
    wrong = right.copy()
    wrong[at] *= 1 + share
    result, kinks = case.check(name, gradients={name: wrong}), case.check(name).marks[name] == KINK
    with np.errstate(over="ignore"):
        least = np.maximum(threshold(result.error_bound[name]), TOLERANCE * np.maximum(np.abs(wrong), np.abs(right)))
        beyond = np.abs(wrong - right) > (1 + OFF / SAFETY) * least
    missed = beyond & (result.marks[name] != WRONG) & ~kinks
    if not any(kind in case.net for kind in ("relu", "leaky", "max")) and result.at_kinks:
        return f"{result.at_kinks} entries at kinks where there are none"
    return f"{missed.sum()} of {beyond.sum()} entries of d{name}, times {1 + share}" if missed.any() else ""


OFF = 0.5
"""Doubts that a central difference may be off by in the cases that are drawn: so near the bound an error may be let pass."""
