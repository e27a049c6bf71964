"""The network in plain NumPy, section by section: each operation beside its gradient, then the passes.

The code has the symbols of cnnviz.core and its operations in the same order, so that it gives the
same numbers; a lesson with deviations gets the seed notebook's lines in their places.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cnnviz.core.lesson import Lesson
from cnnviz.core.ops import pad_widths


@dataclass(frozen=True)
class Section:
    """A title, words in plain sentences, formulas in LaTeX, and the code that they are about."""

    title: str
    words: str
    formulas: tuple[str, ...]
    code: str


def convolution_section(lesson: Lesson, rows: int, columns: int) -> Section:
    """How the kernel's windows are laid out, and the convolution with its gradient."""
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


SIGMOID = Section(
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

LOSS = Section(
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


def forward_section(on: frozenset[str], rows: int, columns: int) -> Section:
    """The forward pass, under the deviations `on`."""
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


def backward_section(on: frozenset[str], rows: int, columns: int) -> Section:
    """The backward pass, under the deviations `on`."""
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
        words += " A line that names a deviation is the seed notebook's, and not the exact formula."
    code = f"def backward(w, a1, v, o):\n{body}\n    return do, dz2, dw, dz2, da1, dz1, df"
    return Section("Backward", words, formulas, code)


def update_section(on: frozenset[str]) -> Section:
    """One step of gradient descent, under the deviations `on`."""
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
