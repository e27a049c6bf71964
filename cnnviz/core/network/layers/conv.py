"""Convolution with several filters and channels. The kernels are not flipped, so this is cross-correlation."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from cnnviz.core.network.layers import _conv_one_channel as lines
from cnnviz.core.network.layers._conv_gathered import gathered_dx
from cnnviz.core.network.layers.layer import (
    ONE,
    Call,
    Groups,
    Layer,
    Links,
    Parameter,
    Run,
    Shape,
    Values,
    call,
    parse_number,
)
from cnnviz.core.network.sliding import Padding, pad, pad_widths, places, slices, view_windows

MOST = {"filters": 128, "k": 7, "stride": 8, "dilation": 4, "padding": 6}
"""Upper limits of a convolution's settings in a network's text, and of stride and padding in an address."""


def windows(x: np.ndarray, k: int, stride: int = 1, padding: Padding = 0, dilation: int = 1) -> np.ndarray:
    """Return a row for each kernel weight (c,u,v), with the pixels under it at all positions, (…, C·K·K, H'·W')."""
    view = view_windows(x, k, stride, padding, dilation)
    shape = view.shape
    return view.reshape((*shape[:-5], shape[-5] * k * k, shape[-2] * shape[-1]))


def windows_of(x: Shape, k: int, stride: int, padding: Padding, dilation: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return `windows` as a function of one image (C,H,W), specialized for this shape."""
    zeros = pad_widths(dilation * (k - 1) + 1, padding)
    has_padding = any(zeros)
    padded_x = pad(np.zeros(x), *zeros)
    view = view_windows(padded_x, k, stride, 0, dilation)
    shape, strides, rows, dtype = view.shape, view.strides, (x[0] * k * k, math.prod(view.shape[-2:])), padded_x.dtype

    def windows(x: np.ndarray) -> np.ndarray:
        if has_padding or not x.flags.c_contiguous:
            x = pad(x, *zeros)
        return np.ndarray(shape, dtype, x, 0, strides).reshape(rows)

    return windows


def weigh(windows: np.ndarray, f: np.ndarray, b: np.ndarray | None = None, *, shape: Shape) -> np.ndarray:
    """z[m,i,j] = Σ_cuv x[c, s·i + u - p, s·j + v - p] · f[m,c,u,v] (+ b[m]), (…,M,H',W').

    `windows` (…, C·K·K, H'·W'), `f` (M,C,K,K), `b` (M,).
    """
    z = _product(f.reshape(len(f), -1), windows)
    if b is not None:
        z += b[:, None]
    return z.reshape(z.shape[:-1] + shape)


def weigh_bound(bound: np.ndarray, f: np.ndarray, b: np.ndarray | None = None) -> np.ndarray:
    """Return an upper bound of |z|: bound · max_m Σ_cuv |f[m,c,u,v]| (+ max |b|)."""
    bound = bound * np.abs(f.reshape(len(f), -1)).sum(axis=1).max()
    return bound if b is None else bound + np.abs(b).max()


def weigh_df(windows: np.ndarray, dz: np.ndarray, f: np.ndarray) -> np.ndarray:
    """df[m,c,u,v] = Σ_ij x[c, s·i + u - p, s·j + v - p] · dz[m,i,j], also summed over leading axes."""
    dz = dz.reshape((*dz.shape[:-2], -1))
    df = _product(windows, dz.swapaxes(-1, -2))  # (…, C·K·K, M)
    if df.ndim > 2:
        df = df.reshape(-1, *df.shape[-2:]).sum(axis=0)
    return df.T.reshape(f.shape)


def _product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the matrix product over the last two axes. `dot` takes half the time of `matmul` for two matrices."""
    return a.dot(b) if b.ndim == 2 else np.matmul(a, b)


def channel_sums(dz: np.ndarray) -> np.ndarray:
    """db[m] = Σ_ij dz[m,i,j], also summed over leading axes."""
    return dz.reshape(-1, *dz.shape[-3:]).sum(axis=(0, 2, 3))


def weigh_dx(
    dz: np.ndarray, f: np.ndarray, *, size: tuple[int, int], stride: int = 1, padding: Padding = 0, dilation: int = 1
) -> np.ndarray:
    """dx[c,r,s] = Σ dz[m,i,j] · f[m,c,u,v] over all m and all (i,j,u,v) at which the weight covers the pixel.

    `dz` (…,M,H',W') -> (…,C,H,W) with `size` (H,W). The contribution of each weight is added to the pixels that it covered.
    The filters (M,C,K,K) may also have leading axes, with different filters for each entry.
    """
    c, k, _ = f.shape[-3:]
    rows, columns = dz.shape[-2:]
    *_, zeros_before, zeros_after = places(*size, dilation * (k - 1) + 1, stride, padding)
    height, width = (n + zeros_before + zeros_after for n in size)
    if stride == 1:  # rows as long as those of dx: each weight's contribution is contiguous, which is faster
        dz, columns = _pad_rows(dz, width), width
    contributions = np.matmul(f.reshape(*f.shape[:-3], -1).swapaxes(-1, -2), dz.reshape(*dz.shape[:-2], -1))
    contributions = contributions.reshape(*dz.shape[:-3], c, k * k, rows, columns)
    if stride == 1:
        dx = _sum_of_runs(contributions, k, dilation).reshape(*dz.shape[:-3], c, height, width)
    else:
        dx = np.zeros((*dz.shape[:-3], c, height, width), dz.dtype)
        for n, index in enumerate(slices(k, stride, rows, columns, dilation)):
            dx[index] += contributions[..., n, :, :]
    return dx[..., zeros_before : zeros_before + size[0], zeros_before : zeros_before + size[1]]


def _pad_rows(dz: np.ndarray, width: int) -> np.ndarray:
    """Pad `dz` (…,H',W') with zeros on the right to (…,H',`width`)."""
    padded_dz = np.zeros((*dz.shape[:-1], width), dz.dtype)
    padded_dz[..., : dz.shape[-1]] = dz
    return padded_dz


def _sum_of_runs(contributions: np.ndarray, k: int, dilation: int) -> np.ndarray:
    """Sum the weights' contributions (…,K·K,H',W), each shifted to the first pixel that its weight covers: (…,H·W)."""
    *leading_shape, _, rows, width = contributions.shape
    reach, run = dilation * (k - 1), rows * width
    total = np.zeros((*leading_shape, run + reach * (width + 1)), contributions.dtype)
    for n, share in enumerate(np.moveaxis(contributions, -3, 0)):
        start = dilation * (n // k * width + n % k)
        total[..., start : start + run] += share.reshape(*leading_shape, run)
    return total[..., : run + reach * width]


@dataclass(frozen=True)
class Conv(Layer):
    """`filters` kernels of `k`×`k` per channel, with or without a bias per filter."""

    filters: int
    k: int
    bias: bool = False
    stride: int = 1
    padding: Padding = 0
    dilation: int = 1
    """Distance between neighbouring pixels under a kernel."""

    kind = "conv"
    text = re.compile(r"conv(?P<filters>\d+)x(?P<k>\d+)(?P<bias>b?)(s(?P<stride>\d+))?(d(?P<dilation>\d+))?(p(?P<zeros>\d+)|(?P<spelling>same|full))?")
    letter = "z"
    input_kind = output_kind = "map"

    @classmethod
    def from_groups(cls, groups: Groups) -> Self:
        return cls(
            parse_number("conv", "filters", groups["filters"], 1, MOST["filters"]),
            parse_number("conv", "k", groups["k"], 3, MOST["k"]),
            bool(groups["bias"]),
            parse_number("conv", "stride", groups["stride"], 1, MOST["stride"]),
            groups["spelling"] or parse_number("conv", "padding", groups["zeros"], 0, MOST["padding"], least=0),
            parse_number("conv", "dilation", groups["dilation"], 1, MOST["dilation"]),
        )

    def __str__(self) -> str:
        stride = f"s{self.stride}" if self.stride != 1 else ""
        dilation = f"d{self.dilation}" if self.dilation != 1 else ""
        zeros = f"p{self.padding}" if self.padding else ""
        padding = "" if self.padding == "valid" else self.padding if isinstance(self.padding, str) else zeros
        return f"conv{self.filters}x{self.k}{'b' if self.bias else ''}{stride}{dilation}{padding}"

    @property
    def reach(self) -> int:
        """Pixels that a kernel spans along one side, including both ends."""
        return self.dilation * (self.k - 1) + 1

    def shape(self, x: Shape) -> Shape:
        return (self.filters, *places(*x[1:], self.reach, self.stride, self.padding)[:2])

    def parameters(self, x: Shape) -> dict[str, Parameter]:
        f = Parameter((self.filters, x[0], self.k, self.k), x[0] * self.k**2)
        return {"f": f, "b": Parameter((self.filters,))} if self.bias else {"f": f}

    def multiplications(self, x: Shape) -> int:
        _, rows, columns = self.shape(x)
        return self.filters * x[0] * self.k**2 * rows * columns

    def calls(self, x: Shape, run: Run = ONE) -> dict[str, Call]:
        sliding: dict[str, object] = {"stride": self.stride, "padding": self.padding}
        if self.dilation != 1:
            sliding["dilation"] = self.dilation
        b = " b" if self.bias else ""
        result = {
            "windows": call(windows, "x", k=self.k, **sliding),
            "y": call(weigh, f"windows f{b}", shape=self.shape(x)[1:]),
            "y_bound": call(weigh_bound, f"x_bound f{b}"),
            "dx": call(weigh_dx, "dy f", size=x[1:], **sliding),
            "df": call(weigh_df, "windows dy f"),
        }
        if run.many and self.stride == self.dilation == 1:
            result["dx"] = call(gathered_dx, "dy f", size=x[1:], padding=self.padding)
        if run.many and x[0] == self.filters == self.dilation == 1:
            result |= lines.calls(self.k, self.bias, self.stride, self.padding, self.shape(x)[1:])
        return result | ({"db": call(channel_sums, "dy")} if self.bias else {})

    def single_image_functions(self, x: Shape) -> dict[str, Callable[..., np.ndarray]]:
        sums, products = (self.filters, -1), x[0] * self.k**2
        z_shape, f_shape = self.shape(x), (self.filters, x[0], self.k, self.k)

        def weigh(windows: np.ndarray, f: np.ndarray, b: np.ndarray | None = None) -> np.ndarray:
            z = f.reshape((self.filters, products)).dot(windows)
            if b is not None:
                z += b[:, None]
            return z.reshape(z_shape)

        def weigh_df(windows: np.ndarray, dz: np.ndarray, f: np.ndarray) -> np.ndarray:
            return windows.dot(dz.reshape(sums).T).T.reshape(f_shape)

        return {"windows": windows_of(x, self.k, self.stride, self.padding, self.dilation), "y": weigh, "df": weigh_df}

    def links(self) -> Links:
        b = (("b", "channel"),) if self.bias else ()
        result = {
            "y": (("x", "window"), ("f", "channel"), *b),
            "dx": (("f", "passing"), ("dy", "covering")),
            "df": (("x", "touched"), ("dy", "channel"), ("f", "same")),
            "f": (("x", "touched"),),
        }
        return result | ({"db": (("dy", "channel"),)} if self.bias else {})

    def geometry(self) -> dict[str, int]:
        before = pad_widths(self.reach, self.padding)[0]
        return {"k": self.k, "stride": self.stride, "before": before, "dilation": self.dilation}

    def formulas(self, x: Shape) -> dict[str, str]:
        before, s = self.geometry()["before"], self.stride
        i, j = (_pixel_index(s, at, self.dilation, weight_letter, -before) for at, weight_letter in ("iu", "jv"))
        m, c = ("", "") if x[0] == self.filters == 1 else ("m,", "c,")
        indices = "c,u,v" if c else "u,v"
        bias = " + {b}[m]" if m else " + {b}"
        pixel = f"{{x}}[{c}{i}, {j}]"
        at = "r,s" if c else "r,c"
        weight, condition = ", ".join(_weight_index(r, s, i, before) for r, i in zip(at.split(","), "ij", strict=True)), ""
        if self.dilation != 1:
            weight, condition = "u,v", rf"_{{{{{', '.join(f'{weight_index}={r}' for weight_index, r in zip((i, j), at.split(','), strict=True))}}}}}"
        result = {
            "y": rf"{{y}}[{m}i,j] = \sum_{{{{{indices}}}}} {pixel} \cdot {{f}}[{m}{c}u,v]" + (bias if self.bias else ""),
            "dx": rf"{{dx}}[{c}{at}] = \sum{condition} {{dy}}[{m}i,j] \cdot {{f}}[{m}{c}{weight}]",
            "df": rf"{{df}}[{m}{c}u,v] = \sum_{{{{i,j}}}} {pixel} \cdot {{dy}}[{m}i,j]",
        }
        return result | ({"db": r"{db}[m] = \sum_{{i,j}} {dy}[m,i,j]"} if self.bias else {})

    def arithmetic(self) -> dict[str, str]:
        return {"y": "sum(x*f)+b" if self.bias else "sum(x*f)", "dx": "sum(dy*f)", "df": "sum(x*dy)", "db": "sum(dy)"}

    def effects(self, parameter: str, entries: np.ndarray, values: Values) -> np.ndarray:
        *images, m, rows, columns = values["y"].shape
        effect, entry = np.zeros((len(entries), *images, m, rows * columns), values["y"].dtype), np.arange(len(entries))
        if parameter == "b":
            effect[entry, ..., entries, :] = 1
        else:
            windows = np.moveaxis(values["windows"], -2, 0)
            filters, weights = np.divmod(entries, len(windows))
            effect[entry, ..., filters, :] = windows[weights]
        return effect.reshape(-1, *images, m, rows, columns)

    axes = {"keras": {"f": (2, 3, 1, 0)}}  # noqa: RUF012

    def keras(self, x: Shape) -> tuple[str, ...]:
        is_dilated = self.dilation > 1  # Keras does not combine dilation and stride: use stride 1, then drop positions
        sliding = f", dilation_rate={self.dilation}" if is_dilated else f", strides={self.stride}" if self.stride > 1 else ""
        padding = () if (zeros := self._zeros()) == (0, 0) else (f"ZeroPadding2D(({zeros}, {zeros}))",)
        subsampling = (f"MaxPooling2D(1, strides={self.stride})",) if is_dilated and self.stride > 1 else ()
        return (*padding, f"Conv2D({self.filters}, {self.k}{sliding}, use_bias={self.bias})", *subsampling)

    def pytorch(self, x: Shape) -> tuple[str, ...]:
        before, after = self._zeros()
        sliding = (f", stride={self.stride}" if self.stride > 1 else "") + (f", dilation={self.dilation}" if self.dilation > 1 else "")
        padding = f", padding={before}" if before == after != 0 else ""
        conv = f"Conv2d({x[0]}, {self.filters}, {self.k}{sliding}{padding}, bias={self.bias})"
        return (conv,) if before == after else (f"ZeroPad2d(({before}, {after}, {before}, {after}))", conv)

    def _zeros(self) -> tuple[int, int]:
        """Return the zeros before and after. Keras and PyTorch get explicit padding: in Keras "same" depends on the
        stride, and PyTorch has no "same" with a stride."""
        return pad_widths(self.reach, self.padding)

    def tensorflow(self, tf: Any, x: Any, f: Any, b: Any = None) -> Any:
        x = tf.pad(x, [[0, 0], self._zeros(), self._zeros(), [0, 0]])
        z = tf.nn.conv2d(x, self._dilate(tf, tf.transpose(f, [2, 3, 1, 0])), self.stride, "VALID")
        return z if b is None else z + b

    def _dilate(self, tf: Any, f: Any) -> Any:
        """Return kernels (K,K,C,M) with zeros between their weights: TensorFlow has no CPU gradient for dilated
        convolutions."""
        size, gaps = (self.k, self.k, *f.shape[2:]), self.dilation - 1
        dilated = tf.pad(f[:, None, :, None], [[0, 0], [0, gaps], [0, 0], [0, gaps], [0, 0], [0, 0]])
        return tf.reshape(dilated, (size[0] * (gaps + 1), size[1] * (gaps + 1), *size[2:]))[: self.reach, : self.reach]


def _pixel_index(stride: int, position: str, dilation: int, weight: str, offset: int) -> str:
    """Format the index of the pixel under weight `weight` at position `position`: "2i+u-1"."""
    scaled_position = position if stride == 1 else f"{stride}{position}"
    scaled_weight = weight if dilation == 1 else f"{dilation}{weight}"
    return f"{scaled_position}+{scaled_weight}" + (f"{offset:+d}" if offset else "")


def _weight_index(pixel: str, stride: int, position: str, before: int) -> str:
    """Format the index of the weight that covers a pixel at a position: "r+1-2i"."""
    return pixel + (f"+{before}" if before else "") + f"-{position if stride == 1 else f'{stride}{position}'}"
