"""Draws of addresses, and of files and texts of every kind that the server reads, each mutated."""

import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
from PIL import Image

from cnnviz import decks
from cnnviz.core.setup.presets import PRESETS
from cnnviz.core.setup.setup import SETUP_KEYS, Setup
from cnnviz.core.training.snapshots import run_updates
from cnnviz.data.images import load_images
from cnnviz.export.arrays import arrays_npz, npz
from cnnviz.export.parameters import parameters_json
from cnnviz.export.user_gradients_report import example_of, reference_of
from cnnviz.pages.registry import extra_resources, page_keys, pages
from tests.models.models import WHOLE

_SCRIPTS = Path(decks.__file__).parent
PATHS = [*(page.id for page in pages()), *(page.id for page in extra_resources())]
ODD = (
    "", "0", "-1", "1e308", "nan", "inf", "9" * 5_000, "held-0123456789abcdef", "²", "\x00", "[[[[", ":", ",", ",,,", "ß" * 300, "a" * 2_000, "true", "1,1",
    "__proto__", "constructor", "../../etc/passwd", "{L:3}", "test-0,test-1", "upload-eJw", "z1:0,0", "9**9**9",
)  # fmt: skip


def _plausible() -> Mapping[str, tuple[str, ...]]:
    nets = tuple(preset.net for preset in PRESETS)
    return {
        "img": ("test-0", "cat-17", "digit7-3", "test-0,test-1", "pattern-dot", "test-3,test-8,cat-0"), "net": nets, "k": ("0", "1", "7", "60", "1000", "100000"),
        "lr": ("0.01", "0.5", "1e6"), "ch": ("red", "rgb", "gray"), "opt": ("gd", "adam", "momentum"), "mode": ("train", "eval"), "f": ("sobel-x", "random-1", "1,2"),
        "seed": ("0", "7", "999999999"), "stage": ("z1", "df", "L"), "classes": ("cat,dog", "0,1,2"), "scale": ("unit", "raw"), "rule": ("exact", "procedural"),
        "s": ("1", "2"), "p": ("0", "1", "same"), "n": ("1", "12", "400"), "sweep": ("lr", "f"), "of": ("L", "a"), "mistake": ("flip", "mean"), "tab": ("own", "break"),
        "page": ("check", "train", "learn"), "lesson": ("kernel", "backprop"), "script": ("lecture-kernel",), "screen": ("1", "3"), "exact": ("w", "f"), "lang": ("fr", "en"),
        "set": ("f:0,0=2", "w:0,0=1e6"), "cell": ("z1:1,2", "f:0,0"), "instead": ("k=3", "net=x"), "vs": ("k=2", "lr=0.5"),
    }  # fmt: skip


def address(draw: random.Random) -> str:
    """Return the path and query of a page's numbers, or of a dialog's question."""
    plausible = _plausible()
    keys = [*SETUP_KEYS, *page_keys(), "instead", "exact", "lang", "page", "what", "around"]
    query = {}
    for key in draw.sample(keys, draw.randint(0, 6)):
        query[key] = draw.choice(plausible[key]) if key in plausible and draw.random() < 0.75 else draw.choice(ODD)
        if draw.random() < 0.1:
            query[key] = _mutated_text(query[key], draw)
    if draw.random() < 0.15:
        what = draw.choice(("arrays", "script", "keras", "html", "../x"))
        return f"/dialogs/{draw.choice(('files', 'file', 'example', 'cifar10', 'none'))}?{urlencode(query | {'what': what})}"
    return f"/numbers/{draw.choice(PATHS)}{draw.choice(('', '', '', '.json', '.npz', '.exe'))}?{urlencode(query)}"


def _archive(pieces: Mapping[str, bytes]) -> bytes:
    with zipfile.ZipFile(file := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in pieces.items():
            archive.writestr(name, content)
    return file.getvalue()


def _arrays() -> tuple[bytes, bytes, bytes, bytes]:
    """Return an update's arrays, parameters as JSON, and gradients as .npz and as JSON."""
    setup = Setup(k=2)
    snapshot = run_updates(setup, load_images(setup), 2)
    result = example_of(reference_of(setup, snapshot))
    gradients = dict(result[1]) if result else {}
    as_json = json.dumps({name: array.tolist() for name, array in gradients.items()}).encode()
    return arrays_npz(setup, snapshot), parameters_json(setup, snapshot.params, snapshot.buffers).encode(), npz(gradients), as_json


def _npy() -> bytes:
    np.save(file := io.BytesIO(), np.arange(72.0).reshape(8, 1, 3, 3))
    return file.getvalue()


def _picture(format: str) -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (120, 160, 3)).astype(np.uint8)
    Image.fromarray(noise).save(file := io.BytesIO(), format, **({"progressive": True} if format == "JPEG" else {}))
    return file.getvalue()


def _keras() -> bytes:
    layers = [("Conv2D", {"filters": 8, "kernel_size": [3, 3], "activation": "relu"}), ("MaxPooling2D", {"pool_size": [2, 2]}), ("Flatten", {}), ("Dense", {"units": 10})]
    return json.dumps({"class_name": "Sequential", "config": {"layers": [{"class_name": name, "config": config} for name, config in layers]}}).encode()


def _onnx() -> bytes | None:
    try:
        from tests.models.test_onnx import CONV, POOL, SHAPES, graph
    except ModuleNotFoundError:  # onnx is an extra
        return None
    nodes = [CONV, ("Relu", [], {}), POOL, ("Flatten", [], {}), ("Gemm", ["w", "c"], {"transB": 1})]
    return graph(nodes, SHAPES).SerializeToString()


def seeds() -> dict[str, tuple[str, list[bytes], bool]]:
    """Return the files to mutate by their kind, each with the path that reads it, and whether they are texts."""
    update, parameters, gradients, gradients_json = _arrays()
    texts = [text.encode() for text, _ in WHOLE]
    decks = [script.read_bytes() for folder in ("bundled", "lectures") for script in sorted((_SCRIPTS / folder).glob("*.toml"))]
    result: dict[str, tuple[str, list[bytes], bool]] = {
        "model": ("/dialogs/model", texts, True),
        "keras JSON": ("/dialogs/model", [_keras()], True),
        ".keras": ("/dialogs/model", [_archive({"config.json": _keras(), "model.weights.h5": b"\x89HDF"})], False),
        "script": ("/numbers/script", decks, True),
        ".npz": ("/dialogs/weights", [update], False),
        ".npy": ("/dialogs/weights", [_npy()], False),
        "parameters": ("/dialogs/weights", [parameters], True),
        "checkpoints": ("/dialogs/weights", [_archive({"a1.npz": update, "a2.npz": update})], False),
        "gradients .npz": ("/dialogs/gradients?k=2", [gradients], False),
        "gradients JSON": ("/dialogs/gradients?k=2", [gradients_json], True),
        **{format: ("/dialogs/picture", [_picture(format)], False) for format in ("PNG", "JPEG", "WEBP", "GIF", "BMP")},
    }
    onnx = _onnx()
    return result | ({"ONNX": ("/dialogs/model", [onnx], False)} if onnx else {})



def mutated(content: bytes, is_text: bool, draw: random.Random) -> bytes:
    """Return a file with one to six mutations, of at most a megabyte; of an archive often a piece is mutated, and packed again."""
    if content[:2] == b"PK" and draw.random() < 0.7:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            pieces = {name: archive.read(name) for name in archive.namelist()}
        changed = draw.choice([*pieces])
        pieces[changed] = mutated(pieces[changed], changed.endswith(".json"), draw)
        if draw.random() < 0.1:
            pieces[_mutated_text(changed, draw)[:60_000]] = pieces.pop(changed)
        return _archive(pieces)
    for _ in range(draw.choice((1, 1, 1, 2, 3, 6))):
        if is_text and draw.random() < 0.7:
            content = _mutated_text(content.decode("utf-8", "replace"), draw).encode("utf-8", "replace")
        else:
            content = draw.choice(_BYTES)(content, draw)
        content = content[:1_000_000]
    return content


def _place(content: bytes | str, draw: random.Random) -> int:
    return draw.randrange(len(content) + 1)


def _flipped(content: bytes, draw: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(draw.choice((1, 4, 40))):
        if changed:
            changed[draw.randrange(len(changed))] = draw.choice((0, 1, 127, 128, 255, draw.randrange(256)))
    return bytes(changed)


def _cut(content: bytes, draw: random.Random) -> bytes:
    start, end = sorted((_place(content, draw), _place(content, draw)))
    return content[:start] if draw.random() < 0.3 else content[:start] + content[end:]


def _repeated(content: bytes, draw: random.Random) -> bytes:
    start = _place(content, draw)
    end = min(len(content), start + draw.choice((1, 4, 30, 300)))
    return content[:end] + content[start:end] * draw.choice((1, 10, 1_000, 20_000)) + content[end:]


def _inserted(content: bytes, draw: random.Random) -> bytes:
    at = _place(content, draw)
    return content[:at] + draw.randbytes(draw.choice((1, 4, 100, 5_000))) + content[at:]


def _large_numbers(content: bytes, draw: random.Random) -> bytes:
    """Set four or eight bytes to a size that is not there."""
    at, width = _place(content, draw), draw.choice((2, 4, 8))
    size = draw.choice((2**31 - 1, 2**32 - 1, 10**7, 10**9, 2**63 - 1)) % 2 ** (8 * width)
    return content[:at] + size.to_bytes(width, draw.choice(("little", "big"))) + content[at + width :]


_BYTES: tuple[Callable[[bytes, random.Random], bytes], ...] = (_flipped, _cut, _repeated, _inserted, _large_numbers)
_TOKEN = re.compile(r"\w+|[^\w\s]|\s+")


def _mutated_text(text: str, draw: random.Random) -> str:
    tokens = _TOKEN.findall(text) or [""]
    at = draw.randrange(len(tokens))
    match draw.randrange(8):
        case 0:
            tokens[at] = draw.choice(ODD)
        case 1:
            tokens[at] = str(draw.choice((-1, 0, 2**31, 10**9, 10**18, 10**400, 10**4_000)))
        case 2:
            tokens[at] = draw.choice("[({") * draw.choice((3, 60, 490, 5_000))
        case 3:
            tokens[at] = tokens[at] * draw.choice((2, 100, 5_000))
        case 4:
            other = draw.randrange(len(tokens))
            tokens[at], tokens[other] = tokens[other], tokens[at]
        case 5:
            end = min(len(tokens), at + draw.choice((1, 5, 60)))
            tokens[at:end] = tokens[at:end] * draw.choice((0, 2, 40, 1_000))
        case 6:
            depth = draw.choice((10, 490, 3_000))
            tokens[at] = "[" * depth + tokens[at] + "]" * depth
        case _:
            tokens[at] = draw.choice(("NaN", "1e999", "-Infinity", "null", "''", '"""', "\ufeff", "\u202e", "\x1b[2J", "1_000", "0x" + "f" * 5_000, "{" * 40, "$constructor$"))
    return "".join(tokens)[:1_000_000]
