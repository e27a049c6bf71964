"""Which cells each cell of the teaching notebook's network is computed from, written out by hand: what the derived links are held to."""

import itertools
from dataclasses import dataclass

from cnnviz.core.network.notebook_ops import Padding, pad_widths

LINKS: dict[str, tuple[tuple[str, str], ...]] = {
    "z1": (("x", "window"), ("f", "all")),
    "a1": (("z1", "same"),),
    "v": (("a1", "same"),),
    "z2": (("v", "all"), ("w", "output"), ("b", "output")),
    "o": (("z2", "output"),),
    "do": (("o", "output"), ("y", "output")),
    "dz2": (("do", "output"), ("o", "output")),
    "dw": (("v", "same"), ("dz2", "output")),
    "db": (("dz2", "output"),),
    "da1": (("w", "unit"), ("dz2", "all")),
    "dz1": (("da1", "same"), ("a1", "same")),
    "df": (("x", "touched"), ("dz1", "all"), ("f", "same")),
    "dx": (("f", "passing"), ("dz1", "covering")),
    "update": (("f", "same"), ("df", "same")),
    "f": (("x", "touched"),),
    "w": (("v", "same"), ("z2", "output")),
}
"""What a cell of each array is computed from, as (array, kind). Cells are (i, j), and (i, j, n) in
w and dw, whose rows are laid out like a1; (n, 0) in arrays with an entry an output. `sources` says
what each kind means. A cell of update is one of the new kernel. f and w are not computed from anything: theirs are the cells that they touch; and
df names, besides its sources, the weight that it is the gradient of."""


@dataclass(frozen=True)
class Geometry:
    """The shapes that the links of one setup depend on."""

    x_shape: tuple[int, int]
    z1_shape: tuple[int, int]
    k: int = 3
    n_outputs: int = 2
    stride: int = 1
    padding: Padding = 0

    def shape(self, symbol: str) -> tuple[int, ...]:
        """The shape in which `symbol` is laid out on the screen."""
        if symbol in ("x", "dx"):
            return self.x_shape
        if symbol in ("f", "df", "update"):
            return (self.k, self.k)
        if symbol in ("z1", "a1", "v", "da1", "dz1"):
            return self.z1_shape
        return (*self.z1_shape, self.n_outputs) if symbol in ("w", "dw") else (self.n_outputs, 1)


def sources(symbol: str, cell: tuple[int, ...], geometry: Geometry) -> dict[str, set[tuple[int, ...]]]:
    """The cells that `cell` of array `symbol` is computed from, by array; padding is not a cell.

    >>> geometry = Geometry((32, 32), (30, 30))
    >>> sources("dz1", (4, 5), geometry)
    {'da1': {(4, 5)}, 'a1': {(4, 5)}}
    >>> len(sources("z1", (0, 0), geometry)["x"]), len(sources("df", (0, 0), geometry)["x"])
    (9, 900)
    """
    return {
        array: {c for c in _cells(geometry.shape(array)) if _reads(kind, cell, c, geometry)}
        for array, kind in LINKS.get(symbol, ())
    }


def _cells(shape: tuple[int, ...]):
    return itertools.product(*(range(n) for n in shape))


def _reads(kind: str, cell: tuple[int, ...], source: tuple[int, ...], geometry: Geometry) -> bool:
    stride, before, k = geometry.stride, pad_widths(geometry.k, geometry.padding)[0], geometry.k
    output = cell[-1] if len(cell) == 3 else cell[0]
    match kind:
        case "all":
            return True
        case "same":
            return cell[:2] == source[:2]
        case "unit":  # every weight of one unit
            return cell[:2] == source[:2]
        case "output":  # everything of one output
            return (source[-1] if len(source) == 3 else source[0]) == output
        case "window":  # the k×k pixels under the kernel at this place
            return all(0 <= s + before - stride * c < k for c, s in zip(cell, source, strict=True))
        case "touched":  # every pixel that was under this weight at some place
            return _meet(pixel=source, weight=cell, geometry=geometry)
        case "passing":  # every weight that was over this pixel at some place
            return _meet(pixel=cell, weight=source, geometry=geometry)
        case "covering":  # every place where this pixel was under the kernel
            return all(0 <= c + before - stride * s < k for c, s in zip(cell, source, strict=True))
    raise ValueError(f"sources: no kind {kind!r}")


def _meet(pixel: tuple[int, ...], weight: tuple[int, ...], geometry: Geometry) -> bool:
    """Whether this kernel weight lies over this pixel at some place of the kernel."""
    before, stride = pad_widths(geometry.k, geometry.padding)[0], geometry.stride
    offsets = [p + before - w for p, w in zip(pixel, weight, strict=True)]
    return all(o % stride == 0 and 0 <= o // stride < n for o, n in zip(offsets, geometry.z1_shape, strict=True))
