"""The plural form of a number, by the rules of a language's file, in the notation of Unicode's CLDR."""

import re
from collections.abc import Mapping

_RELATION = re.compile(r"([nivft])(?:\s*%\s*(\d+))?\s*(!?=)\s*([\d.,\s]+)")


def form(n: float, rules: Mapping[str, str]) -> str:
    """Return the name of the first rule that applies to a non-negative number, or "other".

    A rule compares n, its integer part i, the number v of its decimals, its decimals f, and t, which is f without trailing
    zeros.

    >>> form(1, {"one": "i = 0,1"}), form(1.5, {"one": "i = 1 and v = 0"})
    ('one', 'other')
    >>> polish = {"one": "i = 1 and v = 0", "few": "v = 0 and i % 10 = 2..4 and i % 100 != 12..14", "many": "v = 0"}
    >>> [form(n, polish) for n in (1, 3, 5, 13, 22, 0.5)]
    ['one', 'few', 'many', 'many', 'few', 'other']
    """
    decimals = repr(n).partition(".")[2] if n < 1e16 else ""
    decimals = "" if "e" in decimals or decimals == "0" else decimals
    operands = {"n": n, "i": int(n), "v": len(decimals), "f": int(decimals or 0), "t": int(decimals.rstrip("0") or 0)}
    for name, rule in rules.items():
        if any(all(_holds(relation, operands) for relation in group.split(" and ")) for group in rule.split(" or ")):
            return name
    return "other"


def _holds(relation: str, operands: Mapping[str, float]) -> bool:
    parts = _RELATION.fullmatch(relation.strip())
    if parts is None:
        raise ValueError(f"a plural rule that cannot be read: {relation}")
    value = operands[parts[1]] % int(parts[2]) if parts[2] else operands[parts[1]]
    return any(_in_range(value, piece.strip()) for piece in parts[4].split(",")) == (parts[3] == "=")


def _in_range(value: float, piece: str) -> bool:
    low, _, high = piece.partition("..")
    return int(low) <= value <= int(high or low) and value == int(value)
