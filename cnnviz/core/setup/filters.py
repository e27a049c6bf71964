"""The filters that a setup sets in a convolution: parsed, formatted, and expanded to all channels.

A filter is either a kernel of nine numbers, possibly named, or C·K·K numbers. A kernel is centred in K×K, repeated on
every channel and divided by the number of channels. Filters that are not set are drawn.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.network import Network
from cnnviz.core.network.stored_params import NotStored, is_stored_name, store_params, stored_params
from cnnviz.core.setup.kernels import KERNELS, random_kernel
from cnnviz.core.setup.setup_fields import any_text, as_text, parse_numbers, split_text
from cnnviz.words import Problem, message, quote

Filters = str | tuple[float, ...] | tuple[tuple[float, ...], ...]
"""One filter's numbers, a tuple of filters, () for none, or the name under which filters are stored."""

MOST_TEXT = 1000
"""Maximum number of characters for filters in an address. Longer filters are stored under a name
(cnnviz.core.network.stored_params)."""


@dataclass(frozen=True)
class Bank:
    """The filters of one convolution: the name of its parameter, and its shape (M,C,K,K)."""

    name: str
    filters: int
    channels: int
    k: int

    @property
    def size(self) -> int:
        """Number of weights of one filter, C·K·K."""
        return self.channels * self.k**2


@lru_cache(maxsize=512)
def banks(network: Network, x_shape: tuple[int, ...]) -> tuple[Bank, ...]:
    """Return the filters of each convolution of a network, in order.

    >>> banks(Network.parse("conv4x3-relu-conv2x5-gap-mse"), (3, 32, 32))
    (Bank(name='f1', filters=4, channels=3, k=3), Bank(name='f2', filters=2, channels=4, k=5))
    """
    shapes = {name: parameter.shape for name, parameter in network.program(x_shape).parameters.items()}
    return tuple(Bank(name, *shape[:3]) for name, shape in shapes.items() if len(shape) == 4)


def read_filters(text: str, bank: Bank) -> Filters:
    """Parse the filters for a convolution, in canonical form. Raise Problem with the valid options if they do not
    fit.

    >>> bank = Bank("f", 2, 1, 3)
    >>> read_filters("1,2,3,4,5,6,7,8,9", bank), len(read_filters("blur;sobel-y", bank))
    ((1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0), 2)
    """
    if is_stored_name(text):
        return text
    parts = _split_text(text, bank)
    if len(parts) > bank.filters:
        raise Problem("lesson.why.filters", n=len(parts), most=bank.filters)
    filters = tuple(_read_filter(part, bank, number if len(parts) > 1 else 0) for number, part in enumerate(parts, start=1))
    if len(write_filters(filters, bank)) > MOST_TEXT:
        return store_params(Params.of({bank.name: np.array([expand_filter(kernel, bank) for kernel in filters])}))
    return filters[0] if len(filters) == 1 else filters


def _split_text(text: str, bank: Bank) -> list[str]:
    """Split the text into filters. Exactly nine numbers are one filter, whatever their separators."""
    parts = [part.strip() for part in text.strip("[]() ").split(";")]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    counts = [len(split_text(part)) for part in parts]
    is_one_kernel = sum(counts) == 9 and (bank.k >= 3 or bank.size == 9) and not any(c in KERNELS or "random" in c for c in parts)
    return [text] if is_one_kernel and not {9, bank.size} & {*counts} else parts


def _read_filter(text: str, bank: Bank, number: int) -> tuple[float, ...]:
    """Parse one filter. `number` is its number from 1 for the error message, or 0 if it is the only one."""
    try:
        return _read_numbers(text, bank)
    except Problem as problem:
        if not number:
            raise
        raise Problem("lesson.why.filter", place=number, text=quote(text), why=problem) from None


def _read_numbers(text: str, bank: Bank) -> tuple[float, ...]:
    draw = re.fullmatch(r"random-(\d{1,9})", text, re.ASCII)
    if (draw or text in KERNELS) and bank.k < 3:
        raise Problem("lesson.why.typed", k=bank.k, size=bank.size)
    if draw:
        return random_kernel(int(draw[1]))
    if text in KERNELS:
        return KERNELS[text]
    parts = split_text(text)
    sizes = {bank.size} if bank.k < 3 else {9, bank.size}
    if len(parts) not in sizes:
        is_name = re.fullmatch("[a-z-]+", text) and bank.k >= 3
        wrong_count = Problem("lesson.why.either_many", n=9, size=bank.size) if len(sizes) > 1 else Problem("lesson.why.many", n=max(sizes))
        raise Problem("lesson.why.either", options=tuple(KERNELS), why=wrong_count) if is_name else wrong_count
    return parse_numbers(parts)


def expand_filter(weights: tuple[float, ...], bank: Bank) -> np.ndarray:
    """Expand a filter's numbers to its array (C,K,K). If K is even, the spare row and column come last.

    >>> expand_filter(KERNELS["identity"], Bank("f", 1, 2, 4))[1]
    array([[0. , 0. , 0. , 0. ],
           [0. , 0.5, 0. , 0. ],
           [0. , 0. , 0. , 0. ],
           [0. , 0. , 0. , 0. ]])
    """
    shape = (bank.channels, bank.k, bank.k)
    if len(weights) == bank.size:
        return np.array(weights).reshape(shape)
    array, margin = np.zeros(shape), (bank.k - 3) // 2
    array[:, margin : margin + 3, margin : margin + 3] = np.array(weights).reshape(3, 3) / bank.channels
    return array


def filter_array(filters: Filters, bank: Bank) -> np.ndarray:
    """Return the filters that are set as an array (n,C,K,K), 0 ≤ n ≤ M. Raise NotStored if they are not stored or do
    not fit."""
    if not isinstance(filters, str):
        return np.array([expand_filter(weights, bank) for weights in split_filters(filters)]).reshape(-1, bank.channels, bank.k, bank.k)
    arrays = stored_params(filters)
    array = arrays.get(bank.name, arrays.get("f"))
    expected = (bank.filters, bank.channels, bank.k, bank.k)
    shape = () if array is None else array.shape if array.ndim != 2 else (1, 1, *array.shape)
    if array is None or len(shape) != 4 or shape[1:] != expected[1:] or shape[0] > bank.filters:
        raise NotStored("lesson.kept.misfit", field=message("lesson.field.filters", name=bank.name), name=bank.name, shape=shape, wanted=expected)
    return array.reshape(shape)


def split_filters(filters: Filters) -> tuple[tuple[float, ...], ...]:
    """Return the filters as a tuple with one entry per filter."""
    has_several = not filters or isinstance(filters[0], tuple)
    return filters if has_several else (filters,)  # type: ignore[return-value]


def write_filters(filters: Filters, bank: Bank | None = None) -> str:
    """Format filters as in an address. Named filters are written by name if `bank` can read it.

    >>> write_filters((KERNELS["blur"], (1.0, 2.0)))
    'blur;1,2'
    """
    if isinstance(filters, str):
        return filters
    if filters and not isinstance(filters[0], tuple):
        return as_text(filters)
    names = _NAMES if bank is None or bank.k >= 3 else {}
    return ";".join(names.get(weights) or as_text(weights) for weights in filters)


_NAMES: Mapping[object, str] = {kernel: name for name, kernel in KERNELS.items()}


def filters_text(value: object) -> str:
    """Format any value that was passed as filters as the text in an address. Never raises.

    >>> filters_text(np.zeros((2, 1, 1))), filters_text([[1, 2], [3, 4]])
    ('0;0', '1,2;3,4')
    """
    try:
        if isinstance(value, np.ndarray) and value.ndim > 2:
            return ";".join(any_text(item) for item in value)
        if isinstance(value, tuple | list) and any(isinstance(item, tuple | list | np.ndarray) for item in value):
            return ";".join(any_text(item) for item in value)
    except Exception:
        return f"a {type(value).__name__}"
    return any_text(value)
