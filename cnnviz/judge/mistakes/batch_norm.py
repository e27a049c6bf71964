"""Mistakes in the backward pass of batch normalization, which has three paths to x."""

from collections.abc import Callable

import numpy as np

from cnnviz.judge.case import Array
from cnnviz.judge.mistakes.table import CaseValues, add_entry, compile_line, line

_DVAR = "dvar = (dhat * (x - mean)).sum(0) * -0.5 * sigma**-3"
_AFTER_DVAR = "(dhat - dhat.mean(0)) / sigma + dvar * 2 * (x - mean) / N"
"""∂x as a function of the gradient of the variance."""


def _add_line(name: str, role: str, wrong: str, right: str = "", then: str = "") -> None:
    """Add a line like `table.line`, but evaluate it on rows. `then` is the expression for the array if the line only
    computes an intermediate result."""
    add_entry(name, "batchnorm", role, wrong, _on_rows(wrong, then), wrong, right)


def _on_rows(line: str, then: str = "") -> Callable[[CaseValues], Array]:
    run = compile_line(line, then)

    def make(values: CaseValues) -> Array:
        result, maps = run(_in_rows(values)), np.moveaxis(values["x"], 1, -1)
        return np.moveaxis(result.reshape(maps.shape), -1, 1) if result.ndim > 1 else result

    return make


def _in_rows(values: CaseValues) -> CaseValues:
    """Return the arrays with one row per image and position, N in total, and intermediate results."""
    x, dout, out = (np.moveaxis(values[name], 1, -1).reshape(-1, values["gamma"].size) for name in ("x", "dout", "out"))
    mean, sigma = x.mean(0), np.sqrt(x.var(0) + values["eps"])
    intermediate = {"mean": mean, "sigma": sigma, "var": sigma**2, "hat": (x - mean) / sigma, "dhat": dout * values["gamma"]}
    return {**values, **intermediate, "x": x, "dout": dout, "out": out, "N": len(x)}


_add_line("variance_for_deviation", "dx", "{dx} = (dhat - dhat.mean(0) - hat * (dhat * hat).mean(0)) / var")
_add_line("deviation_forgotten", "dx", "{dx} = dhat - dhat.mean(0) - hat * (dhat * hat).mean(0)")
_add_line("sums_for_means", "dx", "{dx} = (dhat - dhat.sum(0) - hat * (dhat * hat).sum(0)) / sigma")
_add_line("sums_for_means", "dx", "{dx} = (dhat - dhat.sum(0) - hat * (dhat * hat).mean(0)) / sigma")
_add_line("sums_for_means", "dx", "{dx} = (dhat - dhat.mean(0) - hat * (dhat * hat).sum(0)) / sigma")
_add_line("half_forgotten", "dx", "dvar = (dhat * (x - mean)).sum(0) * -sigma**-3", _DVAR, _AFTER_DVAR)
_add_line("power_of_deviation", "dx", "dvar = (dhat * (x - mean)).sum(0) * -0.5 * sigma**-1", _DVAR, _AFTER_DVAR)
_add_line("power_of_deviation", "dx", "dvar = (dhat * (x - mean)).sum(0) * -0.5 * sigma**-4", _DVAR, _AFTER_DVAR)
_add_line("mean_path_sign", "dx", "{dx} = (dhat + dhat.mean(0) - hat * (dhat * hat).mean(0)) / sigma")
add_entry(
    "variance_path_halved", "batchnorm", "dx", "variance_path_halved", _on_rows("dx = (dhat - dhat.mean(0) - hat * (dhat * hat).mean(0) / 2) / sigma"),
    "dvar path: (x - mean) / N", "dvar path: 2 * (x - mean) / N",
)  # fmt: skip
_add_line("variance_path_sign", "dx", "{dx} = (dhat - dhat.mean(0) + hat * (dhat * hat).mean(0)) / sigma")
_add_line("not_divided", "dgamma", "{dgamma} = ({dout} * ({x} - mean)).sum(0)")
_add_line("output_for_hat", "dgamma", "{dgamma} = ({dout} * {out}).sum(0)")
_add_line("gradient_left_out", "dgamma", "{dgamma} = hat.sum(0)")
_add_line("gain_in_gradient", "dgamma", "{dgamma} = (dhat * hat).sum(0)")
_add_line("gain_in_gradient", "dbeta", "{dbeta} = dhat.sum(0)")
_add_line("not_summed_over_images", "dgamma", "{dgamma} = {dout} * hat")
_add_line("not_summed_over_images", "dbeta", "{dbeta} = {dout}")
line("sum_over_units", "batchnorm", "dbeta", "{dbeta} = {dout}.sum(axis=1)")
line("bias_axis", "batchnorm", "dbeta", "{dbeta} = {dout}.sum()", made="np.full_like(exact, exact.sum())")
_add_line("not_divided", "dx", "{dx} = (dhat - dhat.mean(0) - ({x} - mean) * (dhat * hat).mean(0)) / sigma")
_add_line("one_less", "dx", "{dx} = (dhat - dhat.mean(0) - hat * (dhat * hat).sum(0) / (N - 1)) / sigma")
