"""Slips in the backward pass of a convolution over several images."""

import numpy as np

from cnnviz.judge.case import Array, Case
from cnnviz.judge.right_gradients import right
from cnnviz.judge.slips.core_mistakes import slips_of_core
from cnnviz.judge.slips.table import instead, line, slip

_WINDOW_OF_X = "xp[n, :, i*s:i*s+k, j*s:j*s+k]"
_WINDOW_OF_DX = "dxp[n, :, i*s:i*s+k, j*s:j*s+k]"
_RIGHT_DX = f"{_WINDOW_OF_DX} += {{dout}}[n, m, i, j] * {{w}}[m]"
_RIGHT_DW = "{dw}[m] += (windows of image n * {dout}[n, m]).sum()"
_CUT = "{dx} = dxp[:, :, {pad}:{pad}+H, {pad}:{pad}+W]"


instead("last_image_only", "conv", "dw", "{dw}[m] = (windows of image n * {dout}[n, m]).sum()", _RIGHT_DW, x="x[-1:]", dout="dout[-1:]")
line("last_place_only", "conv", "db", "{db}[m] = {dout}[n, m, i, j]", "{db}[m] += {dout}[n, m, i, j]", made="dout[-1, :, -1, -1]")
line("last_image_only", "conv", "db", "{db}[m] = {dout}[n, m].sum()", "{db}[m] += {dout}[n, m].sum()", made="dout[-1].sum(axis=(1, 2))")
line("not_summed_over_images", "conv", "db", "{db} = {dout}.sum(axis=(2, 3))", "{db} = {dout}.sum(axis=(0, 2, 3))")
instead(
    "first_channel_only", "conv", "dw", "{dw}[m, c] += (xp[n, 0] windows * {dout}[n, m]).sum()", "{dw}[m, c] += (xp[n, c] windows * {dout}[n, m]).sum()",
    x="np.broadcast_to(x[:, :1], x.shape)",
)  # fmt: skip


@slip("overlap_assigned", "conv", "dx", f"{_WINDOW_OF_DX} = {{dout}}[n, m, i, j] * {{w}}[m]", _RIGHT_DX)
def last_filter_assigned(case: Case, dout: Array, w: Array, b: Array) -> Array | None:
    last = right(Case(case.kind, {**case.arrays, "dout": dout[:, -1:], "w": w[-1:], "b": b[-1:]}, case.settings))
    overlapping = next((one for one in slips_of_core(last) if one.key == "overlap_assigned.dx"), None)
    return overlapping.make() if overlapping else last.gradients["dx"]


@slip("cut_at_corner", "conv", "dx", "{dx} = dxp[:, :, :H, :W]", _CUT)
def cut_at_corner(case: Case, x: Array, pad: int) -> Array:
    return _with_zeros(case, x, pad)[..., : x.shape[2], : x.shape[3]]


@slip("zeros_not_cut_off", "conv", "dx", "{dx} = dxp", _CUT)
def zeros_not_cut_off(case: Case, x: Array, pad: int) -> Array:
    return _with_zeros(case, x, pad)


def _with_zeros(case: Case, x: Array, pad: int) -> Array:
    """∂x with the zeros around x."""
    wide = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    return right(Case(case.kind, {**case.arrays, "x": wide}, {**case.settings, "pad": 0})).gradients["dx"]


@slip("padding_forgotten", "conv", "dw", "xp = {x}, with zeros after it alone", "xp = {x}, with {pad} zeros on each side")
def padding_forgotten(case: Case, x: Array, pad: int) -> Array:
    wide = np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)))
    return right(Case(case.kind, {**case.arrays, "x": wide}, {**case.settings, "pad": 0})).gradients["dw"]


instead("first_filter_always", "conv", "dx", f"{_WINDOW_OF_DX} += {{dout}}[n, m, i, j] * {{w}}[0]", _RIGHT_DX, w="np.broadcast_to(w[:1], w.shape)")
instead("weights_left_out", "conv", "dx", f"{_WINDOW_OF_DX} += {{dout}}[n, m, i, j]", _RIGHT_DX, w="np.ones_like(w)")
instead(
    "gradient_left_out", "conv", "dw", f"{{dw}}[m] += {_WINDOW_OF_X}", f"{{dw}}[m] += {_WINDOW_OF_X} * {{dout}}[n, m, i, j]",
    dout="np.ones_like(dout)",
)  # fmt: skip
instead("first_image_only", "conv", "dw", "{dw}[m] += (windows of image 0 * {dout}[0, m]).sum()", _RIGHT_DW, x="x[:1]", dout="dout[:1]")
line("first_image_only", "conv", "db", "{db} = {dout}[0].sum(axis=(1, 2))")


@slip("cut_at_corner", "conv", "dx", "{dx} = dxp[:, :, 2*{pad}:, 2*{pad}:]", _CUT)
def cut_at_start(case: Case, x: Array, pad: int) -> Array:
    return _with_zeros(case, x, pad)[..., 2 * pad :, 2 * pad :]


_COLUMNS = "columns = {dout}.transpose(1, 2, 3, 0).reshape(M, -1)"
_BACK = ".reshape(*dout.shape[1:], -1).transpose(3, 0, 1, 2)"
"""From the columns of an im2col, of which each has a place's images in a row, to the gradient that they are of."""

instead("not_transposed_first", "conv", "dw", "columns = {dout}.reshape(M, -1)", _COLUMNS, dout=f"dout{_BACK}")
instead("not_transposed_first", "conv", "dx", "columns = {dout}.reshape(M, -1)", _COLUMNS, dout=f"dout{_BACK}")
instead(
    "images_before_places", "conv", "dw", "columns = {dout}.transpose(1, 0, 2, 3).reshape(M, -1)", _COLUMNS,
    dout=f"dout.transpose(1, 0, 2, 3){_BACK}",
)  # fmt: skip
instead(
    "images_before_places", "conv", "dx", "columns = {dout}.transpose(1, 0, 2, 3).reshape(M, -1)", _COLUMNS,
    dout=f"dout.transpose(1, 0, 2, 3){_BACK}",
)  # fmt: skip


@slip("overlap_assigned", "conv", "dx", "dxp[:, c, i, j] += columns  # of equal places the last counts", "np.add.at(dxp, (slice(None), c, i, j), columns)")
def indices_assigned(x: Array, dout: Array, w: Array, stride: int, pad: int) -> Array:
    (rows, columns), k = dout.shape[2:], w.shape[-1]
    dxp = np.zeros((*x.shape[:2], x.shape[2] + 2 * pad, x.shape[3] + 2 * pad))
    for u, v in np.ndindex(k, k):
        dxp[..., u : u + stride * rows : stride, v : v + stride * columns : stride] = np.einsum("nmij,mc->ncij", dout, w[..., u, v])
    return dxp[..., pad : pad + x.shape[2], pad : pad + x.shape[3]]
