"""A layer's arguments by our names for them, and the words that fit them: what all rules have in common."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnviz.core.network.layers import LAYERS
from cnnviz.models.described_layers import Described, Unknown
from cnnviz.words import Message, Problem, message

ACTIVATIONS: Mapping[str, str] = {"relu": "relu", "sigmoid": "sigmoid", "tanh": "tanh", "softmax": "softmax", "linear": "identity", "identity": "identity"}

Arguments = dict[str, Any]


@dataclass
class Before:
    """State that the layers before leave for the next: zeros around a map, whether a softmax is a logarithm, and their words.

    `state` is what the last one gives: "start" before the first, "map", "ones" for a map of one pixel that is not flattened, "row", or
    "other". `flat` is how many numbers a row has by the text's own view(-1, 400). `keras` is whether one of the layers is Keras'.
    `gives` is how many filters or outputs the last one has, if that is what the next one reads. `permuted` is whether the next one has to be Flatten.
    """

    zeros: tuple[int, int] = (0, 0)
    log: bool = False
    state: str = "start"
    keras: bool = False
    permuted: bool = False
    flat: int | None = None
    gives: int | None = None
    words: list[str] = field(default_factory=list)
    modules: set[int] = field(default_factory=set)

    @property
    def pixels(self) -> bool:
        """Whether the last layer has left a map."""
        return self.state == "map"


Rule = Callable[[Arguments, Before], tuple[list[str], list[Message]]]
"""A function that gives a layer's words and notes on them; it raises Untaken where there are none."""


class Untaken(Exception):
    """A layer that has no words here; what it says is why."""

    def __init__(self, note: Message):
        super().__init__(note)
        self.note = note


def side(given: Arguments, name: str, default: int | None = None) -> int:
    """A whole number, or the same one for rows and columns."""
    value = given.get(name)
    value = default if value is None else value
    if isinstance(value, tuple | list) and len({*value}) == 1:
        value = value[0]
    if isinstance(value, tuple | list) and len(value) == 2 and all(isinstance(one, int) for one in value):
        raise Untaken(message("model.unequal", name=WRITTEN.get(name, name), value=shown(value), fits=min(value)))
    if isinstance(value, bool) or not isinstance(value, int):
        raise Untaken(message("model.no_number", name=WRITTEN.get(name, name), value=shown(value)))
    return value


WRITTEN: Mapping[str, str] = {"k": "kernel_size"}
"""Arguments that are called otherwise where they are written."""


def count(given: Arguments, name: str, fits: int) -> tuple[int, list[Message]]:
    """A number of filters or outputs; where the text does not say it, what `fits`, and a note."""
    value = given.get(name)
    if not isinstance(value, Unknown) or not re.fullmatch(r"[\w.]+|len\([\w.]+\)", value.text or ""):
        return side(given, name), []
    return fits, [message("model.unsaid", value=shown(value), fits=fits)]


def has_bias(given: Arguments) -> bool:
    """Return whether a layer has a bias. Raise Untaken if the text does not say it."""
    value = given.get("bias", True)
    if value not in (True, False):
        raise Untaken(message("model.argument", name="bias", value=shown(value), fits="True"))
    return bool(value)


def shown(value: Any) -> str:
    return getattr(value, "text", None) or str(value)[:40]


def fitting(word: Callable[[Mapping[str, int]], str], kind: str, numbers: Mapping[str, int]) -> tuple[str, list[Message]]:
    """The word with these numbers, or with the nearest that fit; what each is called is as in the layer's limits."""
    now, notes = dict(numbers), list[Message]()
    for _ in range(len(numbers) + 1):
        try:
            LAYERS[kind].parse(word(now))
            return word(now), notes
        except Problem as problem:
            what = str(getattr(problem.values.get("what"), "id", "")).rpartition(".")[2]
            if problem.code != "network.limit" or what not in now:
                raise Untaken(problem.message) from None
            least, most = (int(str(problem.values[end])) for end in ("least", "most"))
            notes.append(message("model.limit", what=problem.values["what"], n=now[what], fits=min(max(now[what], least), most)))
            now[what] = min(max(now[what], least), most)
    raise Untaken(message("model.unknown", name=kind))


def activation_words(given: Arguments) -> tuple[list[str], list[Message]]:
    """The word of a layer's own activation, none where it has none; and a note on one that there is not."""
    value = given.get("activation")
    if value is None:
        return [], []
    if isinstance(value, Described):
        value = value.name
    name = shown(value).removesuffix("()").rpartition(".")[2].lower() if not isinstance(value, str) else value.lower()
    if name not in ACTIVATIONS:
        return [], [message("model.activation", name=shown(value))]
    if isinstance(given["activation"], Described) and (given["activation"].placed or given["activation"].named):
        return [], [message("model.activation", name=given["activation"].text)]
    return ([] if name in ("linear", "identity") else [ACTIVATIONS[name]]), []
