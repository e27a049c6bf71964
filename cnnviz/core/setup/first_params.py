"""The first parameters of a setup: drawn, set by the setup, or read from the store."""

from collections.abc import Hashable, Mapping

import numpy as np

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.network import Network
from cnnviz.core.network.stored_params import NotStored, is_stored_name, stored_params
from cnnviz.core.runtime.lru_cache import LruCache, held_bytes
from cnnviz.core.setup.filters import Filters, banks, filter_array
from cnnviz.words import message


def first_params(network: Network, x_shape: tuple[int, ...], w: str, seed: int, filters: Mapping[str, Filters]) -> Params:
    """Return the parameters before the first update: drawn, or loaded by the name `w`. The setup's filters replace the
    convolutions'.

    Keys of `filters` are the names of the convolutions' parameters, or "f" for the first. Raise NotStored if stored arrays are
    missing or do not fit.

    >>> network = Network.parse("conv2x3b-gap-mse")
    >>> float(first_params(network, (8, 8), "normal", 0, {"f": (1.0,) * 9})["f"][0].sum())
    9.0
    """
    params = _draw(network, x_shape, "normal" if is_stored_name(w) else w, seed)
    arrays = _stored_or_drawn(w, params)
    for index, bank in enumerate(banks(network, x_shape)):
        kernels = filter_array(filters.get(bank.name if index else "f", ()), bank)
        if len(kernels):
            drawn_filters = arrays[bank.name].reshape(bank.filters, bank.channels, bank.k, bank.k)[len(kernels) :]
            arrays[bank.name] = np.concatenate([kernels, drawn_filters]).reshape(params[bank.name].shape)
    return Params.of(arrays)


def _draw(network: Network, x_shape: tuple[int, ...], w: str, seed: int) -> Params:
    """Return the drawn parameters from a cache: drawing those of a large network takes as long as an update."""
    return DRAWN.get_or_make((network, x_shape, w, seed), lambda: network.init(x_shape, w, seed))


DRAWN: LruCache[tuple[Hashable, ...], Params] = LruCache(16_000_000, held_bytes)
"""Recently drawn parameters, of all setups."""


def first_buffers(network: Network, x_shape: tuple[int, ...], w: str) -> dict[str, np.ndarray]:
    """Return the buffers before the first update: stored under the name `w`, or their initial values.

    >>> first_buffers(Network.parse("conv2x3-bn-gap-mse"), (8, 8), "normal")["n1.running_var"].tolist()
    [1.0, 1.0]
    """
    return _stored_or_drawn(w, network.buffers(x_shape))


def _stored_or_drawn(name: str, drawn: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the drawn arrays, replaced by those stored under `name` if it is a stored name. Raise NotStored if a shape
    differs."""
    if not is_stored_name(name):
        return dict(drawn)
    stored_arrays = {key: array for key, array in stored_params(name).items() if key in drawn}
    for key, array in stored_arrays.items():
        if array.shape != drawn[key].shape:
            field = message("lesson.field.w")
            raise NotStored("lesson.kept.misfit", field=field, name=key, shape=array.shape, wanted=drawn[key].shape)
    return {**drawn, **stored_arrays}
