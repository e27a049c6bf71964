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
from cnnviz.words import Message, Versions

Query = Mapping[str, str]
"""A lesson, or a change of one, as the address has it."""

Cell = Sequence[int]
"""Row and column; in w and dw, also the output."""

Scale = Literal["signed", "dark", "activation", "pixel", "error"]


# --- Answers ---------------------------------------------------------------------------------------


class Header(TypedDict):
    """What every page needs: the lesson that this answers, sentences, and the status line; a loss that is no number is None."""

    page: str
    code: str
    asked: Query
    lesson: Query
    words: records.Text
    wrong: Mapping[str, records.Text]
    remarks: Sequence[records.Text]
    deviations: Mapping[str, records.Text]
    loss: float | None
    saturated: float | None
    filters: records.FiltersRecord | None
    outputs: Sequence[records.Text]
    stages: Sequence[records.StageRecord]


class MissionListed(TypedDict):
    """A mission that can be taken, and the lesson that it starts from."""

    id: str
    title: records.Text
    query: Query


class NamedMistake(TypedDict):
    """A mistake that may be named, and where it would be."""

    address: str
    title: records.Text
    stage: str


class MissionData(TypedDict):
    """The mission that is under way: what is said of it now, and whether it is reached.

    Where a mistake is to be named, `case` says which one it is of many, `choices` are those that it may be, and `named` is the last guess.
    """

    id: str
    title: records.Text
    hint: records.Text
    said: Sequence[records.Text]
    met: bool
    case: int | None
    named: str
    choices: Sequence[NamedMistake]


class MissionsData(TypedDict):
    """The missions of Step, and the one that is under way."""

    listed: Sequence[MissionListed]
    now: MissionData | None


class StepHeader(Header):
    """The Step page's."""

    missions: NotRequired[MissionsData]

    network: records.NetworkRecord
    facts: Mapping[str, records.Text]
    promise: records.PromiseRecord | None


class NudgeRow(TypedDict):
    """One nudge: both losses, cut where they part, their quotient, cut where it leaves the gradient, and its digits that are right."""

    step: str
    up: tuple[str, str]
    down: tuple[str, str]
    central: tuple[str, str]
    right: records.Text


class DigitsData(TypedDict):
    """An entry nudged by several steps, and what the backward pass says of it."""

    title: records.Text
    rows: Sequence[NudgeRow]
    backward: str


class CodeData(TypedDict):
    """A line of code as it should be, and as it is made wrong."""

    wrong: str
    right: str


class Verdict(TypedDict):
    """A sentence, and whether it is good news; None where nothing is known yet."""

    text: records.Text
    good: bool | None


class BoardRow(TypedDict):
    """One version of the arrays."""

    name: str
    label: records.Text


class PartData(TypedDict):
    """The part of an array that is one picture; `index` is a cell's, null where it goes by row, column and layer."""

    symbol: str
    label: records.Text
    words: records.Text
    family: str
    index: Sequence[int | None]
    rows: int
    columns: int
    layers: int
    flat: bool


class BoardColumn(PartData):
    """One symbol; `state` says where versions part: "first" here, "inherits" from there, "wrong" once more, "" nowhere; or it is "missing".

    `address` is a cell's index in an address, null where it goes by row, column and layer; empty where there is none.
    """

    cell: Cell
    address: Sequence[int | None]
    note: records.Text
    state: Literal["", "first", "inherits", "wrong", "missing"]


class BoardMap(TypedDict):
    """The values at the ends of a map's colours, and which colours these are."""

    limits: tuple[float, float]
    scale: Scale


class SwitchData(TypedDict):
    """A choice: whether it is on, and the change of the address that it makes."""

    key: str
    label: records.Text
    words: records.Text
    on: bool
    change: Query
    more: records.Text


class SwitchGroup(TypedDict):
    """Choices under one title; its name is the same in every language."""

    name: str
    title: records.Text
    options: Sequence[SwitchData]


class Line(TypedDict):
    """A line of a chart; those of one hue have one colour. A value that is None is a gap."""

    label: records.Text
    values: Sequence[float | None]
    dashed: bool
    hue: int


class ChartData(TypedDict):
    """Lines over a common x; `log` and `logY` put an axis on powers of ten."""

    name: str
    title: records.Text
    x: Sequence[float]
    cursor: float | None
    words: records.Text
    log: bool
    logY: bool
    series: Sequence[Line]


class BoardData(TypedDict):
    """All that a board shows besides its arrays."""

    title: records.Text
    verdict: Verdict
    sentences: Sequence[records.Text]
    rows: Sequence[BoardRow]
    columns: Sequence[BoardColumn]
    maps: Mapping[str, BoardMap]
    subject: str
    tabs: Sequence[SwitchData]
    switches: Sequence[SwitchGroup]
    charts: Sequence[ChartData]


class BoardHeader(Header):
    """That of a page with a board."""

    board: BoardData


class OwnMatch(TypedDict):
    """A slip that a wrong stage is compared with: the share of its wrong numbers that it gives, and that in words."""

    title: records.Text
    share: float
    count: records.Text


class OwnStage(TypedDict):
    """What a wrong stage looks like: how near that is, what it is called, others beside it, and its line of code."""

    how: records.Text
    title: records.Text
    matches: Sequence[OwnMatch]
    code: CodeData | None
    words: Sequence[records.Text]


class OwnData(TypedDict):
    """Somebody's own gradients: the file's name, "" where there is none, and each wrong stage, the first one first."""

    file: str
    stages: Sequence[OwnStage]


class CheckData(TypedDict):
    """What Check shows besides its board: two definitions, an entry's digits, a mistake's code and what the loss does."""

    tab: str
    definitions: Sequence[records.Text]
    digits: DigitsData | None
    code: CodeData | None
    falls: records.Text
    own: OwnData | None


class CheckHeader(BoardHeader):
    """The Check page's."""

    check: CheckData


class DeviationRow(TypedDict):
    """A switch of the notebook: both lines of code, the stages that change if it is flipped now or alone on, and whether it matters."""

    key: str
    label: records.Text
    on: bool
    change: Query
    notebook: str
    exact: str
    effect: records.Text
    flipped: Sequence[str]
    alone: Sequence[str]
    matters: records.Text
    yes: bool
    more: records.Text


class PrintedKernel(TypedDict):
    """A kernel of the notebook's run, row by row."""

    label: records.Text
    values: Sequence[float]


class PrintedData(TypedDict):
    """What the notebook printed, and whether it comes out again."""

    kernels: Sequence[PrintedKernel]
    agrees: bool
    kernel: records.Text
    sums: records.Text
    theirs: Sequence[float]
    ours: Sequence[float]


class StoryData(TypedDict):
    """A step of the story; `place` is 0 before it begins."""

    place: int
    steps: Sequence[SwitchData]
    title: records.Text
    paragraphs: Sequence[records.Text]
    cards: Sequence[DeviationRow]
    printed: PrintedData


class SymbolLabel(TypedDict):
    """A symbol, and how people write it."""

    symbol: str
    label: records.Text


class SetsData(TypedDict):
    """All sets of switches: 1 for each that moves the kernel, which one is on, and what there is to say."""

    moves: Sequence[int]
    now: int
    words: Sequence[records.Text]


class ExperimentData(TypedDict):
    """The table of switches, and the field of their sets where the notebook can run the lesson."""

    symbols: Sequence[SymbolLabel]
    rows: Sequence[DeviationRow]
    sets: SetsData | None


class Node(TypedDict):
    """A unit that is drawn as a node: its place in v, its value, its weights."""

    at: int
    v: float
    w: Sequence[float]


class Letter(TypedDict):
    """A letter of the notebook's legend."""

    letter: str
    words: records.Text
    size: str


class Landscape(TypedDict):
    """The ends of both axes, both sums and the loss after each update, and what there is to say."""

    ends: Sequence[float]
    path: Sequence[Sequence[float]]
    words: Sequence[records.Text]


class ArchitectureData(TypedDict):
    """What stands beside the maps of the architecture."""

    here: records.Text
    why: records.Text
    nodes: Sequence[Node]
    strong: int
    units: int
    b: Sequence[float]
    sums: Sequence[float]
    products: Sequence[float]
    outputs: Sequence[float]
    names: Sequence[records.Text]
    targets: Sequence[float]
    limits: Mapping[str, Sequence[float]]
    letters: Sequence[Letter]
    asides: Sequence[records.Text]
    landscape: Landscape


class NotebookData(TypedDict):
    """What Notebook shows besides its board, by the tab that is open."""

    tab: str
    story: StoryData | None
    experiment: ExperimentData | None
    architecture: ArchitectureData | None


class NotebookHeader(BoardHeader):
    """The Notebook page's."""

    notebook: NotebookData


class FilmMap(PartData):
    """A picture of the film; `most` is its largest value of all updates.

    A kernel has a number for every update; weights have their start, and frames of how far they have moved; what
    pushes has frames on powers of ten.
    """

    scale: Scale
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
    kinds: Sequence[Sequence[str]]
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


class LearnOption(TypedDict):
    """An answer, or a known wrong one: a label, a number or a small map, what is then said, and whether it is right."""

    label: records.Text
    say: records.Text
    right: bool
    value: float | None
    picture: Sequence[Sequence[float]] | None


class LearnStage(TypedDict):
    """A stage that is to be put in its place."""

    symbol: str
    label: records.Text
    words: records.Text


class LearnStep(TypedDict):
    """One step of a guided lesson: its sentences, and what its question needs; `order` has the stages in the right order.

    Where cells are clicked, the array `learn.key` says which are right, `learn.0` … which the options stand for.
    """

    lesson: str
    number: int
    title: records.Text
    text: records.Text
    ask: records.Text
    right: records.Text
    otherwise: records.Text
    hint: records.Text
    kind: Literal["choose", "number", "click", "order", "construct"]
    map: str
    change: Literal["nothing", "image", "kernel"]
    hide: Sequence[str]
    options: Sequence[LearnOption]
    value: float | None
    tolerance: float
    met: bool
    order: Sequence[LearnStage]


class LearnPicture(TypedDict):
    """A map that a lesson is about: its array's name, its scale and the ends of that."""

    array: str
    scale: Scale
    limits: tuple[float, float]


class LearnListed(TypedDict):
    """A lesson in the list, the languages that it has, and a map that it is about."""

    id: str
    languages: Sequence[str]
    title: records.Text
    goal: records.Text
    steps: int
    picture: LearnPicture | None


class LearnCard(TypedDict):
    """A word that comes before all symbols, with an example.

    `bars` are outputs by their names with their targets; `curve` the loss along one number, which is in its middle, and its slope there.
    """

    word: str
    example: records.Text
    picture: Sequence[Sequence[float]] | None
    scale: Scale
    bars: Sequence[tuple[str, float, float]]
    curve: Sequence[float]


class LearnData(TypedDict):
    """All lessons, what is wrong with files of one's own, the cards, and the step that is shown; None is the list."""

    lessons: Sequence[LearnListed]
    faults: Sequence[records.Text]
    cards: Sequence[LearnCard]
    step: LearnStep | None


class LearnHeader(StepHeader):
    """The Learn page's."""

    learn: LearnData


# --- A room's question -----------------------------------------------------------------------------


class Plane(TypedDict):
    """The colours of an array's cells, in its order: a byte each (in base64), from the low to the high end of a scale."""

    levels: str
    low: float
    high: float
    scale: Scale


class HallMap(TypedDict):
    """A map that cells are clicked on, laid out in layers of rows and columns; `plane` is None while it is hidden."""

    symbol: str
    label: str
    words: str
    shape: Sequence[int]
    layers: int
    rows: int
    columns: int
    cells: int
    plane: Plane | None


class HallOption(TypedDict):
    """An answer to choose: its words, and a small map where it is one."""

    label: str
    picture: Sequence[Sequence[float]] | None


class HallQuestion(TypedDict):
    """What everybody in a room may know of its question. `source` is the map that is tapped in place of one that is
    hidden, `window` how a window slides over it, `kernel` its weights; `other` says whether another picture can be had.
    """

    number: int
    kind: str
    title: str
    text: str
    ask: str
    keyed: bool
    options: Sequence[HallOption]
    map: HallMap | None
    source: HallMap | None
    window: Mapping[str, int] | None
    kernel: Sequence[Sequence[float]] | None
    other: bool


class HallRound(TypedDict):
    """One round: how many answered, and how often each option, cell or range of numbers was given: (from, to, count)."""

    votes: int
    counts: Sequence[tuple[float, float, int]]


class PatchData(TypedDict):
    """A part of a map; `inner` is the window in it: top, left, rows, columns."""

    rows: int
    columns: int
    plane: Plane
    inner: tuple[int, int, int, int]


class GroupData(TypedDict):
    """Answers of one kind, how many in each round, and the one that was given most; `right` is None in a show of hands."""

    label: str
    say: str
    right: bool | None
    counts: Sequence[int]
    example: float | None
    picture: Sequence[Sequence[float]] | None
    patch: PatchData | None


class HallResults(TypedDict):
    """What a hall has answered in each round; groups, the right cells and their reason only once they are revealed."""

    rounds: Sequence[HallRound]
    followers: int
    revealed: bool
    groups: Sequence[GroupData]
    key: Sequence[int]
    map: HallMap | None
    right: str


class HallPoll(TypedDict):
    """How far a room's question has come, as its stream says it; `left` are the seconds to answer, None where that is open."""

    number: int
    phase: Literal["open", "closed", "shown", "revealed"]
    round: int
    left: float | None
    keyed: bool


class HallStep(TypedDict):
    """A step of a lesson, for the lecturer: its title, what it asks, whether a hall can be asked it, and what to say."""

    number: int
    title: str
    ask: str
    kind: str
    hall: bool
    query: str
    text: str
    notes: str
    right: str
    answers: Sequence[str]


class HallSteps(TypedDict):
    """The lessons, the one that was asked for, and its steps; the ready-made questions, and the maps of the room's lesson."""

    lessons: Sequence[LearnListed]
    lesson: str
    steps: Sequence[HallStep]
    maps: Sequence[HallMap]
    stage: str
    stages: Sequence[tuple[str, str]]


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


class Bounds(TypedDict):
    """What the controls offer."""

    strides: Sequence[int]
    seeds: int


class Spec(TypedDict):
    """The constants of the module spec.js."""

    SCALES: Mapping[Scale, Sequence[str]]
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
_NAMED = {"Scale": Scale, "Band": records.Band, "Kind": records.Kind}
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
