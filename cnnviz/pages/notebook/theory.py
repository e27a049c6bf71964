"""The Theory tab: what the notebook explains, in its order, with what it leaves out or gets wrong; and its eight deviations, line by line."""

from cnnviz.core.deviations import DEVIATION_TABLE
from cnnviz.wire.notebook import TheoryData, TheoryLines, TheorySection
from cnnviz.words import message

SECTIONS = ("output_size", "convolution", "sigmoid", "bias", "loss", "chain_rule")


def theory() -> TheoryData:
    """Its sections, of which each has a formula or two, and both lines of each deviation; the same for every lesson."""
    return TheoryData(
        sections=[_section(f"ui.notebook.theory.{name}") for name in SECTIONS],
        deviations=[TheoryLines(title=entry.title, words=entry.words, notebook=entry.notebook, exact=entry.exact) for entry in DEVIATION_TABLE.values()],
    )


def _section(words: str) -> TheorySection:
    return TheorySection(title=message(f"{words}.title"), formula=message(f"{words}.formula"), words=message(f"{words}.words"))
