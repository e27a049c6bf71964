"""The five terms introduced on the Learn page, each with an example from the default setup."""

import numpy as np

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.setup.setup import Setup
from cnnviz.decks.scope import scope_of
from cnnviz.words import Message, message

CARDS = ("pixel", "kernel", "unit", "loss", "gradient")
"""Ids of the cards, with messages in `web.glossary`."""

POINTS, REACH = 33, 4.0
"""Number of points of the loss curve, and its range to each side."""


def cards() -> list[dict[str, object]]:
    """Return each card's term, an example, and numbers to show as a map, bars or a curve.

    >>> [card["word"] for card in cards()] == list(CARDS)
    True
    """
    arrays = scope_of(Setup()).arrays
    row, column = (int(at) for at in np.unravel_index(int(np.argmax(arrays["a1"])), arrays["a1"].shape))
    first = arrays["x"][row : row + 3, column : column + 3]
    values = {
        "pixel": {"raw": round(first[0, 0] * 255), "x": float(first[0, 0])},
        "kernel": {"weights": arrays["f"].size, "places": arrays["z1"].size},
        "unit": {"z": float(arrays["z1"][row, column]), "a": float(arrays["a1"][row, column])},
        "loss": {"o": float(arrays["o"][0]), "y": float(arrays["y"][0]), "loss": float(arrays["L"])},
        "gradient": {"gradient": float(arrays["db"][0]), "change": abs(float(arrays["db"][0])) / 100},
    }
    pictures = {"pixel": first, "kernel": arrays["f"], "unit": arrays["a1"][row - 1 : row + 2, column - 1 : column + 2]}
    scales = {"pixel": "pixel", "kernel": "signed", "unit": "activation"}
    return [
        {
            "word": name,
            "example": message(f"ui.learn.example.{name}", **values[name]),
            "picture": pictures[name].tolist() if name in pictures else None,
            "scale": scales.get(name, "signed"),
            "bars": _bars() if name == "loss" else [],
            "curve": _curve() if name == "gradient" else [],
        }
        for name in CARDS
    ]


def _bars() -> list[tuple[Message | str, float, float]]:
    """Return each output's name, value and target."""
    scope = scope_of(Setup())
    return [(name, float(o), float(y)) for name, o, y in zip(scope.setup.output_words, scope.arrays["o"], scope.arrays["y"], strict=True)]


def _curve() -> list[float]:
    """Return the loss at POINTS values of b[0] from -REACH to REACH.

    >>> curve = _curve()
    >>> len(curve) == POINTS, curve[POINTS // 2] == float(scope_of(Setup()).arrays["L"])
    (True, True)
    """
    scope = scope_of(Setup())
    params, network = scope.snapshot.params, scope.setup.network
    y = network.targets(scope.arrays["y"], scope.arrays["o"].shape)
    shifted = ({**params, "b": scope.arrays["b"] + np.array([step, 0.0])} for step in np.linspace(-REACH, REACH, POINTS))
    return [float(network.loss(network.forward(Params.of(entry), scope.arrays["x"]), y)) for entry in shifted]
