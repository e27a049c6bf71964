"""Every formula that a layer or a loss has can be written in plain text."""

import pytest

from cnnviz.core.formulas import plain
from cnnviz.core.network import Network
from cnnviz.core.optimizers import OPTIMIZERS

NETWORKS = (
    "conv1x3-sigmoid-dense2-sigmoid-mse",
    "conv4x3bs2p1-relu-max3s2-conv2x5same-tanh-avg2-dense9-identity-dense3-softmax-ce",
    "conv4x3-gap-sigmoid-ce",
    "dense2-softmax-mse",
    "conv2x3full-identity-dense2-sigmoid-bce",
)


@pytest.mark.parametrize("text", NETWORKS)
def test_every_formula_is_plain_text_and_keeps_its_symbols(text):
    program = Network.parse(text).program((3, 32, 32) if "conv4" in text else (32, 32))
    for symbol, latex in program.formulas.items():
        written = plain(latex)
        assert "\\" not in written and "{" not in written
        assert written.count("=") == latex.count("="), symbol
        assert written.startswith(("∂" if symbol[0] == "d" else "") + symbol.lstrip("d")[0])


def test_what_is_not_ours_is_refused():
    with pytest.raises(ValueError, match="not ours"):
        plain(r"\int x")


@pytest.mark.parametrize("rule", OPTIMIZERS.values())
def test_the_step_of_every_optimizer_is_plain_text_too(rule):
    written = [plain(formula) for formula in rule.formulas]
    assert written[-1].startswith("θ ← θ − η · ") and not any(sign in "".join(written) for sign in "\\{}")
