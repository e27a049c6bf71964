"""Mistakes in the backward pass of a dense layer over several images."""

from cnnviz.judge.case import Array, Case
from cnnviz.judge.mistakes.table import line, mistake


@mistake("weights_not_transposed", "dense", "dx", "{dx} = {dout} @ {w}", "{dx} = {dout} @ {w}.T")
def weights_not_transposed(dout: Array, w: Array, x: Array) -> Array | None:
    return (dout @ w).reshape(x.shape) if w.shape[0] == w.shape[1] else None


line(
    "columns_first", "dense", "dx", '{dx} = ({dout} @ {w}.T).reshape({x}.shape, order="F")', "{dx} = ({dout} @ {w}.T).reshape({x}.shape)",
    made='exact.reshape(N, -1).reshape(exact.shape, order="F")',
)  # fmt: skip
line("last_image_only", "dense", "dw", "{dw} = np.outer({x}[n], {dout}[n])", "{dw} += np.outer({x}[n], {dout}[n])", made="np.outer(x[-1], dout[-1])")
line("last_image_only", "dense", "db", "{db} = {dout}[n]", "{db} += {dout}[n]", made="dout[-1]")
line("not_summed_over_images", "dense", "db", "{db} = {dout}", "{db} = {dout}.sum(axis=0)")
line("sum_over_units", "dense", "db", "{db} = {dout}.sum(axis=1)", "{db} = {dout}.sum(axis=0)")
line("of_ones", ("dense", "conv"), "db", "{db} = np.ones_like({b})")
line("first_image_only", "dense", "dw", "{dw} = np.outer({x}[0], {dout}[0])", "{dw} = {x}.reshape(N, -1).T @ {dout}")
line("first_image_only", "dense", "db", "{db} = {dout}[0]")
line("columns_first", "dense", "dw", '{dw} = {x}.reshape(N, -1, order="F").T @ {dout}')


@mistake("features_for_images", "dense", "dw", "{dw} = {dout} @ {x}.T / len({x})", "{dw} = {dout} @ {x}.T / N")
def features_for_images(case: Case, exact: Array, x: Array, n: int) -> Array | None:
    return exact * n / x[0].size if case.settings.get("mean") else None
