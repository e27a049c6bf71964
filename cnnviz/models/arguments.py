"""Arguments of layers, and the state and helper functions that the rules of all layers share."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnviz.core.network.layers import LAYERS
from cnnviz.models.described_layers import LayerDescription, Unknown
from cnnviz.words import Message, Problem, message

ACTIVATIONS: Mapping[str, str] = {"relu": "relu", "sigmoid": "sigmoid", "tanh": "tanh", "softmax": "softmax", "linear": "identity", "identity": "identity"}

Arguments = dict[str, Any]


@dataclass
class Context:
    """State that earlier layers leave for the next: pending zero padding, whether the output is a log-softmax, and
    their words.

    `state` is the kind of the last output: "start" before the first layer, "map", "ones" for an unflattened map of one pixel,
    "row", or "other". `flat` is the length of a row according to the text, as in view(-1, 400). `keras` is whether any layer is
    from Keras. `gives` is the number of filters or outputs of the last layer, if the next one reads that many. `permuted` is
    whether the next layer must be Flatten.
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
        """Whether the last layer's output is a map."""
        return self.state == "map"


Rule = Callable[[Arguments, Context], tuple[list[str], list[Message]]]
"""Function that returns a layer's words and notes; raises Untaken if it has no equivalent."""


class UnsupportedLayer(Exception):
    """Raised for a layer without an equivalent; `note` is the reason."""

    def __init__(self, note: Message):
        super().__init__(note)
        self.note = note


def integer_argument(arguments: Arguments, name: str, default: int | None = None) -> int:
    """Return an integer argument, which may be given as two equal numbers for rows and columns. Raise Untaken for
    other values."""
    value = arguments.get(name)
    value = default if value is None else value
    if isinstance(value, tuple | list) and len({*value}) == 1:
        value = value[0]
    if isinstance(value, tuple | list) and len(value) == 2 and all(isinstance(item, int) for item in value):
        raise UnsupportedLayer(message("model.unequal", name=NAMES_IN_CODE.get(name, name), value=format_value(value), fits=min(value)))
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnsupportedLayer(message("model.no_number", name=NAMES_IN_CODE.get(name, name), value=format_value(value)))
    return value


NAMES_IN_CODE: Mapping[str, str] = {"k": "kernel_size"}
"""Names of arguments in code, if they differ from ours."""


_NAME_OF_A_SIZE = r"[\w.]+([\[(][\w.'\":()-]*[\])][\w.]*)*"
"""A name, attribute, item or call, such as len(names) or info["label"].num_classes."""


def count_argument(arguments: Arguments, name: str, fits: int) -> tuple[int, list[Message]]:
    """Return a number of filters or outputs. If the text does not specify it, return `fits` and a note."""
    value = arguments.get(name)
    if not isinstance(value, Unknown) or not re.fullmatch(_NAME_OF_A_SIZE, value.text or ""):
        return integer_argument(arguments, name), []
    return fits, [message("model.unsaid", value=format_value(value), fits=fits)]


def has_bias(arguments: Arguments) -> bool:
    """Return whether a layer has a bias. Raise Untaken if the text does not specify it."""
    value = arguments.get("bias", True)
    if value not in (True, False):
        raise UnsupportedLayer(message("model.argument", name="bias", value=format_value(value), fits="True"))
    return bool(value)


def format_value(value: Any) -> str:
    if isinstance(value, tuple | list):
        return f"({', '.join(map(format_value, [*value][:4]))})"
    return getattr(value, "text", None) or str(value)[:40]


def fit_word(word: Callable[[Mapping[str, int]], str], kind: str, numbers: Mapping[str, int]) -> tuple[str, list[Message]]:
    """Return the word with these numbers, or with the nearest allowed ones, and notes. Keys are named as in the
    layer's limits."""
    fitted_numbers, notes = dict(numbers), list[Message]()
    for _ in range(len(numbers) + 1):
        try:
            LAYERS[kind].parse(word(fitted_numbers))
            return word(fitted_numbers), notes
        except Problem as problem:
            key = str(getattr(problem.values.get("what"), "id", "")).rpartition(".")[2]
            if problem.code != "network.limit" or key not in fitted_numbers:
                raise UnsupportedLayer(problem.message) from None
            lowest, highest = (int(str(problem.values[end])) for end in ("least", "most"))
            notes.append(message("model.limit", what=problem.values["what"], n=fitted_numbers[key], fits=min(max(fitted_numbers[key], lowest), highest)))
            fitted_numbers[key] = min(max(fitted_numbers[key], lowest), highest)
    raise UnsupportedLayer(message("model.unknown", name=kind))


def activation_words(arguments: Arguments) -> tuple[list[str], list[Message]]:
    """Return the word of a layer's `activation` argument, [] if it has none, and a note if it is unsupported."""
    value = arguments.get("activation")
    if value is None:
        return [], []
    if isinstance(value, LayerDescription):
        value = value.name
    name = format_value(value).removesuffix("()").rpartition(".")[2].lower() if not isinstance(value, str) else value.lower()
    if name not in ACTIVATIONS:
        return [], [message("model.activation", name=format_value(value))]
    if isinstance(arguments["activation"], LayerDescription) and (arguments["activation"].placed or arguments["activation"].named):
        return [], [message("model.activation", name=arguments["activation"].text)]
    return ([] if name in ("linear", "identity") else [ACTIVATIONS[name]]), []
