"""Factors by which an array may be wrong, and the quantities behind them: outputs, positions of a map, cells of a
window …"""

from collections.abc import Mapping
from dataclasses import dataclass

from cnnviz.words import Message, message


@dataclass(frozen=True)
class Factor:
    """A factor ± `n`, or its reciprocal if `inverse`. `name` is the quantity behind `n`, or "" if unknown."""

    number: float
    name: str = ""
    n: float = 0.0
    inverse: bool = False

    @property
    def is_simple(self) -> bool:
        """Whether the factor has a name, or is an integer or the reciprocal of an integer.

        >>> Factor(-3.0).is_simple, Factor(0.125).is_simple, Factor(0.3).is_simple, Factor(5e-324).is_simple
        (True, True, False, False)
        """
        # the reciprocal of a denormal number is infinite, and not an integer
        return bool(self.name) or self.number.is_integer() or (1 / self.number).is_integer()

    @property
    def words(self) -> list[Message]:
        """A short description, such as "times 1/900: the mean over …"."""
        if self.name in ("", "minus", "zero"):
            return [message(f"own.factor.{self.name or 'number'}", factor=self.number)]
        quantity = self.name.removesuffix("_squared")
        key = self.name if self.name in SETTINGS else "squared" if quantity != self.name else "count"
        quantity_text = None if key in SETTINGS else message(f"own.count.{quantity}")
        messages = [message(f"own.factor.{'per_' if self.inverse else ''}{key}", n=_as_integer(self.n), factor=abs(self.number), what=quantity_text)]
        return [*messages, message("own.factor.flipped")] if self.number < 0 else messages


ONE = Factor(1.0)
SETTINGS = ("two", "rate", "pixels")
"""Factors that do not count anything: the 2 of a square's derivative, the learning rate, the largest pixel value."""


def _as_integer(n: float) -> float:
    return int(n) if n == int(n) else n


SMALLEST = 1e-300
"""Smallest factor whose reciprocal is finite."""


def named_factor(number: float, names: Mapping[str, float], tolerance: float) -> Factor:
    """Return the factor that equals `number` within `tolerance`: the first match in `names`, else a simple factor, else
    the number itself.

    >>> named_factor(-1 + 1e-9, {}, 1e-6).name, named_factor(0.2500000001, {"window": 4.0}, 1e-6)
    ('minus', Factor(number=0.25, name='window', n=4.0, inverse=True))
    >>> named_factor(0.125, {}, 1e-6)
    Factor(number=0.125, name='', n=0.0, inverse=False)
    """
    for name, exact in (("minus", -1.0), ("zero", 0.0)):
        if abs(number - exact) <= tolerance * abs(exact):
            return Factor(exact, name)
    sign = -1.0 if number < 0 else 1.0
    for name, n in names.items():
        for inverse, size in ((False, n), (True, 1 / n if n else 0.0)):
            if size and abs(abs(number) - size) <= tolerance * size:
                return Factor(sign * size, name, n, inverse)
    inverse_number = 1 / number if abs(number) >= SMALLEST else 0.0
    for simple in (round(number), 1 / round(inverse_number) if round(inverse_number) else 0.0):
        if simple and abs(number - simple) <= tolerance * abs(simple):
            return Factor(float(simple))
    return Factor(number)
