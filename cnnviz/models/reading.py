"""Somebody's own model as a network of ours: layer by layer what was taken, what could not be, and what would do."""

import re
from dataclasses import dataclass

from cnnviz.core.network import Network
from cnnviz.core.network_text import MOST
from cnnviz.models.arguments import Before
from cnnviz.models.described_layers import Description
from cnnviz.models.keras_config import MOST_BYTES, config_in, read_config
from cnnviz.models.layer_rules import Taken, channels_of, taken
from cnnviz.models.losses import ended
from cnnviz.models.source import is_printed, read_printed, read_source
from cnnviz.words import Message, Problem, message

MOST_TEXT = 200_000
"""Characters that a model's code may have."""


@dataclass(frozen=True)
class Model:
    """A model that was read: its layers, the words at the end of the network's text, and what is to be said of the whole."""

    layers: tuple[Taken, ...]
    end: tuple[str, ...]
    notes: tuple[Message, ...] = ()
    channels: int | None = None
    """The number of channels that it reads, where its text says so."""

    @property
    def is_whole(self) -> bool:
        """Tells whether every layer was taken as it is."""
        return not any(layer.notes for layer in self.layers)

    @property
    def net(self) -> str:
        """The text of the network."""
        return "-".join([*(word for layer in self.layers for word in layer.words), *self.end])

    @property
    def network(self) -> Network:
        """The network; Problem where what was taken is none."""
        return Network.parse(self.net)


def from_model(text: str | bytes) -> Network:
    """The network that a model's text describes: code or print of PyTorch's nn.Sequential, a Keras model's code, or its configuration.

    `text` may be the bytes of a .keras archive or of an ONNX file (which needs `pip install 'cnnviz[onnx]'`), too. Nothing is
    executed and nothing unpickled. What has no counterpart is left out; `cnnviz model FILE` says what. Without a loss it
    ends with softmax and cross-entropy. Raises Problem, a sentence, where nothing can be read or what was read is no network.

    >>> str(from_model("nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1800, 10))"))
    'conv8x3b-relu-max2-dense10-softmax-ce'
    """
    return read_model(text).network


def read_model(content: str | bytes) -> Model:
    """Reads a model's text, layer by layer. Problem where nothing can be read.

    >>> [(one.text, one.words) for one in read_model("nn.Sequential(nn.Linear(4, 2), nn.LSTM(2, 2))").layers]
    [('nn.Linear(4, 2)', ('dense2',)), ('nn.LSTM(2, 2)', ())]
    """
    try:
        description = _described(content)
    except RecursionError:  # of what is nested too deeply for Python's own reader
        raise Problem("model.nested") from None
    before = Before(own=description.own)
    layers = _thinned([taken(layer, before) for layer in description.layers], before)
    layers = _few_outputs(layers)
    words = [word for layer in layers for word in layer.words]
    end, notes = ended(words, description.loss, description.from_logits, before.log)
    return Model(tuple(layers), tuple(end), tuple(notes), channels_of(description.layers))


def _described(content: str | bytes) -> Description:
    """A description by the kind of the content, which is told from how it begins."""
    if isinstance(content, bytes):
        if content[:2] == b"PK":
            return read_config(config_in(content))
        if content[:4] == b"\x89HDF":
            raise Problem("model.h5")
        if is_onnx(content):
            from cnnviz.models.onnx_graph import read_onnx  # whose library is an extra

            return read_onnx(content)
        try:
            content = content[: 4 * MOST_BYTES].decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Problem("model.neither") from None
    text = content.strip()
    if text.startswith("{"):
        return read_config(text)
    if len(text) > MOST_TEXT:
        raise Problem("model.too_long", megabytes=MOST_TEXT / 1e6)
    if not text:
        raise Problem("model.empty")
    if re.search(r"Layer \(type.*Output Shape", text):
        raise Problem("model.summary")
    return read_printed(text) if is_printed(text) else read_source(text)


def is_onnx(content: bytes) -> bool:
    """Tells whether this may be an ONNX file: its first field is the version, a small number.

    >>> is_onnx(b"\\x08\\x0a\\x12\\x07pytorch"), is_onnx(b"nn.Sequential()")
    (True, False)
    """
    return content[:1] == b"\x08" and content[1:2] < b"\x20" and content[2:3] in (b"\x12", b"\x1a", b"\x3a", b"\x42")


def _thinned(layers: list[Taken], before: Before) -> list[Taken]:
    """The layers with their words as the layers after them have left them: a pool of one cell gives a convolution its stride."""
    words = iter(before.words)
    return [Taken(layer.text, tuple(next(words) for _ in layer.words), layer.notes) for layer in layers]


def _few_outputs(layers: list[Taken]) -> list[Taken]:
    """The layers with no more outputs of the last one than fit."""
    place = max((n for n, layer in enumerate(layers) if any(word.startswith("dense") for word in layer.words)), default=None)
    if place is None:
        return layers
    last, most = layers[place], MOST["outputs"]
    outputs = int(re.sub(r"\D", "", last.words[0]))
    if outputs <= most:
        return layers
    limits = [note for note in last.notes if note.id == "model.limit"]  # of a hidden layer, which this is not
    n = limits[0].values["n"] if limits else outputs
    note = message("model.limit", what=message("network.what.outputs"), n=n, fits=most)
    notes = (*(note for note in last.notes if note not in limits), note)
    return [*layers[:place], Taken(last.text, (f"dense{most}", *last.words[1:]), notes), *layers[place + 1 :]]
