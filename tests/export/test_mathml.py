"""Every formula as MathML: well formed, nothing left of LaTeX, the same signs as in plain text."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from cnnviz import Setup
from cnnviz.core.explain.latex_to_text import latex_to_unicode, pixel_formula, translate_words
from cnnviz.core.network.network import Network
from cnnviz.core.network.optimizers import OPTIMIZERS
from cnnviz.core.setup.presets import PRESETS
from cnnviz.export.mathml import mathml
from cnnviz.export.numpy_script import jupyter_notebook
from cnnviz.view.constants import browser_messages, formulas_in_messages
from cnnviz.words import use_language

NETWORKS = {preset.query.get("net", "conv1x3-sigmoid-dense2-sigmoid-mse") for preset in PRESETS} | {"conv2x3full-tanh-avg2-gap-sigmoid-bce"}


def formulas() -> set[str]:
    result = {latex for text in NETWORKS for latex in Network.parse(text).program((3, 32, 32)).formulas.values()}
    return result | {latex for rule in OPTIMIZERS.values() for latex in rule.formulas} | {pixel_formula("unit"), pixel_formula("raw")}


def bare(text: str) -> str:
    """The signs of a formula, whatever is lowered, raised or put in brackets for it."""
    low = str.maketrans("₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₘₙᵤᵥᵣₛ²ᵀΣ", "0123456789ijkmnuvrs2T∑")
    return "".join(sorted(re.sub(r"[\s(),_^√/\N{COMBINING CIRCUMFLEX ACCENT}]", "", text.translate(low))))


@pytest.mark.parametrize("latex", sorted(formulas()))
def test_a_formula_is_well_formed_and_has_the_signs_of_its_plain_text(latex):
    shown = mathml(translate_words(latex))
    text = "".join(ElementTree.fromstring(shown).itertext())
    assert "\\" not in text and "{" not in text
    assert bare(text) == bare(latex_to_unicode(latex))


def test_words_in_formulas_are_the_readers():
    with use_language("fr"):
        for latex in formulas():
            left = set(re.findall(r"\\text\{(\w+)\}", latex)) & set(re.findall(r"\w+", latex_to_unicode(latex)))
            assert left <= {"pixel"}, latex  # which is the same word
        notebook = jupyter_notebook(Setup(opt="momentum"), np.zeros((32, 32, 3), np.uint8))
        assert "vitesse" in notebook and r"text{velocity}" not in notebook


def test_the_formulas_within_sentences_are_well_formed_too():
    for latex, shown in formulas_in_messages(browser_messages("fr")).items():
        assert "\\" not in "".join(ElementTree.fromstring(shown).itertext()), latex
