"""The cells that a cell is linked to are those whose nudge moves it: its own line is run again for each."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import assume, given, settings

from cnnviz.core.network import sliding
from cnnviz.core.network.cell_links import Link, sources
from cnnviz.core.network.program_line import Op, unflatten
from tests.core.networks import ALL, Case, cases

CELLS, CANDIDATES = 3, 25


@pytest.fixture(autouse=True, scope="module")
def numbers_around_images():
    """A product with the padding is a product too, and with zeros it could not be seen that it was made."""

    def padded(x, before, after):
        return np.pad(x, [(0, 0)] * (x.ndim - 2) + [(before, after)] * 2, constant_values=0.7)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sliding, "pad", padded)
        yield


class Nudged:
    """A network's lines with any numbers in every array, so that no product is 0 by chance; and one line at a time."""

    def __init__(self, case: Case):
        self.case, self.network, self.program = case, case.network, case.network.program(case.x_shape)
        self.rng = rng = np.random.default_rng(case.seed)
        lines = [*self.program.forward_lines, self.program.loss_line, *self.program.backward_lines]
        self.made = {line.target: line for line in lines}
        shapes = {name: shape for name, shape in self.program.shapes.items() if "." not in name}
        shapes |= {f"d{name}": shape for name, shape in shapes.items()}
        self.values = {name: rng.normal(size=shape) + 0.1 for name, shape in shapes.items()}
        self.values |= {"o": rng.uniform(0.1, 0.9, shapes["o"]), "y": rng.uniform(0.1, 0.9, shapes["o"])}
        alive = set()  # behind a dead unit nothing moves
        for layer, names in reversed(list(zip(self.network.layers, self.network.names, strict=True))):
            if layer.kind == "relu" or (layer.kind == "max" and names.output in alive):
                alive.add(names.source)
        self.values |= {name: abs(self.values[name]) for name in alive}
        for line in self.program.forward_lines:  # a pool's winners are in its window
            if line.target.endswith(".bound") or (line.layer is not None and self.network.layers[line.layer].kind == "max"):
                self.values[line.target] = line.make(self.values)
        self.forms = {name: self.program.laid_out.get(name.removeprefix("d"), a.shape) for name, a in self.values.items()}

    def again(self, target: str, values: dict[str, np.ndarray]) -> np.ndarray:
        """The line of `target`, after what it keeps of its input; behind a flattening, the line before that."""
        line = self.made[target]
        for name in line.sources:
            if "." in name or line.function is unflatten:
                values[name] = self.again(name, values)
        return np.asarray(line.make(values))

    def linked(self, link: Link, cell: tuple[int, ...]) -> set[tuple[int, ...]]:
        """What `sources` says, with the arrays as they are laid out."""
        values = {name: array.reshape(self.forms[name]) for name, array in self.values.items()}
        if link.pattern == "won":
            x = link.target.removeprefix("d")
            values |= {"x": values[x], "y": values[link.source.removeprefix("d")]}
        return {tuple(map(int, at)) for at in sources(link, cell, values)}

    def moving(self, link: Link, flat: int, candidates: set[tuple[int, ...]]) -> set[tuple[int, ...]]:
        """Those of some cells of the source whose nudge moves cell number `flat`: past 0, or by little where a winner counts."""
        line, source = self.made[link.target], link.source
        if source == "o" and "o" not in line.sources:
            source = self.network.names[-1].input  # a merged loss is worked out from z, cell by cell
        before, result = self.again(link.target, dict(self.values)).reshape(-1)[flat], set()
        for at in candidates:
            array = self.values[source].reshape(self.forms[source]).copy()
            array[at] = array[at] + 1e-9 if link.pattern == "winner" else -1.5 * array[at]
            after = self.again(link.target, self.values | {source: array.reshape(self.values[source].shape)})
            if after.reshape(-1)[flat] != before:
                result.add(at)
        return result

    def links(self) -> Iterator[tuple[str, Link]]:
        for target, result in self.program.links.items():
            if target in self.made and not (target == "L" and self.network.merged):
                # ∂f points at the weight that it belongs to, and is not computed from it.
                yield from ((target, link) for link in result if target != f"d{link.source}" or target == "do")

    def check(self) -> None:
        result = self.values
        for target, link in self.links():
            # A pool's output has equal numbers where its windows overlap: then every one of them would win the next.
            drawn = {link.source: self.rng.normal(size=result[link.source].shape)} if link.pattern == "winner" else {}
            self.values = result | drawn
            form = self.forms.get(target, ())
            flats = self.rng.permutation(int(np.prod(form, dtype=int)))[:CELLS]
            for flat in flats:
                cell = tuple(map(int, np.unravel_index(flat, form))) if form else ()
                linked, every = self.linked(link, cell), self.forms[link.source]
                some = [tuple(map(int, np.unravel_index(n, every))) for n in self.rng.integers(np.prod(every), size=CANDIDATES)]
                few = sorted(linked)
                few = [few[n] for n in self.rng.permutation(len(few))[:CANDIDATES]]
                candidates = {*some, *few}
                assert linked <= set(np.ndindex(*every)), (target, link, cell)
                assert self.moving(link, int(flat), candidates) == linked & candidates, (target, link, cell)


@pytest.mark.parametrize("name", ALL)
def test_a_cell_is_linked_to_what_moves_it(name):
    Nudged(ALL[name]).check()


@given(cases())
@settings(max_examples=60)
def test_in_any_network_a_cell_is_linked_to_what_moves_it(case):
    program = case.network.program(case.x_shape)
    shares = [program.shapes[names.output] for layer, names in zip(case.network.layers, case.network.names, strict=True) if layer.kind == "softmax"]
    assume((1,) not in shares)  # the share of a single output is 1, whatever moves
    Nudged(case).check()


@given(cases())
@settings(max_examples=30)
def test_every_array_of_a_pass_is_linked_and_to_all_that_its_line_reads(case):
    program = case.network.program(case.x_shape)
    lines: list[Op] = [*program.forward_lines, program.loss_line, *program.backward_lines]
    for line in lines:
        if "." not in line.target and line.target != "dv":
            assert program.links[line.target], line.target


def test_the_winner_of_equal_ones_is_the_first_and_it_alone_gets_the_gradient():
    case = Case("max2s1-dense2-mse", (3, 3))
    program = case.network.program(case.x_shape)
    x, y = np.zeros((1, 3, 3)), np.zeros((1, 2, 2))
    (forward,), (backward,) = program.links["p1"], program.links["dx"]
    assert sources(forward, (0, 1, 1), {"x": x}) == [(0, 1, 1)]
    won = {cell: sources(backward, cell, {"dp1": y, "x": x, "y": y}) for cell in np.ndindex(1, 3, 3)}
    assert won == {cell: [cell] if max(cell) < 2 else [] for cell in np.ndindex(1, 3, 3)}


@pytest.mark.parametrize("name", ["the notebook", "LeNet", "deeplearning.ai"])
def test_a_parameters_own_links_are_its_gradients_by_another_name(name):
    """Pointing at a weight shows the cells that it is multiplied with, and those that it goes into."""
    case = ALL[name]
    program = case.network.program(case.x_shape)
    for parameter in case.params:
        for link in program.links.get(parameter, ()):
            assert any(
                (other.source.removeprefix("d"), other.pattern) == (link.source, link.pattern) for other in program.links[f"d{parameter}"]
            )
