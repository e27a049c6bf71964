"""A lesson as a short text with code, section by section: what the script and the notebook are made of."""

from __future__ import annotations

import base64
import inspect
import textwrap
import zlib
from collections.abc import Iterable
from urllib.parse import urlencode

import numpy as np

from cnnviz.core.kept import kept
from cnnviz.core.lesson import CHANNELS, Lesson
from cnnviz.core.notebook import DEVIATION_TABLE
from cnnviz.core.ops import conv2d_shape
from cnnviz.data.images import LUMA
from cnnviz.export.arrays import BACKWARD, FORWARD, UPDATE, describe
from cnnviz.export.passes import (
    LOSS,
    SIGMOID,
    Section,
    backward_section,
    convolution_section,
    forward_section,
    update_section,
)


def sections(lesson: Lesson, pixels: np.ndarray) -> tuple[Section, ...]:
    """The lesson's code on an image, in the order in which it runs.

    `pixels` (H,W,3) or one channel (H,W), uint8. Raises ValueError for others, and where the kernel does not fit.
    """
    pixels = np.asarray(pixels)
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,)):
        raise ValueError(f"sections: pixels are {pixels.dtype} {pixels.shape}; it needs uint8 (H, W, 3) or (H, W)")
    rows, columns = conv2d_shape(pixels.shape[:2], (3, 3), lesson.stride, lesson.pad)
    return (
        _image(lesson, pixels),
        _start(lesson, rows * columns),
        convolution_section(lesson, rows, columns),
        SIGMOID,
        forward_section(lesson.deviations, rows, columns),
        LOSS,
        backward_section(lesson.deviations, rows, columns),
        update_section(lesson.deviations),
        _training(lesson),
        _PRINTING,
        _numbers_forward(lesson.deviations),
        _numbers_backward(pixels.shape[:2]),
        _numbers_update(),
    )


def introduction(lesson: Lesson) -> str:
    """What this is, in plain lines: the lesson's network, its link, and where its rule deviates."""
    query = lesson.to_query()
    own = {"img": lesson.img.startswith("upload-"), "w": lesson.w.startswith("held-")}  # these stand in the code
    name = "your own picture" if own["img"] else lesson.img
    settings = urlencode({key: text for key, text in query.items() if not own.get(key)}, safe=",")
    lines = [
        f"{name}, {lesson.ch} channel, {lesson.when}: one lesson of cnnviz in plain NumPy.",
        "",
        "    x (H,W) --conv f (3,3)--> z1 --σ--> a1 --flatten--> v (D,) --w (D,2), b (2,)--> z2 --σ--> o (2,)",
        "    L = mean((o - y)²)",
        "",
        "It needs NumPy alone and prints what cnnviz shows, to the last digit; another processor or NumPy may differ there.",
        f"Its settings: {settings}" if any(own.values()) else f"The lesson: ?{settings}",
    ]
    if lesson.deviations:
        lines += ["", f"Its rule is {lesson.rule}, which leaves the exact step in these places:"]
        effects = [f"- {name}: {DEVIATION_TABLE[name].effect}" for name in DEVIATION_TABLE if name in lesson.deviations]
        lines += [textwrap.fill(effect, 110, subsequent_indent="  ") for effect in effects]
    return "\n".join(lines)


def _image(lesson: Lesson, pixels: np.ndarray) -> Section:
    gray = lesson.ch == "gray" and pixels.ndim == 3
    if pixels.ndim == 3 and not gray:
        pixels = pixels[..., CHANNELS.index(lesson.ch)]
    packed = textwrap.fill(base64.b64encode(zlib.compress(pixels.tobytes(), 9)).decode("ascii"), 100)
    code = ["import base64", "import zlib", "", "import numpy as np", "", f'packed = """\n{packed}\n"""']
    code += [f"pixels = np.frombuffer(zlib.decompress(base64.b64decode(packed)), np.uint8).reshape{pixels.shape}"]
    if gray:
        code += ["red, green, blue = pixels.astype(float).transpose(2, 0, 1)"]
        code += [f"x = {LUMA[0]} * red + {LUMA[1]} * green + {LUMA[2]} * blue"]
    else:
        code += ["x = pixels.astype(float)"]
    code += ["x = x / 255"] if lesson.scale == "unit" else []
    left = rf"{LUMA[0]}\,R + {LUMA[1]}\,G + {LUMA[2]}\,B" if gray else r"\text{pixel}"
    words = f"{'All three channels' if gray else 'One channel'} of the image: bytes, compressed and written in base64."
    formula = rf"x = ({left}) / 255" if lesson.scale == "unit" else f"x = {left}"
    return Section("The image", words, (formula,), "\n".join(code))


def _start(lesson: Lesson, d: int) -> Section:
    weights, words, formula = _starting_weights(lesson, d)
    code = f"""
f = np.array({lesson.kernel.tolist()})
{weights}
y = np.array({list(lesson.y)})
learning_rate = {lesson.lr!r}
updates = {lesson.k}
"""
    words = f"The kernel f, a weight w for each unit and output, the bias b, the targets y and the learning rate.{words}"
    return Section("The start", words, (formula, "b = 0" if "held" not in lesson.w else "b = b_0"), code)


def _starting_weights(lesson: Lesson, d: int) -> tuple[str, str, str]:
    """Code, words and formula of w and b before the first update."""
    if lesson.w == "zeros":
        return f"w = np.zeros(({d}, 2))\nb = np.zeros(2)", "", "w = 0"
    if lesson.w == "normal":
        draw = f"np.random.default_rng({lesson.seed}).normal(size=({d}, 2)) / np.sqrt({d})"
        return f"w = {draw}\nb = np.zeros(2)", "", r"w \sim N(0, 1/D)"
    start = kept(lesson.w)
    packed = textwrap.fill(base64.b64encode(zlib.compress(start.w.astype("<f8").tobytes(), 9)).decode("ascii"), 100)
    code = f'packed = """\n{packed}\n"""\n'
    code += f'w = np.frombuffer(zlib.decompress(base64.b64decode(packed)), "<f8").reshape{start.w.shape}\n'
    code += f"b = np.array({start.b.tolist()})"
    return code, " Here w and b come from a training or a file: numbers, compressed and written in base64.", "w = w_0"


_FRESH = "w, b = np.zeros_like(w), np.zeros_like(b)  # fresh_weights\n"
_PASS = "z1, a1, v, z2, o = forward(f, w, b)\n"
_BACK = "do, dz2, dw, db, da1, dz1, df = backward(w, a1, v, o)\n"
_STEP = "f, w, b = update(f, w, b, df, dw, db)\n"


def _training(lesson: Lesson) -> Section:
    fresh = _FRESH if "fresh_weights" in lesson.deviations else ""
    body = textwrap.indent(f"{fresh}{_PASS}losses.append(mse(o, y))\n{_BACK}{_STEP}", "    ")
    words = f"Forward, backward and update; the number of updates made is k = {lesson.k}."
    formula = r"f, w, b \leftarrow \text{update}(f, w, b)"
    return Section("Training", words, (formula,), f"losses = []\nfor _ in range(updates):\n{body}")


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
    words = "Its gradients; that of a pixel is the sum of the shares that each weight which touched it hands back."
    formula = r"\partial x[s i + u - p,\, s j + v - p] \mathrel{+}= \partial z_1[i,j] \cdot f[u,v]"
    return Section("The numbers: backward", words, (formula,), code)


def _numbers_update() -> Section:
    code = f"{_STEP}\n{_prints(UPDATE, ' next')}"
    return Section("The numbers: update", "What the next update leaves.", (r"\theta - \eta\, \partial\theta",), code)
