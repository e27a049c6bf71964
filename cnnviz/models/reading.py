"""A model of another library as a network: layer by layer what is taken, what cannot be, and what would work."""

import ast
import json
import re
from dataclasses import dataclass, replace

from cnnviz.core.network.network import Network
from cnnviz.core.network.network_text import MOST
from cnnviz.models.arguments import Before
from cnnviz.models.described_layers import Described, Description
from cnnviz.models.keras_config import config_in, read_config
from cnnviz.models.layer_rules import Taken, channels_of, taken
from cnnviz.models.losses import ended
from cnnviz.models.printed import is_printed, read_printed
from cnnviz.models.source import read_source
from cnnviz.words import Message, Problem, message, together

MOST_TEXT = 200_000
"""Characters that a model's code may have."""
SHAPES = ((28, 28), (32, 32))
"""Rows and columns of the images: digits and pictures."""
MOST_NAMED = 20
"""Parts that one sentence names."""
MOST_NOTEBOOK = 8_000_000
"""Bytes of a notebook, whose pictures are not read."""


@dataclass(frozen=True)
class Model:
    """A model that was read: its layers, the words at the end of the network's text, and the notes on all of it."""

    layers: tuple[Taken, ...]
    end: tuple[str, ...]
    notes: tuple[Message, ...] = ()
    channels: int | None = None
    """The number of channels that it reads, None if its text does not say."""
    refused: tuple[Message, ...] = ()
    """Why the loss, or the text around the layers, cannot be taken."""

    @property
    def is_whole(self) -> bool:
        """Whether every layer and the loss are taken as they are."""
        return not self.refused and all(layer.is_exact for layer in self.layers)

    @property
    def net(self) -> str:
        """The text of the network."""
        return "-".join([*(word for layer in self.layers for word in layer.words), *self.end])

    @property
    def network(self) -> Network:
        """The network. Raise Problem if what was taken is not one."""
        return Network.parse(self.net)

    @property
    def opened(self) -> Network:
        """The network, if it fits one of the image sizes that there are. Raise Problem if it does not, or is not a network."""
        network = self.network
        for last, shape in enumerate(SHAPES, start=1):
            try:
                network.check((self.channels if self.channels == 3 else 1, *shape))
                break
            except Problem:
                if last == len(SHAPES):
                    raise
        return network

    def check(self) -> None:
        """Raise Problem, which names each part that is not taken as it is, if there is one."""
        parts = [message("model.part", text=layer.text, why=note) for layer in self.layers if not layer.is_exact for note in layer.remarks]
        parts = [part for n, part in enumerate(parts) if part not in parts[:n]]
        if parts or self.refused:
            raise Problem("model.partial", parts=together([*parts, *self.refused][:MOST_NAMED]))


def from_model(text: str | bytes, name: str = "", partial: bool = False) -> Network:
    """The network that a model's text describes: code or print of PyTorch's nn.Sequential, a Keras model's code, or its configuration.

    `text` may be the bytes of a .keras archive or of an ONNX file (which needs `pip install 'cnnviz[onnx]'`), too. `name` chooses one of
    several models, by its variable, class or function. Nothing is executed and nothing unpickled. Without a loss the network ends with
    softmax and cross-entropy. Raise Problem if nothing can be read, if what was read is not a network, or, unless `partial`, if any part
    cannot be taken as it is: it names every such part. With `partial` these are left out or replaced; `cnnviz model FILE` says how.

    >>> str(from_model("nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1800, 10))"))
    'conv8x3b-relu-max2-dense10-softmax-ce'
    """
    model = read_model(text, name)
    if not partial:
        model.check()
    return model.network


def read_model(content: str | bytes, name: str = "") -> Model:
    """Read a model's text, layer by layer. Raise Problem if nothing can be read.

    >>> [(layer.text, layer.words) for layer in read_model("nn.Sequential(nn.Linear(4, 2), nn.LSTM(2, 2))").layers]
    [('nn.Linear(4, 2)', ('dense2',)), ('nn.LSTM(2, 2)', ())]
    """
    try:
        description = _described(content, name)
    except RecursionError:  # of what is nested too deeply for Python's own reader
        raise Problem("model.nested") from None
    before = Before()
    layers = _thinned([taken(layer, before) for layer in description.layers], before)
    layers = _few_outputs(layers)
    words = [word for layer in layers for word in layer.words]
    end, notes, why_not = ended(words, description.loss, description.from_logits, before.log)
    refused = [message("model.part", text=part.text, why=_at_line(part)) for part in description.refused]
    refused += [message("model.zeros_before", name="loss")] if before.zeros != (0, 0) else []
    refused += [message("model.flatten_missing", name="loss")] if before.state not in ("row", "start") else []
    return Model(tuple(layers), tuple(end), tuple(notes), channels_of(description.layers), (*refused, *why_not))


def _at_line(part: Described) -> Message:
    why = part.refused or message("model.not_understood")
    return message("model.at_line", n=part.line, why=why) if part.line else why


def _described(content: str | bytes, name: str) -> Description:
    """A description by the kind of the content, which is told from how it begins."""
    if isinstance(content, bytes):
        if content[:2] == b"PK":
            return read_config(config_in(content))
        if content[:4] == b"\x89HDF":
            raise Problem("model.h5")
        if is_onnx(content):
            from cnnviz.models.onnx_graph import read_onnx  # whose library is an extra

            return read_onnx(content)
        content = _decoded(content[:MOST_NOTEBOOK])
    text = content.strip()
    if text.startswith("{"):
        code = _cells(text)
        if code is None:
            return read_config(text)
        text = code
    if len(text) > MOST_TEXT:
        raise Problem("model.too_long", megabytes=MOST_TEXT / 1e6)
    if not text:
        raise Problem("model.empty")
    if re.search(r"Layer \(type.*Output Shape", text) and not re.search(r"\b(Sequential|Module)\(", text):
        raise Problem("model.summary")
    if blocks := re.findall(r"(?ms)^[ ]{0,3}```[ \t]*(?:python|py|Python|python3|pycon)?[ \t]*$\n(.*?)^[ ]{0,3}```", text):
        text = "\n".join(block for block in blocks if _is_code(block)) or text  # a README
    return read_printed(text) if is_printed(text) else read_source(text, name)


def _decoded(content: bytes) -> str:
    """A file as text. Raise Problem if it is not UTF-8, which says so if it may be text in another encoding."""
    try:
        return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        letters = sum(32 <= byte < 127 or byte in (9, 10, 13) for byte in content[:4000])
        if b"\0" in content[:4000] or 2 * letters < len(content[:4000]):
            raise Problem("model.neither") from None
        raise Problem("model.encoding", n=content.count(b"\n", 0, error.start) + 1) from None


def _cells(text: str) -> str | None:
    """The code of a notebook; None if the text is not one."""
    if '"cells"' not in text:
        return None
    try:
        cells = json.loads(text)["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return None
    return "\n".join(part for part in code if not part.startswith("%%") or part.startswith(("%%time", "%%capture")))


def _is_code(block: str) -> bool:
    """Whether a block of a README may be part of a model."""
    try:
        ast.parse(block)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return is_printed(block)
    return True


def is_onnx(content: bytes) -> bool:
    """Return whether this may be an ONNX file: its first field is the version, a small number.

    >>> is_onnx(b"\\x08\\x0a\\x12\\x07pytorch"), is_onnx(b"nn.Sequential()")
    (True, False)
    """
    return content[:1] == b"\x08" and content[1:2] < b"\x20" and content[2:3] in (b"\x12", b"\x1a", b"\x3a", b"\x42")


def _thinned(layers: list[Taken], before: Before) -> list[Taken]:
    """The layers with their words as the layers after them have left them: a pool of one cell gives a convolution its stride."""
    words = iter(before.words)
    return [replace(layer, words=tuple(next(words) for _ in layer.words)) for layer in layers]


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
    return [*layers[:place], replace(last, words=(f"dense{most}", *last.words[1:]), notes=notes), *layers[place + 1 :]]
