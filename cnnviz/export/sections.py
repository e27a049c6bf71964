"""A lesson as a short text with code, section by section: what the script and the notebook are made of.

The code has the symbols of cnnviz.core and its operations in the same order, so that it prints the
same numbers; a lesson with deviations gets the notebook's lines in their places.
"""

from __future__ import annotations

import base64
import inspect
import textwrap
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np

from cnnviz.core.lesson import Lesson
from cnnviz.core.notebook import DEVIATION_TABLE
from cnnviz.core.ops import conv2d_shape, pad_widths
from cnnviz.export.arrays import BACKWARD, FORWARD, UPDATE, describe


@dataclass(frozen=True)
class Section:
    """A title, words in plain sentences, formulas in LaTeX, and the code that they are about."""

    title: str
    words: str
    formulas: tuple[str, ...]
    code: str


def sections(lesson: Lesson, pixels: np.ndarray) -> tuple[Section, ...]:
    """The lesson's code on an image, in the order in which it runs.

    `pixels` (H,W,3) or one channel (H,W), uint8. Raises ValueError for others, and where the kernel does not fit.
    """
    pixels = np.asarray(pixels)
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,)):
        raise ValueError(f"sections: pixels are {pixels.dtype} {pixels.shape}; they need to be uint8 (H, W, 3) or (H, W)")
    rows, columns = conv2d_shape(pixels.shape[:2], (3, 3), lesson.stride, lesson.pad)
    return (
        _image(lesson, pixels),
        _start(lesson, rows * columns),
        _convolution(lesson, pixels.shape[:2], rows, columns),
        _SIGMOID,
        _forward(lesson.deviations, rows, columns),
        _LOSS,
        _backward(lesson.deviations, rows, columns),
        _update(lesson.deviations),
        _training(lesson),
        _PRINTING,
        _numbers_forward(lesson.deviations),
        _numbers_backward(pixels.shape[:2]),
        _numbers_update(),
    )


def introduction(lesson: Lesson) -> str:
    """What this is, in plain lines: the lesson's network, its link, and where its rule deviates."""
    query = lesson.to_query()
    if lesson.img.startswith("upload-"):
        del query["img"]  # the pixels stand in the code
    name = "your own picture" if "img" not in query else lesson.img
    lines = [
        f"{name}, {lesson.ch} channel, {_updates(lesson.k)}: one lesson of cnnviz in plain NumPy.",
        "",
        "    x (H,W) --conv f (3,3)--> z1 --σ--> a1 --flatten--> v (D,) --w (D,2), b (2,)--> z2 --σ--> o (2,)",
        "    L = mean((o - y)²)",
        "",
        "It needs NumPy alone and prints what cnnviz shows, to the last digit; another processor may differ there.",
        f"The lesson: ?{urlencode(query, safe=',')}",
    ]
    if lesson.deviations:
        lines += ["", f"Its rule is {lesson.rule}, which leaves the exact step in these places:"]
        lines += [f"- {name}: {DEVIATION_TABLE[name].effect}" for name in DEVIATION_TABLE if name in lesson.deviations]
    return "\n".join(lines)


def _updates(k: int) -> str:
    return {0: "before the first update", 1: "after 1 update"}.get(k, f"after {k} updates")


def _image(lesson: Lesson, pixels: np.ndarray) -> Section:
    gray = lesson.ch == "gray" and pixels.ndim == 3
    if pixels.ndim == 3 and not gray:
        pixels = pixels[..., ("red", "green", "blue").index(lesson.ch)]
    packed = textwrap.fill(base64.b64encode(zlib.compress(pixels.tobytes(), 9)).decode("ascii"), 100)
    unpack = f"np.frombuffer(zlib.decompress(base64.b64decode(packed)), np.uint8).reshape{pixels.shape}"
    code = ["import base64", "import zlib", "", "import numpy as np", "", f'packed = """\n{packed}\n"""', ""]
    if gray:
        code += [f"red, green, blue = np.moveaxis({unpack}.astype(float), -1, 0)"]
        code += ["x = 0.299 * red + 0.587 * green + 0.114 * blue"]
    else:
        code += [f"pixels = {unpack}", "x = pixels.astype(float)"]
    code += ["x = x / 255"] if lesson.scale == "unit" else []
    left = r"0.299\,R + 0.587\,G + 0.114\,B" if gray else r"\text{pixel}"
    words = f"{'All three channels' if gray else 'One channel'} of the image: bytes, compressed and written in base64."
    formula = rf"x = ({left}) / 255" if lesson.scale == "unit" else f"x = {left}"
    return Section("The image", words, (formula,), "\n".join(code))


def _start(lesson: Lesson, d: int) -> Section:
    normal = f"np.random.default_rng({lesson.seed}).normal(size=({d}, 2)) / np.sqrt({d})"
    code = f"""
f = np.array({lesson.kernel.tolist()})
w = {normal if lesson.w == "normal" else f"np.zeros(({d}, 2))"}
b = np.zeros(2)
y = np.array({list(lesson.y)})
learning_rate = {lesson.lr!r}
updates = {lesson.k}
"""
    words = "The kernel f, a weight w for each unit and output, the bias b, the targets y and the learning rate."
    return Section("The start", words, (r"w \sim N(0, 1/D)" if lesson.w == "normal" else "w = 0", "b = 0"), code)


def _convolution(lesson: Lesson, shape: tuple[int, ...], rows: int, columns: int) -> Section:
    before, after = pad_widths(3, lesson.pad)
    code = f'''
stride, before, after = {lesson.stride}, {before}, {after}
rows, columns = {rows}, {columns}


def windows(x):
    """A row for each kernel weight (u,v): the pixel under it at every place, (9, D)."""
    padded = np.pad(x, (before, after))
    views = [padded[u:, v:][: stride * rows : stride, : stride * columns : stride] for u in range(3) for v in range(3)]
    return np.stack([view.reshape(-1) for view in views])


def conv2d(x, f):
    """z1[i,j] = Σ x[s·i + u - p, s·j + v - p] · f[u,v], the kernel not flipped."""
    return (f.reshape(-1) @ windows(x)).reshape(rows, columns)


def conv2d_df(x, dz1):
    """df[u,v] = Σ x[s·i + u - p, s·j + v - p] · dz1[i,j]."""
    return (windows(x) @ dz1.reshape(-1)).reshape(3, 3)
'''
    words = "The kernel slides over the image, with p zeros around it and in steps of s. Each weight saw a window of x."
    formulas = (
        r"z_1[i,j] = \sum_{u,v} x[s i + u - p,\, s j + v - p] \cdot f[u,v]",
        r"\partial f[u,v] = \sum_{i,j} x[s i + u - p,\, s j + v - p] \cdot \partial z_1[i,j]",
    )
    return Section("The convolution and its gradient", words, formulas, code)


_SIGMOID = Section(
    "The sigmoid and its slope",
    "The slope is taken from the activation. Where e^(-z) overflows, 1/∞ = 0 is the right answer.",
    (r"\sigma(z) = \frac{1}{1 + e^{-z}}", r"\sigma' = a\,(1 - a)"),
    """
def sigmoid(z):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def sigmoid_prime(a):
    return a * (1 - a)
""",
)

_LOSS = Section(
    "The loss",
    "The mean of the squared distances between outputs and targets.",
    (r"L = \frac{1}{N} \sum_n (o_n - y_n)^2",),
    """
def mse(o, y):
    return (o - y) @ (o - y) / o.size
""",
)


def _lines(on: Iterable[str], *table: tuple[str, str, str]) -> str:
    """Indented lines of code with what they are, a table of (when, code, comment).

    A line stands always, only with a deviation ("name"), or only without it ("-name").
    """
    chosen = []
    for when, code, comment in table:
        if not when or (when in on if when[0] != "-" else when[1:] not in on):
            chosen.append((code, f"{comment}  {when}".strip() if when in on else comment))
    width = max(len(code) for code, _ in chosen)
    return "\n".join(f"    {code:<{width}}  # {comment}" for code, comment in chosen)


def _forward(on: frozenset[str], rows: int, columns: int) -> Section:
    units = f"({rows}, {columns})"
    body = _lines(
        on,
        ("", "z1 = conv2d(x, f)", units),
        ("double_conv", "z1 = z1 + z1", units),
        ("short_loop", "z1[-1, :] = z1[:, -1] = 0", units),
        ("", "a1 = sigmoid(z1)", units),
        ("", "v = a1.reshape(-1)", f"({rows * columns},)"),
        ("", "z2 = v @ w + b", "(2,)"),
        ("", "o = sigmoid(z2)", "(2,)"),
    )
    formulas = (r"z_1 = x * f", r"a_1 = \sigma(z_1)", r"v = \text{flatten}(a_1)", r"z_2 = v\,w + b", r"o = \sigma(z_2)")
    words = "Every value from the image to the outputs."
    return Section("Forward", words, formulas, f"def forward(f, w, b):\n{body}\n    return z1, a1, v, z2, o")


def _backward(on: frozenset[str], rows: int, columns: int) -> Section:
    units, weights = f"({rows}, {columns})", f"({rows * columns}, 2)"
    s = "np.append(v, 1.0)"
    body = _lines(
        on,
        ("", "do = 2 / o.size * (o - y)", "(2,)"),
        ("", "dz2 = do * sigmoid_prime(o)", "(2,)  also db"),
        ("", "dw = np.outer(v, dz2)", weights),
        ("update_first", "w = w - learning_rate * dw", weights),
        ("", "da1 = (w @ dz2).reshape(a1.shape)", units),
        ("-scalar_sigmoid", "dz1 = da1 * sigmoid_prime(a1)", units),
        ("scalar_sigmoid", f"dz1 = da1 * np.dot({s}, 1 - {s})", units),
        ("-one_pixel", "df = conv2d_df(x, dz1)", "(3, 3)"),
        ("one_pixel", "df = (x[:3, :3, None] * dz1.reshape(-1)).sum(axis=-1)", "(3, 3)"),
        ("integer_gradient", "df = np.trunc(df) + 0.0", "(3, 3)"),
    )
    formulas = (
        r"\partial o = 2\,(o - y) / N",
        r"\partial z_2 = \partial o \cdot o\,(1 - o), \quad \partial b = \partial z_2",
        r"\partial w = v^T\, \partial z_2",
        r"\partial a_1 = w\, \partial z_2",
        r"\partial z_1 = \partial a_1 \cdot a_1\,(1 - a_1)",
        r"\partial f[u,v] = \sum_{i,j} x[s i + u - p,\, s j + v - p] \cdot \partial z_1[i,j]",
    )
    words = "The forward pass, reversed, one line a stage: d<name> is ∂L/∂<name> and has its shape."
    if on:
        words += " The formulas are the exact ones; the lines that name a deviation are the notebook's."
    code = f"def backward(w, a1, v, o):\n{body}\n    return do, dz2, dw, dz2, da1, dz1, df"
    return Section("Backward", words, formulas, code)


def _update(on: frozenset[str]) -> Section:
    body = _lines(
        on,
        ("", "f = f - learning_rate * df", "(3, 3)"),
        ("integer_kernel", "f = np.trunc(f) + 0.0", "(3, 3)"),
        ("", "w = w - learning_rate * dw", "(D, 2)"),
        ("", "b = b - learning_rate * db", "(2,)"),
    )
    words = "Kernel, weights and bias each move against their gradient."
    formula = r"\theta \leftarrow \theta - \eta\, \partial\theta \quad \text{for } f, w, b"
    return Section("The update", words, (formula,), f"def update(f, w, b, df, dw, db):\n{body}\n    return f, w, b")


_FRESH = "w, b = np.zeros_like(w), np.zeros_like(b)  # fresh_weights\n"
_PASS = "z1, a1, v, z2, o = forward(f, w, b)\n"
_BACK = "do, dz2, dw, db, da1, dz1, df = backward(w, a1, v, o)\n"
_STEP = "f, w, b = update(f, w, b, df, dw, db)\n"


def _training(lesson: Lesson) -> Section:
    fresh = _FRESH if "fresh_weights" in lesson.deviations else ""
    body = textwrap.indent(f"{fresh}{_PASS}losses.append(mse(o, y))\n{_BACK}{_STEP}", "    ")
    words = f"Forward, backward and update, {lesson.k} times."
    return Section("Training", words, (r"f, w, b \leftarrow \text{update}",), f"losses = []\nfor _ in range(updates):\n{body}")


_PRINTING = Section(
    "How numbers are printed",
    "Small arrays whole; large ones as their shape, least, most and mean.",
    (r"\text{mean}\; z = \frac{1}{n} \sum z",),
    inspect.getsource(describe),
)


def _prints(names: Iterable[str], suffix: str = "") -> str:
    return "\n".join(f'print(describe("{name}{suffix}", {name}))' for name in names)


def _numbers_forward(on: frozenset[str]) -> Section:
    fresh = _FRESH if "fresh_weights" in on else ""
    code = f"{fresh}{_PASS}L = mse(o, y)\nlosses.append(L)\n\n{_prints(FORWARD)}"
    return Section("The numbers: forward", "The next pass, from the image to the loss.", (r"L(f, w, b)",), code)


def _numbers_backward(shape: tuple[int, ...]) -> Section:
    height, width = shape
    code = f"""
{_BACK}
shares = np.zeros(({height} + before + after, {width} + before + after))
for u in range(3):
    for column in range(3):
        shares[u:, column:][: stride * rows : stride, : stride * columns : stride] += f[u, column] * dz1
dx = shares[before : before + {height}, before : before + {width}]

{_prints(BACKWARD)}
"""
    words = "Its gradients, and how the loss moves with each pixel: a weight hands its share back to each that it touched."
    formula = r"\partial x[r,c] = \sum \partial z_1[i,j] \cdot f[u,v] \;\text{ over } s i + u - p = r,\; s j + v - p = c"
    return Section("The numbers: backward", words, (formula,), code)


def _numbers_update() -> Section:
    words = "What the next update leaves."
    return Section("The numbers: update", words, (r"\theta - \eta\, \partial\theta",), f"{_STEP}\n{_prints(UPDATE, ' next')}")
