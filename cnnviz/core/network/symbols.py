"""The symbols of a network's layers, by the roles that a layer names its arrays by."""

from dataclasses import dataclass

TAKEN = frozenset("xyvzapnrok")
"""Letters that no parameter can have: the image, targets, a flattened map, what layers give, the outputs, and a window's size."""


def is_parameter(letter: str) -> bool:
    """Tells whether a layer's role, or the first letter of a symbol, is a parameter's: any one letter that is not taken.

    >>> is_parameter("w"), is_parameter("z"), is_parameter("mean")
    (True, False, False)
    """
    return len(letter) == 1 and letter not in TAKEN


GREEK = {"g": "γ", "s": "β"}
"""The letters that people write as Greek ones."""


@dataclass(frozen=True)
class Names:
    """The symbols of one layer: what it reads (`source`, and `input`, which is v where it flattens), its output, its parameters' number."""

    source: str
    output: str
    number: str = ""
    flattens: bool = False

    @property
    def input(self) -> str:
        """The symbol of what the layer is given."""
        return "v" if self.flattens else self.source

    def of(self, role: str) -> str:
        """The symbol of a role of this layer."""
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
    """The parameters' letters that stand more than once in the network."""


def latex(symbol: str) -> str:
    r"""A symbol as LaTeX has it.

    >>> print(latex("dz12"), latex("f"))
    \partial z_{12} f
    """
    if len(symbol) > 1 and symbol[0] == "d":
        return rf"\partial {latex(symbol[1:])}"
    letter = {"g": r"\gamma", "s": r"\beta"}.get(symbol[0], symbol[0])
    return f"{letter}_{{{symbol[1:]}}}" if len(symbol) > 1 else letter
