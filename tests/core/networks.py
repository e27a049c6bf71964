"""Networks to try things on: those of the courses, others that use what no course does, and random ones.

    @given(cases())
    def test_…(case):
        trace = case.network.forward(case.params, case.x)
"""

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from hypothesis import strategies as st

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.network import DEFAULT, Network
from cnnviz.words import Problem

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Case:
    """A network, an image of some shape (C,H,W) or (H,W), and numbers drawn from a seed: all that a pass needs."""

    text: str
    x_shape: Shape
    seed: int = 0

    @cached_property
    def network(self) -> Network:
        return Network.parse(self.text)

    @cached_property
    def x(self) -> np.ndarray:
        return np.random.default_rng([self.seed, 1]).normal(size=self.x_shape)

    @cached_property
    def params(self) -> Params:
        """As the network starts, with biases that are not 0."""
        start, rng = self.network.init(self.x_shape, seed=self.seed), np.random.default_rng([self.seed, 2])
        return Params.of({name: rng.normal(size=a.shape) / 4 if name[0] == "b" else a for name, a in start.items()})

    @cached_property
    def y(self) -> np.ndarray:
        """Targets that the loss can take; they do not sum to 1."""
        return np.random.default_rng([self.seed, 3]).random(self.network.program(self.x_shape).shapes["o"])

    def __str__(self) -> str:
        return f"{self.text} on {'×'.join(map(str, self.x_shape))}"


@dataclass(frozen=True)
class Batch(Case):
    """The same on several images: `x_shape` (m,C,H,W), and what a pass is given."""

    @cached_property
    def params(self) -> Params:
        """As the network starts, with numbers of their own in place of ones and zeros."""
        start, rng = self.network.init(self.x_shape[1:], seed=self.seed), np.random.default_rng([self.seed, 2])
        return Params.of({name: (name[0] == "g") + rng.normal(size=a.shape) / 4 if name[0] in "bgs" else a for name, a in start.items()})

    @cached_property
    def y(self) -> np.ndarray:
        outputs = self.network.program(self.x_shape).shapes["o"]
        return np.random.default_rng([self.seed, 3]).random((self.x_shape[0], *outputs))

    @cached_property
    def given(self) -> dict[str, np.ndarray]:
        """Masks of some update, and running numbers."""
        rng = np.random.default_rng([self.seed, 4])
        kept = {name: array + rng.random(array.shape) for name, array in self.network.buffers(self.x_shape).items()}
        return {**kept, **self.network.masks(self.x_shape, self.seed, 3)}


COURSES = {
    "CS231n": Case("conv32x7b-relu-max2-dense100-relu-dense10-softmax-ce", (3, 32, 32)),
    "minitorch": Case("conv4x3b-relu-conv8x3b-relu-max4-dense64-relu-dense10-softmax-ce", (28, 28)),
    "Deep Learning from Scratch": Case("conv30x5b-relu-max2-dense100-relu-dense10-softmax-ce", (28, 28)),
    "vzhou842": Case("conv8x3-max2-dense10-softmax-ce", (28, 28)),
    "TheIndependentCode": Case("conv5x3b-sigmoid-dense100-sigmoid-dense2-sigmoid-bce", (28, 28)),
    "Alescontrela": Case("conv8x5b-relu-conv8x5b-relu-max2-dense128-relu-dense10-softmax-ce", (28, 28)),
    "DeepLearnToolbox": Case("conv6x5b-sigmoid-avg2-conv12x5b-sigmoid-avg2-dense10-sigmoid-mse", (28, 28)),
    "LeNet": Case(
        "conv6x5b-sigmoid-avg2-conv16x5b-sigmoid-avg2-dense120-sigmoid-dense84-sigmoid-dense10-softmax-ce", (32, 32)
    ),
    "PyTorch": Case(
        "conv6x5b-relu-max2-conv16x5b-relu-max2-dense120-relu-dense84-relu-dense10-softmax-ce", (3, 32, 32)
    ),
    "Keras": Case("conv32x3b-relu-max2-conv32x3b-relu-max2-dense10-softmax-ce", (28, 28)),
    "Tiny VGG": Case(
        "conv10x3b-relu-conv10x3b-relu-max2-conv10x3b-relu-conv10x3b-relu-max2-dense10-softmax-ce", (3, 32, 32)
    ),
    "deeplearning.ai": Case("conv8x3bs2p2-max2-conv4x2b-avg2-dense6-softmax-ce", (3, 16, 16)),
    "the notebook": Case(DEFAULT, (32, 32)),
}
"""Every network of a course, by the course, on an image as it has them."""

OTHERS = [
    Case("conv3x3b-relu-max3s2-dense4-softmax-ce", (9, 12)),  # windows that overlap
    Case("conv3x3b-relu-max2s3-dense4-softmax-ce", (2, 11, 9)),  # windows with gaps between them
    Case("conv2x3-tanh-avg3s1-conv3x2-tanh-avg2s3-dense3-tanh-mse", (3, 12, 10)),
    Case("max3s2-conv2x3b-tanh-dense1-sigmoid-bce", (3, 13, 10)),  # a pool first, one output
    Case("conv4x3full-relu-conv3x3b-gap-softmax-ce", (3, 6, 8)),
    Case("conv4x5bs2p2-relu-conv2x5s2full-tanh-dense3-sigmoid-bce", (3, 11, 14)),
    Case("conv3x4bsame-relu-conv2x2same-sigmoid-conv2x6s3same-dense2-sigmoid-mse", (2, 7, 9)),  # even kernels
    Case("relu-conv2x3-max2-dense2-mse", (8, 7)),  # an activation first, a loss after dense
    Case("sigmoid-dense3-softmax-mse", (3, 4, 5)),
    Case("dense3-sigmoid-ce", (4, 5)),
    Case("dense2-mse", (1, 1)),
    Case("tanh-dense6-softmax-dense5-relu-dense3-softmax-ce", (3, 5, 4)),  # a hidden softmax, dense only
    Case("conv1x1-identity-dense2-identity-mse", (5, 3)),
    Case("conv3x7s8p6-identity-dense2-sigmoid-ce", (2, 20, 9)),  # a stride that jumps over pixels
    Case("conv5x3b-tanh-gap-mse", (6, 5)),
    Case("conv3x3bd2-relu-conv2x2s2d3same-tanh-dense3-softmax-ce", (3, 12, 11)),  # pixels that lie apart
    Case("conv2x3d2p1-sigmoid-conv2x3s3d2full-dense2-sigmoid-mse", (9, 10)),
    Case("conv2x3-leaky-max2-conv3x2b-leaky30-dense4-leaky99-dense2-leaky50-mse", (3, 9, 8)),
    Case("conv6x5s4-relu-gap-dense4-tanh-dense10-sigmoid-bce", (3, 9, 8)),
    Case("conv2x1b-relu-conv2x2b-relu-conv2x3bp1-relu-conv1x3b-max8s1-avg1-dense2-softmax-ce", (13, 12)),
    Case("avg2-max2-relu-sigmoid-tanh-identity-conv3x2-relu-dense2-tanh-softmax-mse", (3, 12, 9)),
]
"""What no course does."""

ALL = {**COURSES, **{case.text: case for case in OTHERS}}
"""All of the above, by name."""



def network_with(layer: str) -> str:
    """A network with this layer between others: behind maps if it takes them, else behind a row."""
    for text in (f"conv6x5s4-{layer}-dense2-mse", f"conv6x5s4-gap-{layer}-dense2-mse"):
        with suppress(Problem):
            Network.parse(text).program((32, 32))
            return text
    raise ValueError(f"No network has a place for {layer}")


ELEMENTWISE = ["sigmoid", "tanh", "relu", "leaky", "leaky20", "identity"]


@st.composite
def cases(draw, kinds: tuple[str, ...] | None = None) -> Case:
    """A random network of a few small layers that fits its image; `kinds` narrows what may come before the row."""
    x_shape = draw(st.tuples(st.integers(1, 3), st.integers(4, 11), st.integers(4, 11)))
    words, (channels, *size) = [], x_shape
    for kind in draw(st.lists(st.sampled_from(kinds or ("conv", "conv", "conv", "max", "avg", *ELEMENTWISE)), max_size=6)):
        word, (channels, *size) = _map_layer(draw, kind, channels, size, sum(word[:4] == "conv" for word in words))
        words += [word] if word else []
    learns = any(word[:4] == "conv" for word in words)
    words += draw(_rows(learns))
    last, loss = draw(st.sampled_from(ENDS))
    shape = x_shape[1:] if x_shape[0] == 1 and draw(st.booleans()) else x_shape
    return Case("-".join([*words, *([last] if last else []), loss]), shape, draw(st.integers(0, 2**20)))


ENDS = [
    ("softmax", "ce"), ("sigmoid", "ce"), ("sigmoid", "bce"),
    ("softmax", "mse"), ("sigmoid", "mse"), ("tanh", "mse"), ("relu", "mse"), ("leaky20", "mse"), ("identity", "mse"), ("", "mse"),
]  # fmt: skip
"""The last activation and the loss."""


def _map_layer(draw, kind: str, channels: int, size: list[int], convs: int) -> tuple[str, tuple[int, ...]]:
    """A layer that fits a map, or no word, and the shape behind it."""
    if kind in ELEMENTWISE:
        return kind, (channels, *size)
    if kind == "conv" and convs < 4:
        k, zeros, padding = draw(st.sampled_from(PADDED))
        filters, stride, bias = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.sampled_from(["", "b"]))
        dilation = draw(st.sampled_from([1, 1, 2, 3]))
        apart = f"{f's{stride}' if stride > 1 else ''}{f'd{dilation}' if dilation > 1 else ''}"
        word, channels_after = f"conv{filters}x{k}{bias}{apart}{padding}", filters
        zeros, k = zeros * dilation if padding in ("same", "full") else zeros, dilation * (k - 1) + 1
    elif kind != "conv":
        k, stride, zeros, channels_after = draw(st.integers(1, 3)), draw(st.integers(1, 3)), 0, channels
        word = f"{kind}{k}{f's{stride}' if stride != k else ''}"
    else:
        return "", (channels, *size)
    after = [(n + zeros - k) // stride + 1 for n in size]
    return (word, (channels_after, *after)) if min(n + zeros - k for n in size) >= 0 else ("", (channels, *size))


MIXING = ["bn", "bn", "gn1", "drop30", "drop50", "drop40m"]


@st.composite
def batches(draw) -> Batch:
    """A random network with layers that mix or drop numbers, on one to four images."""
    one = draw(cases())
    words, m = one.text.split("-"), draw(st.integers(1, 4))
    shape = one.x_shape if len(one.x_shape) == 3 else (1, *one.x_shape)
    for _ in range(draw(st.integers(1, 3))):
        words.insert(draw(st.integers(0, len(words) - (2 if words[-2] in ("softmax", "sigmoid") else 1))), draw(st.sampled_from(MIXING)))
    return Batch("-".join(words), (m, *shape), one.seed)


PADDED = [(k, zeros, text) for k in (1, 2, 3, 4, 5) for zeros, text in ((0, ""), (2, "p1"), (4, "p2"), (k - 1, "same"), (2 * k - 2, "full"))]


@st.composite
def _rows(draw, learns: bool) -> list[str]:
    """Dense layers with activations between them, or gap, or both."""
    words = ["gap"] if draw(st.booleans()) else []
    count = draw(st.integers(0 if words and learns else 1, 3))
    for n in range(count):
        words.append(f"dense{draw(st.integers(1, 6))}")
        if n < count - 1:
            words += draw(st.lists(st.sampled_from([*ELEMENTWISE, "softmax"]), max_size=1))
    return words
