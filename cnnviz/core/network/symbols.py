"""Symbols of a network's arrays, by layer and role."""

from dataclasses import dataclass

TAKEN = frozenset("xyvzapnrok")
"""Letters that no parameter may have: the image, targets, a flattened map, outputs of layers and of the network, and
the window size."""


def is_parameter(letter: str) -> bool:
    """Return whether a layer's role, or the first letter of a symbol, is a parameter: any single letter that is not
    reserved.

    >>> is_parameter("w"), is_parameter("z"), is_parameter("mean")
    (True, False, False)
    """
    return len(letter) == 1 and letter not in TAKEN


GREEK = {"g": "γ", "s": "β"}
"""Letters that are displayed as Greek letters."""


@dataclass(frozen=True)
class Names:
    """The symbols of one layer: the array before it (`source`), its output, and the number of its parameters."""

    source: str
    output: str
    number: str = ""
    flattens: bool = False

    @property
    def input(self) -> str:
        """Symbol of the layer's input: v if it flattens, else `source`."""
        return "v" if self.flattens else self.source

    def of(self, role: str) -> str:
        """Return the symbol of a role in this layer."""
        if role in ("x", "dx"):
            return role[:-1] + self.input
        if role in ("y", "dy"):
            return role[:-1] + self.output
        if role in ("x_bound", "y_bound"):
            return f"{self.of(role[0])}.bound"
        if is_parameter(role.removeprefix("d")):
            return role + (self._own(role[-1]))
        return f"{self.output}.{role}"

    def _own(self, letter: str) -> str:
        return self.number if letter in self.numbered else ""

    numbered: frozenset[str] = frozenset()
    """Letters of parameters that occur more than once in the network."""


def latex(symbol: str) -> str:
    r"""Format a symbol as LaTeX.

    >>> print(latex("dz12"), latex("f"))
    \partial z_{12} f
    """
    if len(symbol) > 1 and symbol[0] == "d":
        return rf"\partial {latex(symbol[1:])}"
    letter = {"g": r"\gamma", "s": r"\beta"}.get(symbol[0], symbol[0])
    return f"{letter}_{{{symbol[1:]}}}" if len(symbol) > 1 else letter
