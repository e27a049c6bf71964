"""Mistakes in the backward pass of a convolution over several images."""

import numpy as np

from cnnviz.judge.case import POOLS, Array, Case
from cnnviz.judge.mistakes.core_mistakes import mistakes_of_core
from cnnviz.judge.mistakes.table import CaseValues, add_entry, add_replacement, line, mistake, result_with
from cnnviz.judge.oblong_windows import windows_of
from cnnviz.judge.right_gradients import right

_WINDOW_OF_X = "xp[n, :, i*s:i*s+k, j*s:j*s+k]"
_WINDOW_OF_DX = "dxp[n, :, i*s:i*s+k, j*s:j*s+k]"
_RIGHT_DX = f"{_WINDOW_OF_DX} += {{dout}}[n, m, i, j] * {{w}}[m]"
_RIGHT_DW = "{dw}[m] += (windows of image n * {dout}[n, m]).sum()"
_CUT = "{dx} = dxp[:, :, pad:pad+H, pad:pad+W]"


add_replacement("last_image_only", "conv", "dw", "{dw}[m] = (windows of image n * {dout}[n, m]).sum()", _RIGHT_DW, x="x[-1:]", dout="dout[-1:]")
line("last_place_only", "conv", "db", "{db}[m] = {dout}[n, m, i, j]", "{db}[m] += {dout}[n, m, i, j]", made="dout[-1, :, -1, -1]")
line("last_image_only", "conv", "db", "{db}[m] = {dout}[n, m].sum()", "{db}[m] += {dout}[n, m].sum()", made="dout[-1].sum(axis=(1, 2))")
line("not_summed_over_images", "conv", "db", "{db} = {dout}.sum(axis=(2, 3))", "{db} = {dout}.sum(axis=(0, 2, 3))")
add_replacement(
    "first_channel_only", "conv", "dw", "{dw}[m, c] += (xp[n, 0] windows * {dout}[n, m]).sum()", "{dw}[m, c] += (xp[n, c] windows * {dout}[n, m]).sum()",
    x="np.broadcast_to(x[:, :1], x.shape)",
)  # fmt: skip


@mistake("overlap_assigned", "conv", "dx", f"{_WINDOW_OF_DX} = {{dout}}[n, m, i, j] * {{w}}[m]", _RIGHT_DX)
def last_filter_assigned(case: Case, dout: Array, w: Array, b: Array) -> Array | None:
    last_filter = right(Case(case.kind, {**case.arrays, "dout": dout[:, -1:], "w": w[-1:], "b": b[-1:]}, case.settings))
    overlapping = next((core_mistake for core_mistake in mistakes_of_core(last_filter) if core_mistake.key == "overlap_assigned.dx"), None)
    return overlapping.make() if overlapping else last_filter.gradients["dx"] if case.has_square_windows else None


@mistake("cut_at_corner", "conv", "dx", "{dx} = dxp[:, :, :H, :W]", _CUT)
def cut_at_corner(case: Case, x: Array, pad: int) -> Array:
    return _dx_with_padding(case, x, pad)[..., : x.shape[2], : x.shape[3]]


@mistake("cut_empty", "conv", "dx", "{dx} = dxp[:, :, pad:-pad, pad:-pad]  # empty if pad is 0", _CUT)
def cut_empty(case: Case, x: Array, pad: int) -> Array:
    return _dx_with_padding(case, x, pad)[..., pad:-pad, pad:-pad]


@mistake("cut_by_one", "conv", "dx", "{dx} = dxp[:, :, 1:-1, 1:-1]", _CUT)
def cut_by_one(case: Case, x: Array, pad: int) -> Array:
    return _dx_with_padding(case, x, pad)[..., 1:-1, 1:-1]


@mistake("zeros_not_cut_off", "conv", "dx", "{dx} = dxp", _CUT)
def zeros_not_cut_off(case: Case, x: Array, pad: int) -> Array:
    return _dx_with_padding(case, x, pad)


def _dx_with_padding(case: Case, x: Array, pad: int) -> Array:
    """Return ∂x including the zero padding around x."""
    padded_x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    return right(Case(case.kind, {**case.arrays, "x": padded_x}, {**case.settings, "pad": 0})).gradients["dx"]


@mistake("padding_forgotten", "conv", "dw", "xp = {x}, with zeros after it alone", "xp = {x}, with pad zeros on each side")
def padding_forgotten(case: Case, x: Array, pad: int) -> Array:
    padded_x = np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)))
    return right(Case(case.kind, {**case.arrays, "x": padded_x}, {**case.settings, "pad": 0})).gradients["dw"]


add_replacement("first_filter_always", "conv", "dx", f"{_WINDOW_OF_DX} += {{dout}}[n, m, i, j] * {{w}}[0]", _RIGHT_DX, w="np.broadcast_to(w[:1], w.shape)")
add_replacement("weights_left_out", "conv", "dx", f"{_WINDOW_OF_DX} += {{dout}}[n, m, i, j]", _RIGHT_DX, w="np.ones_like(w)")
add_replacement(
    "gradient_left_out", "conv", "dw", f"{{dw}}[m] += {_WINDOW_OF_X}", f"{{dw}}[m] += {_WINDOW_OF_X} * {{dout}}[n, m, i, j]",
    dout="np.ones_like(dout)",
)  # fmt: skip
add_replacement("first_image_only", "conv", "dw", "{dw}[m] += (windows of image 0 * {dout}[0, m]).sum()", _RIGHT_DW, x="x[:1]", dout="dout[:1]")
line("first_image_only", "conv", "db", "{db} = {dout}[0].sum(axis=(1, 2))")


@mistake("cut_at_corner", "conv", "dx", "{dx} = dxp[:, :, 2*pad:, 2*pad:]", _CUT)
def cut_at_start(case: Case, x: Array, pad: int) -> Array:
    return _dx_with_padding(case, x, pad)[..., 2 * pad :, 2 * pad :]


_COLUMNS = "{dout}.transpose(1, 2, 3, 0).reshape(M, -1)"
_BACK = ".reshape(*dout.shape[1:], -1).transpose(3, 0, 1, 2)"
"""Convert im2col columns, in which the images of a position are adjacent, back to the gradient's layout."""

for _role, _product in (("dw", "{dw} = ({0} @ x_columns.T).reshape({w}.shape)"), ("dx", "dx_columns = {w}.reshape(M, -1).T @ {0}")):
    for _name, _wrong, _made in (
        ("not_transposed_first", "{dout}.reshape(M, -1)", f"dout{_BACK}"),
        ("images_before_places", "{dout}.transpose(1, 0, 2, 3).reshape(M, -1)", f"dout.transpose(1, 0, 2, 3){_BACK}"),
    ):
        add_replacement(_name, "conv", _role, _product.replace("{0}", _wrong), _product.replace("{0}", _COLUMNS), dout=_made)


@mistake("overlap_assigned", "conv", "dx", "dxp[:, c, i, j] += columns  # of equal places the last counts", "np.add.at(dxp, (slice(None), c, i, j), columns)")
def indices_assigned(x: Array, dout: Array, w: Array, stride: int, pad: int) -> Array:
    rows, columns = dout.shape[2:]
    dxp = np.zeros((*x.shape[:2], x.shape[2] + 2 * pad, x.shape[3] + 2 * pad))
    for u, v in np.ndindex(w.shape[2:]):
        dxp[..., u : u + stride * rows : stride, v : v + stride * columns : stride] = np.einsum("nmij,mc->ncij", dout, w[..., u, v])
    return dxp[..., pad : pad + x.shape[2], pad : pad + x.shape[3]]


# ---- as a convolution of convolutions

_FULL = "{dx} = convolve(dilated and padded {dout}, np.flip({w}, axis=(2, 3)))"
add_replacement("flipped_in_all_axes", "conv", "dx", "{dx} = convolve(dilated and padded {dout}, np.flip({w}))", _FULL, w="w[::-1, ::-1]")
add_replacement("flipped_in_first_axes", "conv", "dx", "{dx} = convolve(dilated and padded {dout}, np.rot90({w}, 2))", _FULL, w="w[::-1, ::-1, ::-1, ::-1]")
add_replacement("flip_of_one_side", "conv", "dx", "{dx} = convolve(dilated and padded {dout}, {w}[:, :, ::-1])", _FULL, w="w[..., ::-1]")
add_replacement("flip_of_one_side", "conv", "dx", "{dx} = convolve(dilated and padded {dout}, {w}[..., ::-1])", _FULL, w="w[:, :, ::-1]")


@mistake("strided_for_dilated", "conv", "dw", "{dw} = convolve(xp, {dout}, stride={stride})", "{dw} = convolve(xp, dilated {dout}, stride=1)")
def strided_for_dilated(x: Array, dout: Array, stride: int, pad: int) -> Array | None:
    padded_x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    if padded_x.shape[2] < dout.shape[2] or padded_x.shape[3] < dout.shape[3]:
        return None
    return np.einsum("ncuvij,nmij->mcuv", windows_of(padded_x, (dout.shape[2], dout.shape[3]), stride), dout)


# ---- loops

_OVER_PLACES = "for i in range(H_out): for j in range(W_out):"


def _add_short_loops(loops: str, rows: str, columns: str) -> None:
    """Add mistakes whose loops end at the wrong side length."""
    for role in ("dx", "dw", "db"):

        def make(values: CaseValues, role: str = role) -> Array | None:
            dout: Array = values["dout"]
            sides = {"H_out": dout.shape[2], "W_out": dout.shape[3]}
            if sides[rows] > dout.shape[2] or sides[columns] > dout.shape[3]:
                return None  # the code would read beyond dout
            visited_dout = np.zeros_like(dout)
            visited_dout[..., : sides[rows], : sides[columns]] = dout[..., : sides[rows], : sides[columns]]
            return result_with(values["case"], dout=visited_dout).gradients[role]

        add_entry("one_side_for_both", ("conv", *POOLS), role, loops, make, f"{loops}  # for {{{role}}}", _OVER_PLACES)


_add_short_loops("for i in range(H_out): for j in range(H_out):", "H_out", "H_out")
_add_short_loops("for i in range(W_out): for j in range(W_out):", "W_out", "W_out")


def _add_shadowed_loops(axis: int, variable: str, side: str) -> None:
    """Add mistakes in which a shadowed loop variable reads rows or columns as images, repeated once per image."""
    for role in ("dx", "dw", "db"):

        def make(values: CaseValues, role: str = role) -> Array | None:
            dout: Array = values["dout"]
            if dout.shape[axis] > len(dout):
                return None  # the code would read past the end of dout
            visited_dout = np.zeros_like(dout)
            for n in range(dout.shape[axis]):
                index = (n, slice(None), n) if axis == 2 else (n, slice(None), slice(None), n)
                visited_dout[index] = dout[index]
            return result_with(values["case"], dout=visited_dout).gradients[role] * len(dout)

        loops = f"for {variable} in range(N): ... for {variable} in range({side}):"
        add_entry("loop_shadowed", ("conv", *POOLS), role, loops, make, f"{loops}  # for {{{role}}}", f"for n in range(N): ... for {variable} in range({side}):")


_add_shadowed_loops(2, "i", "H_out")
_add_shadowed_loops(3, "j", "W_out")
