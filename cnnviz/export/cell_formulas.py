"""Spreadsheet formulas for the cells of a pass, by kind of layer. Cells of other kinds of layers contain numbers.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.core.network.layers.conv import Conv
from cnnviz.core.network.layers.identity import identity
from cnnviz.core.network.layers.layer import Shape
from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import Op
from cnnviz.core.network.sliding import pad_widths

Index = tuple[int, ...]

FIRST_ROW, FIRST_COLUMN = 4, 1
"""First cell of an array on its sheet. Above it are its name, its formula and the column numbers."""


def column_letters(column: int) -> str:
    """Return a column's name.

    >>> column_letters(0), column_letters(25), column_letters(26)
    ('A', 'Z', 'AA')
    """
    name = ""
    while column >= 0:
        column, remainder = divmod(column, 26)
        name, column = chr(65 + remainder) + name, column - 1
    return name


@dataclass(frozen=True)
class Layout:
    """Positions of arrays on their sheets: maps and kernels below each other with an empty row between; vectors as a
    column."""

    shapes: dict[str, Shape]

    def place(self, name: str, index: Index) -> tuple[int, int]:
        """Return the row and column of an entry on the array's sheet, counted from 0."""
        shape = self.shapes[name]
        if len(shape) < 2:
            return FIRST_ROW + (index[0] if index else 0), FIRST_COLUMN
        block = int(np.ravel_multi_index(index[:-2], shape[:-2])) if len(shape) > 2 else 0
        return FIRST_ROW + block * (shape[-2] + 1) + index[-2], FIRST_COLUMN + index[-1]

    def cell(self, name: str, *index: int) -> str:
        """Return a reference to one cell: dz1!B5."""
        row, column = self.place(name, index)
        return f"{_sheet(name)}!{column_letters(column)}{row + 1}"

    def block(self, name: str, first: Index, last: Index) -> str:
        """Return a reference to the cells from `first` to `last`, both included, of one map."""
        (top, left), (bottom, right) = self.place(name, first), self.place(name, last)
        return f"{_sheet(name)}!{column_letters(left)}{top + 1}:{column_letters(right)}{bottom + 1}"

    def range(self, name: str, *first: int) -> str:
        """Return a reference to an array, or to its part at the leading indices `first`."""
        remaining_shape = self.shapes[name][len(first) :]
        return self.block(name, (*first, *(0 for _ in remaining_shape)), (*first, *(n - 1 for n in remaining_shape)))


def _sheet(name: str) -> str:
    return f"'{name}'" if " " in name else name


class CellFormulas:
    """Formulas of a program's passes. `helpers` are arrays that only the formulas need, with their shapes.

    `ties` has tolerances for the inputs of ReLU and max pooling, below which numbers count as equal (core/network/ties.py).
    """

    def __init__(self, program: Program, ties: Mapping[str, float] | None = None):
        self.program, self.ties = program, ties or {}
        self.helpers: dict[str, Shape] = {}
        self.lines: dict[str, Op] = {line.target: line for line in (*program.forward_lines, *program.backward_lines)}
        shapes = dict(program.shapes)
        shapes |= {f"d{name}": shape for name, shape in program.shapes.items()} | {"y": program.shapes["o"], "L": ()}
        for layer, names in zip(program.network.layers, program.network.names, strict=True):
            if isinstance(layer, Conv):
                kernels = (*program.shapes[names.of("f")][:2], layer.reach, layer.reach)
                if layer.dilation > 1:
                    self.helpers[f"{names.of('f')} apart"] = kernels
                self.helpers[f"{names.of('f')} turned"] = kernels
                if layer.stride > 1:
                    m, *size = program.shapes[names.output]
                    self.helpers[f"d{names.output} spread"] = (m, *(layer.stride * (n - 1) + 1 for n in size))
        self.layout = Layout({name: shape for name, shape in (shapes | self.helpers).items() if "." not in name})

    def formula(self, name: str, index: Index) -> str | None:
        """Return the formula of one cell, or None if it is an input or its kind of layer has no formulas.

        >>> from cnnviz.core.network.network import DEFAULT, Network
        >>> formulas = CellFormulas(Network.parse(DEFAULT).program((5, 5)))
        >>> formulas.formula("z1", (0, 1, 1)), formulas.formula("db", (0,)), formulas.formula("x", (0, 0, 0))
        ('SUMPRODUCT(x!C6:E8,f!B5:D7)', 'dz2!B5', None)
        """
        if name in self.helpers:
            return self._helper(name, index)
        if name == "L":
            return LOSSES[self.ending](self.layout, self.program.loss_line.sources[0])
        if name == "v" or (name in self.lines and self.lines[name].sources == ("dv",) and self.lines[name].layer is None):
            return self._reshape(name, index)
        line = self.lines.get(name)
        if line is None:
            return None
        if line.layer is None:
            return ENDS[self.ending](self.layout, index[0])
        kind = "identity" if line.function is identity else self.program.network.layers[line.layer_index].kind
        maker = MAKERS.get((kind, line.role))
        return maker(self, line, index) if maker else None

    @property
    def ending(self) -> str:
        """Key of the loss: its kind, with the last layer's kind if both are merged."""
        network = self.program.network
        return f"{network.layers[-1].kind} {network.loss_kind}" if network.merged else str(network.loss_kind)

    def _reshape(self, name: str, index: Index) -> str:
        source = next(names.source for names in self.program.network.names if names.flattens)
        shape = self.program.shapes[source]
        if name == "v":
            return self.layout.cell(source, *map(int, np.unravel_index(index[0], shape)))
        return self.layout.cell("dv", int(np.ravel_multi_index(index, shape)))

    def _helper(self, name: str, index: Index) -> str:
        source = name.split()[0]
        if name.endswith(("apart", "turned")):
            return self._weight(name, source, index)
        layer = self.program.network.layers[self.lines[source[1:]].layer_index]
        assert isinstance(layer, Conv)
        m, i, j = index
        is_gap = i % layer.stride or j % layer.stride
        return "0" if is_gap else self.layout.cell(source, m, i // layer.stride, j // layer.stride)

    def _weight(self, name: str, source: str, index: Index) -> str:
        """Return a weight of a dilated kernel, rotated by 180° for "turned"; 0 in the gaps."""
        m, c, *position = index
        reach, dilation = self.helpers[name][-1], self._dilation(name, source)
        u, v = (reach - 1 - n for n in position) if name.endswith("turned") else position
        return "0" if u % dilation or v % dilation else self.layout.cell(source, m, c, u // dilation, v // dilation)

    def _dilation(self, name: str, source: str) -> int:
        return (self.helpers[name][-1] - 1) // max(1, self.layout.shapes[source][-1] - 1) or 1

    def helper_values(self, name: str, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the values of a helper, computed from its source array."""
        source = values[name.split()[0]]
        if name.endswith(("apart", "turned")):
            dilation, dilated = self._dilation(name, name.split()[0]), np.zeros(self.helpers[name])
            dilated[..., ::dilation, ::dilation] = source
            return dilated[..., ::-1, ::-1] if name.endswith("turned") else dilated
        spaced = np.zeros(self.helpers[name])
        stride = -(-spaced.shape[-1] // source.shape[-1])
        spaced[..., ::stride, ::stride] = source
        return spaced

    # ---- used by the makers

    def names(self, line: Op, *roles: str) -> list[str]:
        """Return the names of arrays with these roles in the line's layer; dx is the gradient of the layer's input."""
        names = self.program.network.names[line.layer_index]
        return [names.of(role) for role in roles]

    def tie_suffix(self, name: str) -> str:
        """Return a suffix for a formula that subtracts the tolerance for ties, or ""."""
        return f"-{self.ties[name]!r}" if self.ties.get(name) else ""

    def shape(self, name: str) -> Shape:
        return self.layout.shapes[name]

    def conv(self, line: Op) -> tuple[Conv, int]:
        """Return the layer and its padding before the first pixel."""
        layer = self.program.network.layers[line.layer_index]
        assert isinstance(layer, Conv)
        return layer, pad_widths(layer.reach, layer.padding)[0]

    def spread(self, line: Op) -> str:
        """Return the name of the output gradient with the stride's gaps filled with zeros."""
        (dy,) = self.names(line, "dy")
        return f"{dy} spread" if f"{dy} spread" in self.helpers else dy


def _overlap(start: int, count: int, size: int) -> tuple[int, int]:
    """Return the first and last of `count` positions from `start` that lie in 0 … size - 1, relative to `start`."""
    return max(0, -start), min(count, size - start) - 1


def _products(formulas: CellFormulas, big: tuple[str, Index], start: Index, small: tuple[str, Index]) -> str:
    """Return SUMPRODUCT of a small map with the part of a big map at `start`, or "" if they do not overlap."""
    (rows, columns), (height, width) = formulas.shape(small[0])[-2:], formulas.shape(big[0])[-2:]
    (top, bottom), (left, right) = _overlap(start[0], rows, height), _overlap(start[1], columns, width)
    if top > bottom or left > right:
        return ""
    covered_cells = formulas.layout.block(big[0], (*big[1], start[0] + top, start[1] + left), (*big[1], start[0] + bottom, start[1] + right))
    return f"SUMPRODUCT({covered_cells},{formulas.layout.block(small[0], (*small[1], top, left), (*small[1], bottom, right))})"


def _sum(terms: Iterator[str]) -> str:
    return "+".join(filter(None, terms)) or "0"


def _conv(formulas: CellFormulas, line: Op, index: Index) -> str:
    (layer, before), (m, i, j), (x, f) = formulas.conv(line), index, formulas.names(line, "x", "f")
    start = (i * layer.stride - before, j * layer.stride - before)
    f = f"{f} apart" if layer.dilation > 1 else f
    products = _sum(_products(formulas, (x, (c,)), start, (f, (m, c))) for c in range(formulas.shape(x)[0]))
    return f"{products}+{formulas.layout.cell(formulas.names(line, 'b')[0], m)}" if layer.bias else products


def _conv_df(formulas: CellFormulas, line: Op, index: Index) -> str:
    (layer, before), (m, c, u, v), (x,) = formulas.conv(line), index, formulas.names(line, "x")
    start = (layer.dilation * u - before, layer.dilation * v - before)
    return _sum(iter([_products(formulas, (x, (c,)), start, (formulas.spread(line), (m,)))]))


def _conv_dx(formulas: CellFormulas, line: Op, index: Index) -> str:
    (layer, before), (c, i, j), (f,) = formulas.conv(line), index, formulas.names(line, "f")
    start = (i + before - layer.reach + 1, j + before - layer.reach + 1)
    return _sum(_products(formulas, (formulas.spread(line), (m,)), start, (f"{f} turned", (m, c))) for m in range(layer.filters))


def _conv_db(formulas: CellFormulas, line: Op, index: Index) -> str:
    return f"SUM({formulas.layout.range(formulas.names(line, 'dy')[0], index[0])})"


def _dense(formulas: CellFormulas, line: Op, index: Index) -> str:
    x, w, b = formulas.names(line, "x", "w", "b")
    column = formulas.layout.block(w, (0, index[0]), (formulas.shape(w)[0] - 1, index[0]))
    return f"SUMPRODUCT({formulas.layout.range(x)},{column})+{formulas.layout.cell(b, index[0])}"


def _dense_dx(formulas: CellFormulas, line: Op, index: Index) -> str:
    w, dy = formulas.names(line, "w", "dy")
    row = formulas.layout.block(w, (index[0], 0), (index[0], formulas.shape(w)[1] - 1))
    return f"SUMPRODUCT(MMULT({row},{formulas.layout.range(dy)}))"


def _dense_dw(formulas: CellFormulas, line: Op, index: Index) -> str:
    x, dy = formulas.names(line, "x", "dy")
    return f"{formulas.layout.cell(x, index[0])}*{formulas.layout.cell(dy, index[1])}"


def _dense_db(formulas: CellFormulas, line: Op, index: Index) -> str:
    return formulas.layout.cell(formulas.names(line, "dy")[0], index[0])


def _elementwise_maker(text: str) -> Callable[[CellFormulas, Op, Index], str]:
    """Return a maker of element-wise formulas, with other arrays' roles in braces."""

    def make(formulas: CellFormulas, line: Op, index: Index) -> str:
        roles = ("x", "y", "dy")
        cells = {role: formulas.layout.cell(name, *index) for role, name in zip(roles, formulas.names(line, *roles), strict=True) if f"{{{role}}}" in text}
        return text.format(**cells)

    return make


def _relu_dx(formulas: CellFormulas, line: Op, index: Index) -> str:
    """Return a formula for the output gradient if the input is above 0 by more than round-off, otherwise 0 or slope
    times it."""
    x, dy = formulas.names(line, "x", "dy")
    slope, gradient = line.settings.get("slope", 0), formulas.layout.cell(dy, *index)
    return f"IF({formulas.layout.cell(x, *index)}>{formulas.ties.get(x, 0.0) or 0!r},{gradient},{f'{slope!r}*{gradient}' if slope else 0})"


def _leaky(formulas: CellFormulas, line: Op, index: Index) -> str:
    z = formulas.layout.cell(formulas.names(line, "x")[0], *index)
    return f"MAX({z},{line.settings['slope']!r}*{z})"


def _softmax(formulas: CellFormulas, line: Op, index: Index) -> str:
    (x,) = formulas.names(line, "x")
    maximum = f"MAX({formulas.layout.range(x)})"
    return f"EXP({formulas.layout.cell(x, *index)}-{maximum})/SUMPRODUCT(EXP({formulas.layout.range(x)}-{maximum}))"


def _softmax_dx(formulas: CellFormulas, line: Op, index: Index) -> str:
    y, dy = formulas.names(line, "y", "dy")
    return f"{formulas.layout.cell(y, *index)}*SUMPRODUCT({formulas.layout.range(y)}*({formulas.layout.cell(dy, *index)}-{formulas.layout.range(dy)}))"


def _window(formulas: CellFormulas, line: Op, index: Index) -> tuple[Index, Index]:
    """Return the first and last input cell of a pooling window."""
    g = formulas.program.network.layers[line.layer_index].geometry()
    c, i, j = index
    return (c, i * g["stride"], j * g["stride"]), (c, i * g["stride"] + g["k"] - 1, j * g["stride"] + g["k"] - 1)


def _pool(function: str) -> Callable[[CellFormulas, Op, Index], str]:
    def make(formulas: CellFormulas, line: Op, index: Index) -> str:
        return f"{function}({formulas.layout.block(formulas.names(line, 'x')[0], *_window(formulas, line, index))})"

    return make


def _covering(formulas: CellFormulas, line: Op, index: Index) -> list[Index]:
    """Return the output positions whose window covers an input cell."""
    g = formulas.program.network.layers[line.layer_index].geometry()
    _, rows, columns = formulas.shape(formulas.names(line, "y")[0])
    positions = [[n for n in range(size) if 0 <= p - n * g["stride"] < g["k"]] for p, size in zip(index[1:], (rows, columns), strict=True)]
    return [(index[0], i, j) for i in positions[0] for j in positions[1]]


def _max_dx(formulas: CellFormulas, line: Op, index: Index) -> str:
    """Sum the gradients of the windows in which this cell is the first maximum."""
    x, y, dy = formulas.names(line, "x", "y", "dy")
    (c, row, column), terms = index, []
    for window in _covering(formulas, line, index):
        (_, top, left), (_, _, right) = _window(formulas, line, window)
        largest, earlier_tests = formulas.layout.cell(y, *window) + formulas.tie_suffix(x), []
        if row > top:
            earlier_tests.append(formulas.layout.block(x, (c, top, left), (c, row - 1, right)))
        if column > left:
            earlier_tests.append(formulas.layout.block(x, (c, row, left), (c, row, column - 1)))
        conditions = "".join(f",SUMPRODUCT(--({cells}>={largest}))=0" for cells in earlier_tests)
        terms.append(f"IF(AND({formulas.layout.cell(x, *index)}>={largest}{conditions}),{formulas.layout.cell(dy, *window)},0)")
    return _sum(iter(terms))


def _avg_dx(formulas: CellFormulas, line: Op, index: Index) -> str:
    k = formulas.program.network.layers[line.layer_index].geometry()["k"]
    windows = _covering(formulas, line, index)
    return f"SUM({formulas.layout.block(formulas.names(line, 'dy')[0], windows[0], windows[-1])})/{k * k}" if windows else "0"


def _gap(formulas: CellFormulas, line: Op, index: Index) -> str:
    return f"AVERAGE({formulas.layout.range(formulas.names(line, 'x')[0], index[0])})"


def _gap_dx(formulas: CellFormulas, line: Op, index: Index) -> str:
    x, dy = formulas.names(line, "x", "dy")
    return f"{formulas.layout.cell(dy, index[0])}/{formulas.shape(x)[1] * formulas.shape(x)[2]}"


MAKERS: dict[tuple[str, str], Callable[[CellFormulas, Op, Index], str]] = {
    ("conv", "y"): _conv, ("conv", "df"): _conv_df, ("conv", "db"): _conv_db, ("conv", "dx"): _conv_dx,
    ("dense", "y"): _dense, ("dense", "dw"): _dense_dw, ("dense", "db"): _dense_db, ("dense", "dx"): _dense_dx,
    ("sigmoid", "y"): _elementwise_maker("EXP(MIN(0,{x}))/(1+EXP(-ABS({x})))"), ("sigmoid", "dx"): _elementwise_maker("{dy}*{y}*(1-{y})"),
    ("tanh", "y"): _elementwise_maker("TANH({x})"), ("tanh", "dx"): _elementwise_maker("{dy}*(1-{y}*{y})"),
    ("relu", "y"): _elementwise_maker("MAX(0,{x})"), ("relu", "dx"): _relu_dx, ("leaky", "y"): _leaky, ("leaky", "dx"): _relu_dx,
    ("identity", "y"): _elementwise_maker("{x}"), ("identity", "dx"): _elementwise_maker("{dy}"),
    ("softmax", "y"): _softmax, ("softmax", "dx"): _softmax_dx,
    ("max", "y"): _pool("MAX"), ("max", "dx"): _max_dx,
    ("avg", "y"): _pool("AVERAGE"), ("avg", "dx"): _avg_dx,
    ("gap", "y"): _gap, ("gap", "dx"): _gap_dx,
}  # fmt: skip
"""Makers of formulas by kind of layer and role: output, input gradient, parameter gradient."""


def _log_sum(z: str) -> str:
    return f"(MAX({z})+LN(SUMPRODUCT(EXP({z}-MAX({z})))))"


def _softplus(z: str, sign: str) -> str:
    """Return log(1 + e^z), or log(1 + e^-z) for "-", of every entry, in a numerically stable form."""
    return f"(({sign}{z}+ABS({z}))/2+LN(1+EXP(-ABS({z}))))"


LOSSES: dict[str, Callable[[Layout, str], str]] = {
    "mse": lambda at, o: f"SUMXMY2({at.range(o)},{at.range('y')})/COUNT({at.range('y')})",
    "softmax ce": lambda at, z: f"SUM({at.range('y')})*{_log_sum(at.range(z))}-SUMPRODUCT({at.range('y')},{at.range(z)})",
    "sigmoid ce": lambda at, z: f"SUMPRODUCT({at.range('y')}*{_softplus(at.range(z), '-')})",
    "sigmoid bce": lambda at, z: f"SUMPRODUCT({at.range('y')}*{_softplus(at.range(z), '-')}+(1-{at.range('y')})*{_softplus(at.range(z), '')})/COUNT({at.range('y')})",
}
"""Formula of the loss, from the outputs, or from z if it merges with the last layer."""

ENDS: dict[str, Callable[[Layout, int], str]] = {
    "mse": lambda at, n: f"2*({at.cell('o', n)}-{at.cell('y', n)})/COUNT({at.range('y')})",
    "softmax ce": lambda at, n: f"{at.cell('o', n)}*SUM({at.range('y')})-{at.cell('y', n)}",
    "sigmoid ce": lambda at, n: f"-{at.cell('y', n)}*(1-{at.cell('o', n)})",
    "sigmoid bce": lambda at, n: f"({at.cell('o', n)}-{at.cell('y', n)})/COUNT({at.range('y')})",
}
"""Formula of the first gradient of the backward pass."""
