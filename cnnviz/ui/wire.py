"""What goes between Python and the browser, declared once: the headers of the answers, and the constants of spec.js.

`python -m cnnviz.ui.wire` writes the same as TypeScript declarations into cnnviz/ui/web/types/, which
the JavaScript is checked against; a test holds them up to date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, NotRequired, TypedDict, Union, get_args, get_origin, get_type_hints, is_typeddict

from cnnviz.ui.component import records
from cnnviz.ui.sent.board import BoardHeader, PartData, SwitchData, SwitchGroup
from cnnviz.ui.sent.check import CheckHeader
from cnnviz.ui.sent.hall import HallPoll, HallQuestion, HallResults, HallSteps
from cnnviz.ui.sent.learn import LearnHeader
from cnnviz.ui.sent.notebook import NotebookHeader
from cnnviz.ui.sent.page import Header, Query, StepHeader
from cnnviz.words import Message, Versions

# --- Answers ---------------------------------------------------------------------------------------


class FilmMap(PartData):
    """A picture of the film; `most` is its largest value of all updates.

    A kernel has a number for every update; weights have their start, and frames of how far they have moved; what
    pushes has frames on powers of ten.
    """

    scale: records.Scale
    role: Literal["kernel", "weights", "push"]
    most: float


class FilmMark(TypedDict):
    """An update that is marked on the film's length."""

    k: int
    words: records.Text


class FilmShare(TypedDict):
    """What each parameter's steps promise of the fall, over the whole run, in a title too."""

    names: Sequence[records.Text]
    all: Sequence[float]
    title: records.Text


class FilmRun(TypedDict):
    """One start on the film: its maps, the lines of each curve, and how its loss falls."""

    label: records.Text
    maps: Sequence[FilmMap]
    lines: Mapping[str, Sequence[str]]
    marks: Sequence[FilmMark]
    fall: records.Text
    share: FilmShare | None


class FilmData(TypedDict):
    """All that a film shows besides its frames and curves; `change` is the end of the scale of all changes."""

    n: int
    runs: Sequence[FilmRun]
    change: float
    targets: Sequence[float]
    sentences: Sequence[records.Text]
    wrong: records.Text
    switches: Sequence[SwitchGroup]
    halves: Sequence[SwitchData]


class FilmHeader(Header):
    """The Train page's."""

    film: FilmData


class ReportImage(TypedDict):
    """An image with what the network says of it: `label` and `said` are classes, `outputs` those to print."""

    key: str
    words: str
    label: int
    said: int
    outputs: Sequence[tuple[int, float]]


class ReportGroup(TypedDict):
    """Images that tell something, under a title."""

    kind: str
    title: str
    more: str
    images: Sequence[ReportImage]


class ReportTile(TypedDict):
    """What learns, as a picture: `array` holds it at the start, now, and the difference, as bytes; 128 is zero."""

    label: str
    array: str
    rgb: bool


class TrainingLayer(TypedDict):
    """A layer that learns and those that follow it, each by its short name and its word in the network's text; the shape that comes out."""

    kinds: Sequence[tuple[records.Text, str]]
    shape: Sequence[int]


class TrainingForm(TypedDict):
    """What can be set for a training, and what is set: `text` as the address has it, where it `asked` for something perhaps else.

    `fits` says which channel and optimizer a network was made for, `rates` which learning rate goes with an optimizer.
    """

    asked: str
    text: str
    classes: Sequence[str]
    kinds: Sequence[Sequence[tuple[str, records.Text]]]
    values: Mapping[str, str]
    choices: Mapping[str, Sequence[tuple[str, records.Text]]]
    fits: Mapping[str, tuple[str, str]]
    rates: Mapping[str, float]
    layers: Sequence[TrainingLayer]
    learn: records.Text
    sentences: Sequence[records.Text]
    wrong: records.Text


class ReportHeader(TypedDict):
    """All that a training on many images has to say, besides its curves, its confusion and its pictures.

    `can` names the buttons that there are now; without a `form` there is no training, and `notice` says why.
    """

    code: str
    form: TrainingForm | None
    can: Sequence[str]
    notice: records.Text
    which: records.Text
    active: bool
    share: float
    state: str
    title: str
    note: str
    warning: str
    names: Sequence[str]
    epochs: int
    guessing: float
    mixed: str
    date: str
    moved: str
    tiles: Sequence[ReportTile]
    groups: Sequence[ReportGroup]


# --- Constants -------------------------------------------------------------------------------------


class CurveData(TypedDict):
    """A chart under the film."""

    name: str
    title: str
    log: str


class ImageData(TypedDict):
    """An image that can be chosen at a click."""

    id: str
    words: str


class PageData(TypedDict):
    """A page, by the last part of its address."""

    path: str
    name: str


class Preset(TypedDict):
    """A network of a course, where it comes from, and the lesson that it stands in."""

    label: str
    source: str
    query: Query


class LanguageData(TypedDict):
    """A language that the page can be read in, by what it calls itself."""

    id: str
    name: str


class Streamlits(TypedDict):
    """Something that Streamlit says in English: its message, a pattern of it, and which fields the pattern's groups are."""

    id: str
    pattern: str
    fields: Sequence[str]


class Bounds(TypedDict):
    """What the controls offer."""

    strides: Sequence[int]
    seeds: int


class Spec(TypedDict):
    """The constants of the module spec.js."""

    SCALES: Mapping[records.Scale, Sequence[str]]
    LINE_COLOURS: Sequence[str]
    MOST_PRINTED: int
    CURVES: Sequence[CurveData]
    KEYS: Sequence[str]
    EXTRA_KEYS: Sequence[str]
    PAGE_KEYS: Sequence[str]
    KERNELS: Mapping[str, Sequence[float]]
    CHANNELS: Sequence[str]
    OPTIMIZERS: Sequence[str]
    PRESETS: Sequence[Preset]
    SCALE_NAMES: Sequence[tuple[str, str]]
    PADDINGS: Sequence[str]
    WEIGHTS: Sequence[str]
    RULES: Sequence[str]
    LIMITS: Bounds
    IMAGES: Sequence[ImageData]
    PAGES: Sequence[PageData]
    CODE: str
    LANG: str
    LANGUAGES: Sequence[LanguageData]
    WORDS: Mapping[str, str | Mapping[str, str]]
    STREAMLITS: Sequence[Streamlits]
    MATH: Mapping[str, str]


# --- From Streamlit --------------------------------------------------------------------------------


class Mounted(TypedDict):
    """What Streamlit's page hands the component: which page it is, the code's version, and what belongs to one visit alone.

    `adopt` is how often a dialog changed the lesson, and the last change. `wrong` says by key what of the address, as far
    as it says how one looks, cannot be, and `stage` which stage there is instead. Where it `listens`, something else on the page
    depends on the lesson; addresses that hold what `private` does are answered by it, and by no resource.
    """

    page: str
    code: str
    adopt: tuple[int, Query]
    stage: str
    wrong: Mapping[str, records.Text]
    listens: bool
    private: Query | None


# --- A lesson as a file ----------------------------------------------------------------------------


class FileContents(TypedDict):
    """What a file knows of its lesson, and how to read its bytes: the lengths of the answers' headers, then of each part
    how many numbers of 64 bits it has and which part it is the difference from (-1: none), then for each update,
    by its number and in the headers' order, its parts; `server` is a page's address, with a slash at its end, or "".
    """

    lesson: Query
    heads: Sequence[int]
    parts: Sequence[tuple[int, int]]
    answers: Mapping[str, Sequence[int]]
    server: str


# --- The same as TypeScript ------------------------------------------------------------------------

RECORDS = (
    Header, StepHeader, BoardHeader, CheckHeader, NotebookHeader, FilmHeader, ReportHeader, LearnHeader, Mounted, FileContents,
    HallQuestion, HallResults, HallPoll, HallSteps,
)  # fmt: skip
_NAMED = {"Scale": records.Scale, "Band": records.Band, "Kind": records.Kind}
_PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null", Message: "string", Versions: "string"}
_HEAD = "// Written by `python -m cnnviz.ui.wire`: change that file, not this one.\n\n"


def declarations() -> dict[str, str]:
    """The text of each declaration file, by its path under cnnviz/ui/web/."""
    shared: dict[str, str] = {}
    for record in RECORDS:
        _written(record, shared)
    constants = [f"export const {name}: {_written(kind, shared)}" for name, kind in get_type_hints(Spec).items()]
    used = [name for name in sorted(shared) if re.search(rf"\b{name}\b", " ".join(constants))]
    return {
        "types/wire.d.ts": _HEAD + "\n".join(shared[name] for name in sorted(shared)),
        "spec.d.ts": _HEAD + f'import type {{ {", ".join(used)} }} from "./types/wire.js"\n\n' + "\n".join(constants) + "\n",
    }


def _written(kind: Any, into: dict[str, str]) -> str:
    """A Python type as TypeScript has it; what has a name is declared under it. TypeError for one that cannot be sent."""
    named = next((name for name, alias in _NAMED.items() if alias == kind), None)
    if named:
        into.setdefault(named, f"export type {named} = {_spelt(kind, into)}\n")
        return named
    if is_typeddict(kind):
        name = str(kind.__name__)
        if name not in into:
            into[name] = ""  # so that a record may hold itself
            into[name] = _record(kind, into)
        return name
    return _spelt(kind, into)


def _record(record: Any, into: dict[str, str]) -> str:
    lines = []
    for field, kind in get_type_hints(record, include_extras=True).items():
        maybe = get_origin(kind) is NotRequired
        lines.append(f"  {field}{'?' if maybe else ''}: {_written(get_args(kind)[0] if maybe else kind, into)}\n")
    return f"/** {record.__doc__} */\nexport interface {record.__name__} {{\n{''.join(lines)}}}\n"


def _spelt(kind: Any, into: dict[str, str]) -> str:
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " | ".join(f'"{value}"' for value in arguments)
    inner = [_written(argument, into) for argument in arguments]
    if origin in (Union, UnionType):
        return " | ".join(dict.fromkeys(inner))
    if origin is tuple:
        return f"[{', '.join(inner)}]"
    if origin is Sequence:
        return f"({inner[0]})[]" if "|" in inner[0] else f"{inner[0]}[]"
    if origin is Mapping:
        return f"Record<{inner[0]}, {inner[1]}>"
    raise TypeError(f"wire: {kind} cannot be sent")


def main() -> int:
    """Writes the declarations where the JavaScript looks for them."""
    web = Path(__file__).with_name("web")
    for path, text in declarations().items():
        (web / path).parent.mkdir(exist_ok=True)
        (web / path).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
