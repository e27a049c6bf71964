"""Every formula that a layer or a loss has can be written in plain text."""

import re

import pytest

from cnnviz.core.explain.latex_to_text import latex_to_unicode
from cnnviz.core.network.cell_links import cells, source_ranges
from cnnviz.core.network.losses import LOSSES
from cnnviz.core.network.network import Network
from cnnviz.core.network.optimizers import OPTIMIZERS
from cnnviz.core.network.symbols import GREEK
from tests.core.layers.test_layers import EVERY
from tests.core.networks import network_with

NETWORKS = (
    "conv4x3bs2p1-relu-max3s2-conv2x5same-tanh-avg2-dense9-identity-dense3-softmax-ce",
    "conv2x3full-identity-dense2-sigmoid-bce",
    *(network_with(row.text) for row in EVERY),
    *(f"conv2x3-gap-{last}-{loss}" for loss, of in LOSSES.items() for last in of.after or ("identity",)),
)
"""Every kind of layer, and every loss behind each last layer that it may follow."""


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("text", dict.fromkeys(NETWORKS))
def test_every_formula_is_plain_text_and_keeps_its_symbols(text, training):
    program = Network.parse(text).program((3, 32, 32), training=training)
    for symbol, latex in program.formulas.items():
        written = latex_to_unicode(latex)
        assert "\\" not in written and "{" not in written
        assert written.count("=") == latex.count("="), symbol
        letter = symbol.lstrip("d")[0]
        assert written.startswith(("∂" if symbol[0] == "d" else "") + GREEK.get(letter, letter))


def test_greek_letters_and_functions_are_known_and_another_command_is_named():
    assert latex_to_unicode(r"\alpha_{1} = \exp(-\lambda) + \Omega") == "α₁ = exp(−λ) + Ω"
    with pytest.raises(ValueError, match=r"does not know \\int in \\alpha \\int x$"):
        latex_to_unicode(r"\alpha \int x")


@pytest.mark.parametrize("rule", OPTIMIZERS.values())
def test_the_step_of_every_optimizer_is_plain_text_too(rule):
    written = [latex_to_unicode(formula) for formula in rule.formulas]
    assert written[-1].startswith("θ ← θ − η · ") and not any(sign in "".join(written) for sign in "\\{}")


@pytest.mark.parametrize("layer", ["conv2x3", "conv2x5s2p2", "conv2x4same", "conv2x3s3full", "max3s2", "avg2", "max2s3", "avg3s1"])
def test_the_pixels_in_a_formula_are_those_that_a_cell_is_linked_to(layer):
    program = Network.parse(f"{layer}-dense2-mse").program((3, 16, 16))
    symbol, k = program.network.symbols[1], program.network.layers[0].geometry()["k"]
    link = program.links[symbol][0]
    row, column = re.search(r"x\[c, ?(.+?), (.+?)\]", program.formulas[symbol]).groups()
    assert "1i" not in row
    met = re.search(r"f\[m,c,(.+?), (.+?)\]", program.formulas["dx"])
    for i, j in [(0, 0), (1, 2), (2, 3)]:
        rows, columns = ({value(text, i=i, j=j, u=u, v=u) for u in range(k)} for text in (row, column))
        linked = set(cells(source_ranges(link, (0, i, j), (3, 16, 16))))
        assert {at[1:] for at in linked} == {(r, c) for r in rows for c in columns if 0 <= r and 0 <= c}
        for r in rows if met else ():  # the same, the other way round
            assert value(row, i=i, u=value(met[1], i=i, r=r)) == r and value(column, j=i, v=value(met[2], j=i, s=r)) == r


def value(index: str, **letters: int) -> int:
    """An index such as 2i+u-1."""
    return eval(re.sub(r"(\d)([a-z])", r"\1*\2", index), {}, letters)
