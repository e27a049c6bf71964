"""Gradients of convolutions and poolings with windows that are not square."""

from collections.abc import Mapping

import numpy as np

from cnnviz.judge.case import Array, Case

Gradients = Mapping[str, Array]


def oblong_gradients(case: Case) -> tuple[Array, Gradients, Gradients]:
    """Return the output, the gradients by role, and for each gradient the sum of the absolute values of its terms.

    >>> x = np.arange(6.0).reshape(1, 1, 2, 3)
    >>> case = Case("avg", {"x": x, "dout": np.full((1, 1, 1, 1), 6.0)}, {"k": 2, "across": 3, "stride": 1})
    >>> oblong_gradients(case)[1]["dx"].tolist()
    [[[[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]]]
    """
    return _of_convolution(case) if case.kind == "conv" else _of_pooling(case)


def windows_of(x: Array, window: tuple[int, int], stride: int) -> Array:
    """Return the windows of maps (N,C,H,W), one for each output: (N,C,H',W',rows,columns)."""
    return np.lib.stride_tricks.sliding_window_view(x, window, axis=(2, 3))[:, :, ::stride, ::stride]


def add_back(shares: Array, shape: tuple[int, ...], stride: int) -> Array:
    """Return maps of this shape with the shares (N,C,H',W',rows,columns) added to their windows."""
    maps = np.zeros(shape)
    for i, j in np.ndindex(shares.shape[2:4]):
        maps[:, :, i * stride : i * stride + shares.shape[4], j * stride : j * stride + shares.shape[5]] += shares[:, :, i, j]
    return maps


def _of_convolution(case: Case) -> tuple[Array, Gradients, Gradients]:
    stride, pad = case.number("stride"), case.number("pad")
    x, w, b, dout = (np.asarray(case.arrays[role], np.float64) for role in ("x", "w", "b", "dout"))
    wide = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))

    def gradients(padded_x: Array, w: Array, dout: Array) -> Gradients:
        shares = np.einsum("nmij,mcuv->ncijuv", dout, w)
        dx = add_back(shares, padded_x.shape, stride)[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
        return {"dx": dx, "dw": np.einsum("ncijuv,nmij->mcuv", windows_of(padded_x, case.window, stride), dout), "db": dout.sum(axis=(0, 2, 3))}

    output = np.einsum("ncijuv,mcuv->nmij", windows_of(wide, case.window, stride), w) + b[:, None, None]
    if dout.shape != output.shape:
        return output, {}, {}
    return output, gradients(wide, w, dout), gradients(np.abs(wide), np.abs(w), np.abs(dout))


def _of_pooling(case: Case) -> tuple[Array, Gradients, Gradients]:
    stride, x, dout = case.number("stride"), np.asarray(case.arrays["x"], np.float64), np.asarray(case.arrays["dout"], np.float64)
    windows = windows_of(x, case.window, stride)
    if case.kind == "avg":
        output, shares = windows.mean(axis=(-1, -2)), np.full(windows.shape, 1 / windows[0, 0, 0, 0].size)
    else:
        cells = windows.reshape(*windows.shape[:4], -1)
        output, shares = cells.max(axis=-1), np.zeros(cells.shape)
        np.put_along_axis(shares, cells.argmax(axis=-1)[..., None], 1.0, axis=-1)
        shares = shares.reshape(windows.shape)
    if dout.shape != output.shape:
        return output, {}, {}
    dx = {name: add_back(shares * gradient[..., None, None], x.shape, stride) for name, gradient in (("dx", dout), ("size", np.abs(dout)))}
    return output, {"dx": dx["dx"]}, {"dx": dx["size"]}
