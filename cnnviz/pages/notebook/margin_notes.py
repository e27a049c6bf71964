"""Notes in the margin of the story: what the notebook explains, with its omissions and errors."""

from cnnviz.export.mathml import insert_formulas, mathml
from cnnviz.wire.notebook import MarginNote
from cnnviz.words import message

FORMULAS = {
    "sigmoid": [r"<<a1>>", r"<<dz1>>"],
    "chain_rule": [
        r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial o} \frac{\partial o}{\partial z_2} \frac{\partial z_2}{\partial w}",
        r"= v^T \cdot ((o - y) \odot o \odot (1 - o))",
        r"\frac{\partial L}{\partial f} = \frac{\partial L}{\partial o} \frac{\partial o}{\partial z_2} \frac{\partial z_2}{\partial a_1}"
        r" \frac{\partial a_1}{\partial z_1} \frac{\partial z_1}{\partial f}",
        r"= x * (((o - y) \odot o \odot (1 - o)) \cdot w^T \odot a_1 \odot (1 - a_1))",
    ],
    "output_size": [r"H\prime = \lfloor (H - K + 2p) / s \rfloor + 1"],
    "bias": [r"[v, 1] \cdot W = v \cdot w + b"],
    "convolution": [r"z_1[i,j] = \sum_{u,v} x[s i + u - p, s j + v - p] \cdot f[u,v]"],
    "loss": ["<<L>>", "<<do>>"],
}
"""Formulas of each note in LaTeX; <<a1>> is the formula of a1, from its layer."""


def margin_note(name: str) -> MarginNote:
    """Return a note with its formulas; it does not depend on the setup."""
    return MarginNote(
        title=message(f"ui.notebook.theory.{name}.title"),
        formulas=[mathml(insert_formulas(formula)) for formula in FORMULAS[name]],
        words=message(f"ui.notebook.theory.{name}.words"),
    )
