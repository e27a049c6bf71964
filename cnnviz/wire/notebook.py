"""Records of Notebook besides its chain: story, switches and architecture."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from cnnviz.wire import records
from cnnviz.wire.gradient_chain import GradientChainHeader
from cnnviz.wire.page import Query
from cnnviz.wire.parts import SwitchData


class CauseData(TypedDict):
    """A deviation's number on the screen, from 1, and its title."""

    number: int
    title: records.Text


class DeviationRow(TypedDict):
    """A deviation's switch: both lines of code, the stages that change if it is toggled or on alone, and whether it has
    an effect."""

    name: str
    cause: CauseData
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
    """The kernels of the notebook's run, the exact gradient before each update, row by row, and whether the numbers
    that it printed are reproduced."""

    kernels: Sequence[PrintedKernel]
    gradients: Sequence[Sequence[float]]
    rate: float
    agrees: bool
    words: records.Text


class TagData(TypedDict):
    """Numbers of causes at the first array that they change, and a sentence."""

    symbol: str
    causes: Sequence[int]
    words: records.Text


class MarginNote(TypedDict):
    """A note on what the notebook explains: its formulas in MathML, and text."""

    title: records.Text
    formulas: Sequence[str]
    words: records.Text


class RepairsData(TypedDict):
    """An entry of the kernel before a step, and after it with both deviations, without the first, the second, and
    both."""

    entry: str
    before: float
    after: Sequence[float]
    causes: Sequence[CauseData]


class StoryData(TypedDict):
    """A step of the story; `place` is 0 before the first. `captions` holds a caption for each map, named "row.symbol".

    `is_changed` is whether the setup is not the one that the step is about.
    """

    place: int
    is_changed: bool
    steps: Sequence[SwitchData]
    title: records.Text
    paragraphs: Sequence[records.Text]
    about: Sequence[str]
    tags: Sequence[TagData]
    captions: Mapping[str, records.Text]
    repairs: RepairsData | None
    calls: Sequence[SwitchData]
    note: MarginNote | None
    printed: PrintedData


class SymbolLabel(TypedDict):
    """A symbol and its display name."""

    symbol: str
    label: records.Text


class SetsData(TypedDict):
    """All sets of deviations as a square, row by row: 1 for each that moves the kernel; the index of the current one,
    and the causes by number."""

    moves: Sequence[int]
    now: int
    causes: Sequence[CauseData]


class ExperimentData(TypedDict):
    """The stages at which a deviation may show, the result in one sentence, and the sets of deviations if the notebook
    can run the setup."""

    symbols: Sequence[SymbolLabel]
    headline: records.Text
    sets: SetsData | None


class Node(TypedDict):
    """A unit as a node of the diagram: its index in v, its value and its weights."""

    at: int
    v: float
    w: Sequence[float]


class Letter(TypedDict):
    """A letter of the notebook's legend."""

    letter: str
    words: records.Text
    size: str


class Landscape(TypedDict):
    """The loss landscape: the limits of both axes, both pre-activations and the loss after each update, and
    sentences."""

    ends: Sequence[float]
    path: Sequence[Sequence[float]]
    words: Sequence[records.Text]


class ArchitectureData(TypedDict):
    """The architecture without its maps."""

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
    """Data of Notebook's open tab, besides its chain. Other networks have no switches."""

    tab: str
    switches: Sequence[DeviationRow]
    story: StoryData | None
    experiment: ExperimentData | None
    architecture: ArchitectureData | None


class NotebookHeader(GradientChainHeader):
    """Header of the Notebook page."""

    notebook: NotebookData
