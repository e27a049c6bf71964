"""Arrays that need not be sent because others determine them: a ReLU's output, or a gradient of weights."""

from collections.abc import Mapping

import numpy as np

LEAST = 256
"""Smallest number of entries of an array that is compared with others."""


def redundant_arrays(arrays: Mapping[str, np.ndarray]) -> dict[str, tuple[str, ...]]:
    """Return rules to rebuild arrays, by name: ("same", a) takes a's entry or 0 at each index, ("outer", a, b) is
    a[i] · b[j].

    Compares the numbers, not the network: they must agree in every bit except the sign of 0.

    >>> z, u, v = np.arange(-200.0, 200), np.arange(1.0, 31), np.arange(10.0)
    >>> redundant_arrays({"z": z, "a": np.maximum(z, 0), "u": u, "v": v, "dw": np.outer(u, v)})
    {'a': ('same', 'z'), 'dw': ('outer', 'u', 'v')}
    """
    rules: dict[str, tuple[str, ...]] = {}
    large_names = [name for name, array in arrays.items() if array.dtype == np.float64 and array.size >= LEAST]
    sources: dict[int, list[str]] = {}
    for name in sorted(large_names, key=lambda name: -np.count_nonzero(arrays[name])):
        candidates = sources.setdefault(arrays[name].size, [])
        source = next((candidate for candidate in candidates if _is_masked_copy(arrays[name].ravel(), arrays[candidate].ravel())), None)
        if source is None:
            candidates.append(name)
        elif not np.shares_memory(arrays[name], arrays[source]):
            rules[name] = ("same", source)
    for name in large_names:
        # exclude the array itself: a column is its own outer product with a 1
        other_arrays = {candidate: array for candidate, array in arrays.items() if candidate != name}
        factors = _outer_factors(arrays[name], other_arrays) if arrays[name].ndim == 2 and name not in rules else None
        if factors and not any(name in rule for rule in rules.values()):
            rules[name] = ("outer", *factors)
    return rules


def _is_masked_copy(array: np.ndarray, source: np.ndarray) -> bool:
    return _equal_or_zero(array[:64], source[:64]) and _equal_or_zero(array, source)


def _equal_or_zero(array: np.ndarray, source: np.ndarray) -> bool:
    return bool(((array == source) | (array == 0)).all())


def _outer_factors(product: np.ndarray, arrays: Mapping[str, np.ndarray]) -> tuple[str, str] | None:
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
