"""The Theory tab: the notebook's explanations in its order, with omissions and errors, and its eight deviations, line
by line."""

from cnnviz.core.notebook.notebook_deviations import DEVIATION_TABLE
from cnnviz.export.mathml import mathml, named
from cnnviz.wire.notebook import TheoryData, TheoryLines, TheorySection
from cnnviz.words import message

FORMULAS = {
    "output_size": [r"H\prime = \lfloor (H - K + 2p) / s \rfloor + 1"],
    "convolution": [r"z_1[i,j] = \sum_{u,v} x[s i + u - p, s j + v - p] \cdot f[u,v]"],
    "sigmoid": ["<<a1>>", "<<dz1>>"],
    "bias": [r"[v, 1] \cdot W = v \cdot w + b"],
    "loss": ["<<L>>", "<<do>>"],
    "chain_rule": [
        r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial o} \frac{\partial o}{\partial z_2} \frac{\partial z_2}{\partial w}",
        r"= v^T \cdot ((o - y) \odot o \odot (1 - o))",
        r"\frac{\partial L}{\partial f} = \frac{\partial L}{\partial o} \frac{\partial o}{\partial z_2} \frac{\partial z_2}{\partial a_1}"
        r" \frac{\partial a_1}{\partial z_1} \frac{\partial z_1}{\partial f}",
        r"= x * (((o - y) \odot o \odot (1 - o)) \cdot w^T \odot a_1 \odot (1 - a_1))",
    ],
}
"""Formulas of each section in LaTeX; <<a1>> is the formula of a1, from its layer."""


def theory() -> TheoryData:
    """Return the sections with their formulas, and both lines of each deviation; independent of the setup."""
    return TheoryData(
        sections=[
            TheorySection(
                title=message(f"ui.notebook.theory.{name}.title"),
                formulas=[mathml(named(formula)) for formula in formulas],
                words=message(f"ui.notebook.theory.{name}.words"),
            )
            for name, formulas in FORMULAS.items()
        ],
        deviations=[TheoryLines(title=entry.title, words=entry.words, notebook=entry.notebook, exact=entry.exact) for entry in DEVIATION_TABLE.values()],
    )
