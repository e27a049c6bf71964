"""What the core says, as JSON files for the tests that run under node: a function a file."""

import base64
import dataclasses
import itertools
import json
import random
import re
from pathlib import Path
from urllib.parse import urlencode

import numpy as np

from cnnviz import Setup, load_image, run_updates
from cnnviz.core.network.cell_links import Link, sources
from cnnviz.core.setup.presets import PRESETS
from cnnviz.data.images import find_image
from cnnviz.decks.library import bundled
from cnnviz.hosts.file import _answer
from cnnviz.hosts.file.packing import Store
from cnnviz.hosts.file.predictors import predictors
from cnnviz.pages import answer as page_answer
from cnnviz.pages.address import PageRequest, resolve
from cnnviz.pages.map_records import array_of, program_of, static_records
from cnnviz.pages.map_settings import SCALES
from cnnviz.pages.network_record import columns, network_record
from cnnviz.pages.resource import canonical_query, compute_resource, page_of
from cnnviz.pages.step.handler import answer
from cnnviz.view.constants import browser_messages, spec
from cnnviz.view.fonts import FACES
from cnnviz.view.fonts import FOLDER as FONTS
from cnnviz.view.modules import FOLDER
from cnnviz.words import format_value, languages, plural_form, say
from tests.core.layers.test_layers import ROWS
from tests.web.networks import networks

SETUPS = (
    Setup(k=2),
    Setup(k=1, stride=2, pad="same", f="random-3", ch="gray"),
    Setup(k=3, pad="full", scale="raw", f="notebook"),
    Setup(k=1, rule="procedural"),
    Setup(k=1, stride=3, pad=1, y="0.25,0.75", w="zeros"),
    Setup(k=1, ch="rgb", w="he", net="conv4x3-relu-max2-conv4x3-relu-max2-dense10-softmax-ce"),
    Setup(k=1, w="he", net="conv3x5bs2p2-tanh-avg2-dense6-relu-dense3-sigmoid-bce"),
    Setup(k=1, net="conv2x4same-sigmoid-max3s2-conv3x2-relu-gap-dense2-softmax-ce"),
    Setup(k=7, net="conv2x3-relu-dense2-softmax-ce", opt="momentum"),
    Setup(k=0, net="conv24x3-relu-conv2x3b-relu-dense2-sigmoid-bce"),
    Setup(k=1, net="conv2x5-relu-max2-dense10-softmax-ce"),
    Setup(k=3, net="conv2x5b-avg2-dense30-tanh-dense10-softmax-ce", opt="adam", lr=0.001),
    Setup.from_query(next(each for each in PRESETS if each.name == "toolbox").query)[0],
)


def write(folder: Path) -> None:
    """Writes every file into `folder`."""
    (folder / "spec.mjs").write_text(spec(), encoding="utf-8")
    for lang in languages():
        (folder / f"spec.{lang}.mjs").write_text(spec(lang), encoding="utf-8")
    for make in (words, colours, addresses, snapshots, networks, posters, layers, files, wide, lessons, batch, averaged, normalized, dropped, images, drawn):
        (folder / f"{make.__name__}.json").write_text(json.dumps(make(), default=format_value), encoding="utf-8")


POSTERS = (
    "dense10-softmax-ce",
    "dense64-relu-dense32-relu-dense4-softmax-ce",
    "conv1x3-relu-max2-conv1x3-relu-dense3-softmax-ce",
    "conv2x3b-relu-gap-softmax-ce",
    "conv16x3-relu-conv16x3-relu-max2-conv32x3-relu-conv32x3-relu-max2-dense64-relu-dense10-softmax-ce",
    "conv64x3-bn-relu-max2-conv64x3-bn-relu-max2-conv64x3-relu-dense10-softmax-ce",
    "-".join(["conv4x3same-bn-relu-drop20"] * 4) + "-dense2-sigmoid-mse",
)
"""Networks beside the presets that a poster is laid out for."""


def posters() -> list[dict]:
    """Columns and shapes of all presets' networks and of some that are typed."""
    setups = [Setup.from_query(preset.query)[0] for preset in PRESETS] + [Setup(net=net, ch="rgb") for net in POSTERS]
    found = []
    for setup in setups:
        program = setup.network.program(load_image(setup.img, setup.ch, setup.scale).shape)
        found.append({"text": str(program.network), "columns": columns(program), "maps": static_records(program)})
    return found


def layers() -> list[tuple[str, str]]:
    """Layers' texts and their kinds: at least one of each kind."""
    return [(row.text, kind) for kind, rows in ROWS.items() for row in rows]


def lessons() -> list[dict]:
    """What the page Learn gets of every step of the lessons."""
    asked = [{"lesson": deck.id, "step": str(n)} for deck in bundled() for n in range(1, len(deck.screens) + 1)]
    return [{"answer": base64.b64encode(page_answer("learn", query)).decode()} for query in asked]


def batch() -> dict:
    """The answer to a setup on four images, with a batch normalisation and dropout."""
    query = {"img": "cat-0,cat-1,dog-0,dog-1", "ch": "red", "net": "conv2x3-bn-relu-max2-drop50-dense2-softmax-ce", "k": "2", "image": "2"}
    return {"bytes": base64.b64encode(page_answer("step", query)).decode()}


def averaged() -> dict:
    """The answer to a setup whose outputs are the means of its filters' maps."""
    return {"bytes": base64.b64encode(page_answer("step", {"net": "conv2x3b-relu-gap-softmax-ce", "k": "1"})).decode()}


def normalized() -> dict:
    """The answer to a setup with each kind of normalization, on one image."""
    net = "conv4x3b-bn-relu-max2-conv4x3-gn2-relu-max2-dense6-ln-relu-dense2-softmax-ce"
    return {"bytes": base64.b64encode(page_answer("step", {"net": net, "k": "1"})).decode()}


DROPPED = (
    {"net": "conv2x3-drop20-relu-dense24-drop50-relu-dense6-drop50m-dense2-softmax-ce"},
    {"net": "conv6x3-relu-drop50m-max2-dense2-softmax-ce", "seed": "3"},
    {"net": "conv2x3-relu-drop50-max2-drop30m-dense6-drop50-dense2-softmax-ce", "mode": "eval"},
)
"""Setups with dropout of single numbers, of whole maps, and in eval mode."""


def dropped() -> list[str]:
    """The answers to setups with dropout."""
    return [base64.b64encode(page_answer("step", query)).decode() for query in DROPPED]


READ = (
    {"img": "digit7-3", "net": "conv2x3-relu-max2-dense2-softmax-ce"},
    {"net": "conv3x3d2p1-relu-dense2-softmax-ce", "ch": "rgb"},
    {"net": "max3s2-conv2x3-relu-dense2-softmax-ce", "ch": "gray", "scale": "raw"},
    {"net": "relu-conv2x3-relu-dense2-softmax-ce", "ch": "blue", "scale": "raw"},
    {"net": "conv1x2s3-relu-dense2-softmax-ce", "ch": "green"},
    {"net": "dense2-softmax-ce"},
)
"""Setups whose first operations read the image in different ways."""


def images() -> list[str]:
    """The answers to setups that read different images and channels."""
    return [base64.b64encode(page_answer("step", query)).decode() for query in READ]


IN_FILES: tuple[tuple[str, tuple[int, ...], dict], ...] = (
    ("conv1x3-sigmoid-dense2-sigmoid-mse", (8, 9, 10), {"stride": 2, "pad": "full"}),
    ("conv16x5-relu-conv32x5-relu-dense10-softmax-ce", (0, 1), {}),
    ("conv3x3bs2d2same-tanh-avg3-conv2x3p1-leaky-max2-dense10-tanh-dense2-softmax-ce", (3, 4), {"opt": "adam", "ch": "rgb"}),
    ("conv2x5b-relu-max3-bn-dense4-relu-dense2-sigmoid-mse", (0, 1, 2), {"lr": 1000.0}),
)
"""Networks and updates that files are tried with: every estimate, none, another rule of learning, and a run that goes out of bounds."""


def files() -> list[dict]:
    """Answers as a file holds them: what it says of them, its bytes, and each as it was; of a large network too, in float32."""
    found = []
    for net, updates, more in IN_FILES:
        store, whole = Store(predictors(setup := Setup(net=net, **more))), {}
        for k in updates:
            whole[str(k)] = _answer(dataclasses.replace(setup, k=k), find_image("test-0"))
            store.add(str(k), whole[str(k)])
        held = {k: base64.b64encode(answer).decode() for k, answer in whole.items()}
        found.append({"contents": store.contents, "bytes": base64.b64encode(store.content).decode(), "answers": held})
    return found


def drawn() -> dict:
    """All that the page may write in any language, and the fonts with the characters that they are for."""
    texts = [json.dumps([browser_messages(lang), spec(lang)], ensure_ascii=False, default=format_value) for lang in languages()]
    sources = [path.read_text("utf-8") for path in FOLDER.rglob("*.js") if "vendor" not in path.parts]
    strings = [re.sub(r"/\*.*?\*/|//[^\n]*", "", source, flags=re.DOTALL) for source in sources]
    formulas = json.dumps([networks(), [header_of(setup) for setup in SETUPS]], ensure_ascii=False, default=format_value)
    characters = sorted(set("".join([*texts, *strings, formulas]).replace("\\u", "")))
    fonts = [[base64.b64encode((FONTS / f"{name}.woff2").read_bytes()).decode(), family, only] for name, family, _, _, only in FACES]
    return {"characters": characters, "fonts": fonts}


def header_of(setup: Setup) -> dict:
    return json.loads((answer := page_answer("step", setup.to_query()))[4 : 4 + int.from_bytes(answer[:4], "little")])


def wide() -> dict:
    """Numbers of two large presets as they travel, parts of them, and whole; and cells of stages that need parts."""
    return {
        name: _wide(name, *asked)
        for name, asked in {
            "scratch": ({"k": "1", "img": "test-0"}, {"z2": [57], "dp1": [22, 0, 9], "w2": [22, 0, 9, 57], "dw2": [22, 0, 9, 57]}, ("w2:,57", "w2:4321,", "w2:")),
            "tinygrad": ({"k": "2"}, {"z4": [9, 2, 3], "da3": [5, 1, 1], "f4": [9, 5, 1, 2], "df2": [3, 30, 4, 0]}, ("f4:9,", "f4:,5", "f2:3,", "start.f4")),
        }.items()
    }


def _wide(name: str, more: dict[str, str], cells: dict[str, list[int]], parts: tuple[str, ...]) -> dict:
    preset = next(preset for preset in PRESETS if preset.name == name)
    query, page = preset.query | more, page_of("step")
    found = {of: compute_resource(page, canonical_query(page, query | {"exact": of})).plain for of in parts}
    found |= {"sent": compute_resource(page, canonical_query(page, query)).plain, "whole": answer(resolve(query), whole=True)}
    return {"cells": cells, "bytes": {name: base64.b64encode(one).decode() for name, one in found.items()}}


def words() -> dict:
    """Values as sentences have them, plural forms, and messages of every shape that the catalogue has."""
    draw = random.Random(0)
    numbers = [0, 1, -1, 2.5, 0.125, 0.375, 12.5, 1e16, 123456789012345680.0, 1e-5, 0.0001, -7.6e-10, 999999.5, 1 / 3, 1e300, 5e-324]
    numbers += [draw.uniform(-1, 1) * 10 ** draw.randint(-20, 20) for _ in range(200)]
    numbers += [draw.randint(-(10**9), 10**9) for _ in range(50)] + [n / 8 for n in range(-40, 40)] + [n / 800 for n in range(801)]
    forms = [(value, form) for value in numbers for form in ("", "1", "2", "3", "5", "plain", "%", "1%")]
    forms = [(value, form) for value, form in forms if abs(value) < 1e15 or "%" not in form]  # a share is no such number
    cases = {lang: [(value, form, format_value(value, form, lang)) for value, form in forms] for lang in languages()}
    plurals = [(n, lang, plural_form(n, lang)) for n in (0, 1, -1, 0.5, 1.5, 2, 5, 11, 21, 102, 1234.5) for lang in languages()]
    values = {"n": 1234, "id": "x", "value": 0.5}
    said = []
    for id_, text in browser_messages("en").items():
        fields = {name: values.get(name, 3) for name in _fields(text)}
        for n in (1, 2) if not isinstance(text, str) else (1,):
            said.append((id_, fields | {"n": n}, say(id_, **(fields | {"n": n}))))
    nested = {"id": ["a", 2, {"id": "words.unknown", "values": {"id": "b"}}]}
    said.append(("words.unknown", nested, "No message a, 2, No message b.."))
    return {"written": cases, "plurals": plurals, "said": said}


def _fields(text: str | dict[str, str]) -> set[str]:
    from cnnviz.words import _FIELD

    texts = [text] if isinstance(text, str) else text.values()
    return {field[1] for each in texts for field in _FIELD.finditer(each)}


def colours() -> dict[str, list[list[int]]]:
    """Each scale at its ends and in between, by plain interpolation of its anchors."""
    found = {}
    for name, stops in SCALES.items():
        anchors = np.array([list(bytes.fromhex(stop[1:])) for stop in stops], float)
        at = np.linspace(0, len(anchors) - 1, 256)
        found[name] = np.stack([np.interp(at, np.arange(len(anchors)), c) for c in anchors.T], axis=-1).tolist()
    return found


def addresses() -> list[dict]:
    """Setups and their query strings."""
    return [{"lesson": setup.to_query(), "query": urlencode(setup.to_query(), safe=",")} for setup in SETUPS]


def snapshots() -> list[dict]:
    """What the Step page is sent for a setup, the core's arrays of it, and the cells behind some cells."""
    found = []
    for setup in SETUPS:
        snapshot = run_updates(setup, load_image(setup.img, setup.ch, setup.scale), setup.k)
        program = program_of(setup, snapshot)
        maps = network_record(setup, program, snapshot)["maps"]
        laid = {symbol: np.asarray(array_of(symbol, setup, snapshot)).reshape(maps[symbol]["shape"]) for symbol in maps}
        behind = [
            {"map": symbol, "source": link.source, "cell": cell, "sources": sorted(_sources(link, cell, laid, program.links))}
            for symbol, linked in program.links.items()
            if symbol in laid
            for link in linked
            for cell in _some_cells(laid[symbol].shape)
        ]
        now = PageRequest(setup.to_query(), setup, find_image(setup.img), snapshot, {}, {})
        found.append(
            {
                "bytes": base64.b64encode(answer(now)).decode(),
                "arrays": {symbol: array.ravel().tolist() for symbol, array in laid.items()},
                "loss": float(snapshot.losses[-1]),
                "behind": behind,
            }
        )
    return found


def _sources(link: Link, cell: tuple[int, ...], laid: dict[str, np.ndarray], links: dict) -> list[tuple[int, ...]]:
    values = dict(laid)
    if link.pattern == "won":  # the pool whose gradient is handed back
        made = link.source.removeprefix("d")
        values |= {"x": laid[links[made][0].source], "y": laid[made]}
    return sources(link, cell, values)


def _some_cells(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Corners and a middle, where padding and stride show."""
    return [cell for cell in itertools.product(*(sorted({0, n // 2, n - 1}) for n in shape))][:40]
