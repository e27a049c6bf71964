"""Arrays that need not be sent because others determine them: a ReLU's output, or a gradient of weights."""

from collections.abc import Mapping

import numpy as np

LEAST = 256
"""Smallest number of entries of an array that is compared with others."""


def redundant_arrays(arrays: Mapping[str, np.ndarray]) -> dict[str, tuple[str, ...]]:
    """Return, by name, how to rebuild an array: ("same", a) has a's entry or 0 at each index, ("outer", a, b) is a[i]
    · b[j].

    Compares the numbers, not the network: they must agree in every bit except the sign of 0.

    >>> z, u, v = np.arange(-200.0, 200), np.arange(1.0, 31), np.arange(10.0)
    >>> redundant_arrays({"z": z, "a": np.maximum(z, 0), "u": u, "v": v, "dw": np.outer(u, v)})
    {'a': ('same', 'z'), 'dw': ('outer', 'u', 'v')}
    """
    found: dict[str, tuple[str, ...]] = {}
    large = [name for name, array in arrays.items() if array.dtype == np.float64 and array.size >= LEAST]
    plain: dict[int, list[str]] = {}
    for name in sorted(large, key=lambda name: -np.count_nonzero(arrays[name])):
        alike = plain.setdefault(arrays[name].size, [])
        source = next((other for other in alike if _let_through(arrays[name].ravel(), arrays[other].ravel())), None)
        if source is None:
            alike.append(name)
        elif not np.shares_memory(arrays[name], arrays[source]):
            found[name] = ("same", source)
    for name in large:
        # exclude the array itself: a column is its own outer product with a 1
        others = {other: array for other, array in arrays.items() if other != name}
        factors = _factors(arrays[name], others) if arrays[name].ndim == 2 and name not in found else None
        if factors and not any(name in made for made in found.values()):
            found[name] = ("outer", *factors)
    return found


def _let_through(array: np.ndarray, source: np.ndarray) -> bool:
    return _are(array[:64], source[:64]) and _are(array, source)


def _are(array: np.ndarray, source: np.ndarray) -> bool:
    return bool(((array == source) | (array == 0)).all())


def _factors(product: np.ndarray, arrays: Mapping[str, np.ndarray]) -> tuple[str, str] | None:
    """Return the names of two arrays whose outer product this is, or None if there are none or an entry is not
    finite."""
    if not np.isfinite(product).all():
        return None
    rows, columns = (
        [name for name, array in arrays.items() if array.dtype == np.float64 and array.size == n] for n in product.shape
    )
    i, j = np.unravel_index(np.abs(product).argmax(), product.shape)
    for a in rows:
        for b in columns:
            u, v = arrays[a].ravel(), arrays[b].ravel()
            with np.errstate(all="ignore"):
                if u[i] * v[j] == product[i, j] and np.array_equal(np.outer(u, v), product):
                    return a, b
    return None
