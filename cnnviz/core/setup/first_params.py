"""The start of a setup: parameters that are drawn, given, or kept."""

from collections.abc import Hashable, Mapping

import numpy as np

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.network import Network
from cnnviz.core.network.stored_params import NotKept, is_kept_name, kept
from cnnviz.core.runtime.lru_cache import LruCache, held_bytes
from cnnviz.core.setup.filters import Filters, banks, given_filters
from cnnviz.words import message


def first_params(network: Network, x_shape: tuple[int, ...], w: str, seed: int, filters: Mapping[str, Filters]) -> Params:
    """The parameters before the first update: drawn, or kept under the name `w`, with the filters that are given.

    `filters` go by the convolution's parameter, and "f" is the first's. Raises NotKept where what is named is gone
    or does not fit.

    >>> network = Network.parse("conv2x3b-gap-mse")
    >>> float(first_params(network, (8, 8), "normal", 0, {"f": (1.0,) * 9})["f"][0].sum())
    9.0
    """
    params = _drawn(network, x_shape, "normal" if is_kept_name(w) else w, seed)
    arrays = _kept_for(w, params)
    for place, bank in enumerate(banks(network, x_shape)):
        given = given_filters(filters.get(bank.name if place else "f", ()), bank)
        if len(given):
            rest = arrays[bank.name].reshape(bank.filters, bank.channels, bank.k, bank.k)[len(given) :]
            arrays[bank.name] = np.concatenate([given, rest]).reshape(params[bank.name].shape)
    return Params.of(arrays)


def _drawn(network: Network, x_shape: tuple[int, ...], w: str, seed: int) -> Params:
    """The parameters as they are drawn, remembered for the next answer of the setup: a large network's take as long as its update."""
    return DRAWN.get_or_make((network, x_shape, w, seed), lambda: network.init(x_shape, w, seed))


DRAWN: LruCache[tuple[Hashable, ...], Params] = LruCache(16_000_000, held_bytes)
"""Starts that were drawn last, of any setup."""


def first_buffers(network: Network, x_shape: tuple[int, ...], w: str) -> dict[str, np.ndarray]:
    """The numbers that training keeps beside the parameters before the first update: as kept under the name `w`, or as before any training.

    >>> first_buffers(Network.parse("conv2x3-bn-gap-mse"), (8, 8), "normal")["n1.running_var"].tolist()
    [1.0, 1.0]
    """
    return _kept_for(w, network.buffers(x_shape))


def _kept_for(name: str, drawn: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays as drawn, or as kept under that name if it is one, as far as it has them; NotKept where one does not fit."""
    if not is_kept_name(name):
        return dict(drawn)
    found = {key: array for key, array in kept(name).items() if key in drawn}
    for key, array in found.items():
        if array.shape != drawn[key].shape:
            field = message("lesson.field.w")
            raise NotKept("lesson.kept.misfit", field=field, name=key, shape=array.shape, wanted=drawn[key].shape)
    return {**drawn, **found}
