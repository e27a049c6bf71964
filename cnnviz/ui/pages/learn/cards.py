"""Five words that come before all symbols, each with an example from the lesson that the page opens with."""

from __future__ import annotations

import numpy as np

from cnnviz.core.lesson import Lesson
from cnnviz.lessons.scene import scene
from cnnviz.words import message

CARDS = ("pixel", "kernel", "unit", "loss", "gradient")
"""By their names among the words `web.glossary`."""


def cards() -> list[dict[str, object]]:
    """Each card's word, a sentence with numbers, and a few numbers to be shown as a map.

    >>> [card["word"] for card in cards()] == list(CARDS)
    True
    """
    found = scene(Lesson()).arrays
    row, column = (int(at) for at in np.unravel_index(int(np.argmax(found["a1"])), found["a1"].shape))
    first = found["x"][row : row + 3, column : column + 3]
    values = {
        "pixel": {"raw": round(first[0, 0] * 255), "x": float(first[0, 0])},
        "kernel": {"weights": found["f"].size, "places": found["z1"].size},
        "unit": {"z": float(found["z1"][row, column]), "a": float(found["a1"][row, column])},
        "loss": {"o": float(found["o"][0]), "y": float(found["y"][0]), "loss": float(found["L"])},
        "gradient": {"gradient": float(found["db"][0]), "change": abs(float(found["db"][0])) / 100},
    }
    pictures = {"pixel": first, "kernel": found["f"], "unit": found["a1"][row - 1 : row + 2, column - 1 : column + 2]}
    scales = {"pixel": "pixel", "kernel": "signed", "unit": "activation"}
    return [
        {
            "word": name,
            "example": message(f"ui.learn.example.{name}", **values[name]),
            "picture": pictures[name].tolist() if name in pictures else None,
            "scale": scales.get(name, "signed"),
        }
        for name in CARDS
    ]
