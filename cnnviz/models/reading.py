"""Conversion of a model from another library to a network: for each layer its equivalent, or the reason why there is
none and an alternative."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from cnnviz.core.network.network import Network
from cnnviz.core.network.network_text import MOST
from cnnviz.core.network.network_text import MOST_TEXT as MOST_TEXT_OF_NETWORK
from cnnviz.models.arguments import Context
from cnnviz.models.described_layers import LayerDescription, ModelDescription
from cnnviz.models.keras_config import config_in, read_config
from cnnviz.models.layer_rules import ConvertedLayer, channels_of, convert_layer
from cnnviz.models.losses import ending_words
from cnnviz.models.printed import is_printed, read_printed
from cnnviz.models.source import is_nested, read_source, without_commands
from cnnviz.words import Message, Problem, join_messages, message

MOST_TEXT = 200_000
"""Upper limit of characters of a model's code."""
SHAPES = ((28, 28), (32, 32))
"""Rows and columns of the supported images: digits and pictures."""
MOST_NAMED = 20
"""Upper limit of parts listed in one message."""
MOST_NOTEBOOK = 8_000_000
"""Upper limit of bytes of a notebook, including its images, which are ignored."""


_CONSEQUENCES = ("network.needs_row", "network.nothing_learns", "network.no_row_in_text", "network.after_row", "network.loss_after")
"""Faults of a network that parts which were left out may cause."""


@dataclass(frozen=True)
class Model:
    """A model that was read: its layers, the words at the end of the network's text, and general notes."""

    layers: tuple[ConvertedLayer, ...]
    end: tuple[str, ...]
    notes: tuple[Message, ...] = ()
    channels: int | None = None
    """Number of input channels, or None if the text does not specify it."""
    refused: tuple[Message, ...] = ()
    """Reasons why the loss, or the text around the layers, cannot be converted."""

    @property
    def is_exact(self) -> bool:
        """Whether every layer and the loss are converted exactly."""
        return not self.refused and all(layer.is_exact for layer in self.layers)

    @property
    def net(self) -> str:
        """Text of the network."""
        return "-".join([*(word for layer in self.layers for word in layer.words), *self.end])

    @property
    def network(self) -> Network:
        """The network. Raises Problem if the text is not a valid network."""
        convolutions = [(place, word) for place, word in enumerate(self.net.split("-"), start=1) if word.startswith("conv")]
        if len(self.net) > MOST_TEXT_OF_NETWORK and len(convolutions) > MOST["conv"]:  # the length is only a consequence
            place, word = convolutions[MOST["conv"]]
            raise Problem("network.too_many.conv", layer=word, place=place, n=MOST["conv"] + 1, most=MOST["conv"])
        try:
            return Network.parse(self.net)
        except Problem as problem:
            is_left_out = self.refused or any(layer.notes and not layer.words for layer in self.layers)
            raise Problem("model.rest") if is_left_out and problem.code in _CONSEQUENCES else problem from None

    @property
    def checked_network(self) -> Network:
        """The network, if it fits an available image size. Raises Problem if it fits none or is invalid."""
        network = self.network
        for last_layer, shape in enumerate(SHAPES, start=1):
            try:
                network.check((self.channels if self.channels == 3 else 1, *shape))
                break
            except Problem:
                if last_layer == len(SHAPES):
                    raise
        return network

    def check(self) -> None:
        """Raise Problem with all parts that are not converted exactly, if any."""
        parts = [message("model.part", text=layer.text, why=note) for layer in self.layers if not layer.is_exact for note in layer.remarks]
        parts = [part for n, part in enumerate(parts) if part not in parts[:n]]
        if parts or self.refused:
            raise Problem("model.partial", parts=join_messages([*parts, *self.refused][:MOST_NAMED]))


def from_model(text: str | bytes, name: str = "", partial: bool = False) -> Network:
    """Return the network that a model's text describes: code or print of PyTorch's nn.Sequential, a Keras model's
    code, or its configuration.

    `text` may also be the bytes of a .keras archive or of an ONNX file (which needs `pip install 'cnnviz[onnx]'`). `name` chooses
    one of several models by its variable, class or function. Nothing is executed or unpickled. Without a loss, the network ends
    with softmax and cross-entropy. Raise Problem if nothing can be read or the result is not a valid network. Also raise Problem,
    naming all such parts, if some cannot be converted exactly, unless `partial`: then they are omitted or replaced, as
    `cnnviz model FILE` reports.

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
        description = _describe(content, name)
    except RecursionError:  # Python's parser fails on deeply nested text
        raise Problem("model.nested") from None
    context = Context()
    layers = _final_words([convert_layer(layer, context) for layer in description.layers], context)
    layers = _limit_outputs(layers)
    words = [word for layer in layers for word in layer.words]
    end, notes, loss_problems = ending_words(words, description.loss, description.from_logits, context.log)
    refusals = [message("model.part", text=part.text, why=_at_line(part)) for part in description.refused]
    notes = [note for note in notes if note.id != "model.no_loss" or not refusals]
    refusals += [message("model.zeros_before", name="loss")] if context.zeros != (0, 0) else []
    refusals += [message("model.flatten_missing", name="loss")] if context.state not in ("row", "start") else []
    return Model(tuple(layers), tuple(end), tuple(notes), channels_of(description.layers), (*refusals, *loss_problems))


def _at_line(part: LayerDescription) -> Message:
    reason = part.refused or message("model.not_understood")
    return message("model.at_line", n=part.line, why=reason) if part.line else reason


def _describe(content: str | bytes, name: str) -> ModelDescription:
    """Parse content by its format, which is detected from its beginning."""
    if isinstance(content, bytes):
        if content[:2] == b"PK":
            return read_config(config_in(content))
        if content[:4] == b"\x89HDF":
            raise Problem("model.h5")
        if is_onnx(content):
            from cnnviz.models.onnx_graph import read_onnx  # local: needs an optional library

            return read_onnx(content)
        content = _decode(content[:MOST_NOTEBOOK])
    text = content.strip()
    if text.startswith("{"):
        code = _notebook_code(text)
        if code is None:
            return read_config(text)
        text = code
    if len(text) > MOST_TEXT:
        raise Problem("model.too_long", megabytes=MOST_TEXT / 1e6)
    if not text:
        raise Problem("model.empty")
    if re.search(r"Layer \(type.*Output Shape", text) and not re.search(r"\b(Sequential|Module)\(", text):
        raise Problem("model.summary")
    text = _readme_code(text) or text
    return read_printed(text) if _is_output(text) else read_source(text, name)


def _decode(content: bytes) -> str:
    """Decode a file as text. Raise Problem if it is not UTF-8, with a hint if it may be text in another encoding."""
    try:
        return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        letters = sum(32 <= byte < 127 or byte in (9, 10, 13) for byte in content[:4000])
        if b"\0" in content[:4000] or 2 * letters < len(content[:4000]):
            raise Problem("model.neither") from None
        raise Problem("model.encoding", n=content.count(b"\n", 0, error.start) + 1) from None


_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})([^`]*)")
"""The first or last line of a README's code block, with its language."""
_LAYERS = re.compile(r"\b(\w*Conv\w*|\w*Linear|Dense|Module)\b")
"""Names in code that defines a model, and not only prints one."""
_PYTHON = re.compile(r"(?i)\{?[ .]*(python3?|py|pycon|ipython3?)\b.*")
"""Names of Python as a code block's language, such as "python" or "{.python .input}"."""


def _readme_code(text: str) -> str:
    """Return the code of a README, with empty lines in place of its prose, so that line numbers stay. Return "" if the text has no
    code blocks, or is Python whose strings or comments contain them."""
    lines = text.split("\n")
    blocks = [*_blocks(lines)]
    if not blocks or _is_python(without_commands(text)):
        return ""
    inputs, outputs = list[tuple[str, int]](), list[tuple[str, int]]()
    for language, start, end in blocks:
        code = _without_prompts("\n".join(lines[start:end]))
        code = _cell_code(code) if language else code if _is_code(code) else ""
        if code:
            (outputs if _is_output(code) else inputs).append((code, end))
    has_layers = any(_LAYERS.search(code) for code, _ in inputs)
    code_lines = [""] * len(lines)
    for code, end in inputs if has_layers or not outputs else outputs:
        kept_lines = code.split("\n")
        code_lines[end - len(kept_lines) : end] = kept_lines
    return "\n".join(code_lines) if any(code_lines) else ""


def _blocks(lines: list[str]) -> Iterator[tuple[str, int, int]]:
    """Yield the code blocks of a README that are in Python or without a language: the language, the first line, and the line after
    the last."""
    fence, language, start = "", "", 0
    for n, line in enumerate(lines):
        fence_match = _FENCE.fullmatch(line)
        if fence_match is None:
            continue
        if not fence:
            fence, language, start = fence_match[1], fence_match[2].strip(), n + 1
        elif fence_match[1].startswith(fence) and not fence_match[2].strip():
            if not language or _PYTHON.fullmatch(language):
                yield language, start, n
            fence = ""


def _without_prompts(code: str) -> str:
    """Return the inputs of a Python console's session, with empty lines in place of its outputs. Return other code as it is."""
    if not code.lstrip().startswith(">>>"):
        return code
    inputs = (re.match(r"[ \t]*(?:>>>|\.\.\.)(?: (.*))?$", line) for line in code.split("\n"))
    return "\n".join((line_match[1] or "") if line_match else "" for line_match in inputs)


def _notebook_code(text: str) -> str | None:
    """Return the code of a notebook, or None if the text is not one."""
    if '"cells"' not in text:
        return None
    try:
        cells = json.loads(text)["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return None
    text = "\n".join(_cell_code(cell) for cell in code)
    file_names = re.findall(r"(?m)^%%writefile\s+(?:\S*/)?(\w+)\.py\s*$", "\n".join(code))  # these modules are in the text
    return re.sub(rf"(?m)^from +[\w.]*\b({'|'.join(file_names)}) +import +[\w, ]+$", "pass", text) if file_names else text


def _cell_code(cell: str) -> str:
    """Return the Python in a cell as IPython runs it: without the indentation of its first line. A cell in another
    language, or one that Python cannot parse and that mentions no layer, has none."""
    if cell.startswith("%%"):
        magic, _, body = cell.partition("\n")
        if not re.match(r"%%(time|capture|writefile\s+\S+\.py\s*$|tab\b.*\b(pytorch|all)\b)", magic):
            return ""
        cell = body
    indent = re.match(r"[ \t]*", cell)[0]  # type: ignore[index]  # it matches any text
    cell = re.sub(rf"(?m)^{indent}", "", cell) if indent else cell
    return cell if _is_code(cell) or _is_code(without_commands(cell)) or _MODEL.search(cell) else ""


_MODEL = re.compile(r"\b(nn|layers|Sequential|Module|Model|forward|Conv\w*|Dense|Linear|model|net)\b|\.add\(")
"""Words of a cell that may belong to a model."""


def _is_code(block: str) -> bool:
    """Return whether a code block of a README may be part of a model."""
    return _is_python(block) or is_printed(block)


def _is_output(text: str) -> bool:
    """Return whether this is the output of print(model), and not code that quotes such an output."""
    return is_printed(text) and not _is_python(without_commands(text))


def _is_python(text: str) -> bool:
    """Return whether Python can parse the text."""
    if is_nested(text):
        return False
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def is_onnx(content: bytes) -> bool:
    """Return whether this may be an ONNX file: its first field is the version, a small number.

    >>> is_onnx(b"\\x08\\x0a\\x12\\x07pytorch"), is_onnx(b"nn.Sequential()")
    (True, False)
    """
    return content[:1] == b"\x08" and content[1:2] < b"\x20" and content[2:3] in (b"\x12", b"\x1a", b"\x3a", b"\x42")


def _final_words(layers: list[ConvertedLayer], context: Context) -> list[ConvertedLayer]:
    """Return the layers with the final words of the state: a pooling of window 1 changes the stride of the
    convolution before it."""
    words = iter(context.words)
    return [replace(layer, words=tuple(next(words) for _ in layer.words)) for layer in layers]


def _limit_outputs(layers: list[ConvertedLayer]) -> list[ConvertedLayer]:
    """Return the layers with the number of outputs of the last dense layer limited to the maximum."""
    index = max((n for n, layer in enumerate(layers) if any(word.startswith("dense") for word in layer.words)), default=None)
    if index is None:
        return layers
    last_layer, limit = layers[index], MOST["outputs"]
    outputs = int(re.sub(r"\D", "", last_layer.words[0]))
    if outputs <= limit:
        return layers
    limits = [note for note in last_layer.notes if note.id == "model.limit"]  # limits of hidden layers, which differ
    n = limits[0].values["n"] if limits else outputs
    note = message("model.limit", what=message("network.what.outputs"), n=n, fits=limit)
    notes = (*(note for note in last_layer.notes if note not in limits), note)
    return [*layers[:index], replace(last_layer, words=(f"dense{limit}", *last_layer.words[1:]), notes=notes), *layers[index + 1 :]]
