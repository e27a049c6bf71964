"""Mistakes that mix up the images of a batch, in any layer."""

from cnnviz.judge.case import RETURNS
from cnnviz.judge.mistakes.table import line

_EACH = "for n in range(N): {dx}[n] = ..."
_IMAGE = "np.arange(N).reshape(-1, *[1] * (exact.ndim - 1))"

line("only_one_image", tuple(RETURNS), "dx", "{dx}[0] = ...; return {dx}", _EACH, made=f"np.where({_IMAGE} == 0, exact, 0)")
line("only_one_image", tuple(RETURNS), "dx", "{dx}[-1] = ...; return {dx}", _EACH, made=f"np.where({_IMAGE} == N - 1, exact, 0)")
line(
    "images_mixed", tuple(RETURNS), "dx", "{dx} = {dx}.sum(axis=0)  # the same for every image", _EACH,
    made="np.broadcast_to(exact.sum(axis=0), exact.shape)",
)  # fmt: skip
