"""Constants of the module spec.js."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from cnnviz.wire import records
from cnnviz.wire.deck import DeckScreen
from cnnviz.wire.page import Query


class CurveData(TypedDict):
    """A chart below the recording."""

    name: str
    title: str
    log: str


class ImageData(TypedDict):
    """An image of the gallery; `label` is its class, or ""."""

    id: str
    label: str
    words: str


class LessonData(TypedDict):
    """A guided lesson."""

    id: str
    title: str


class PageData(TypedDict):
    """A page: its path, its name, and the keys that a deck's screen may set besides the setup's."""

    path: str
    name: str
    keys: Sequence[str]


class Preset(TypedDict):
    """A course's network, its source, and a complete setup with it."""

    label: str
    source: str
    query: Query


class LanguageData(TypedDict):
    """A language of the interface, with its name in that language."""

    id: str
    name: str


class Bounds(TypedDict):
    """Limits of controls, of file sizes in bytes, and of a deck's screens."""

    strides: Sequence[int]
    bytes: int
    seeds: int
    script: int
    seconds: int


class Spec(TypedDict):
    """Constants of the module spec.js."""

    SCALES: Mapping[records.Scale, Sequence[str]]
    LINE_COLOURS: Sequence[str]
    MOST_PRINTED: int
    CURVES: Sequence[CurveData]
    FILTERS: Sequence[str]
    KEYS: Sequence[str]
    EXTRA_KEYS: Sequence[str]
    PAGE_KEYS: Sequence[str]
    KERNELS: Mapping[str, Sequence[float]]
    RAISED_FAR: float
    CHANNELS: Sequence[str]
    LUMA: Sequence[float]
    OPTIMIZERS: Sequence[str]
    ACTIVATIONS: Sequence[str]
    POOLS: Sequence[str]
    LOSSES: Sequence[str]
    PRESETS: Sequence[Preset]
    SCALE_NAMES: Sequence[tuple[str, str]]
    PADDINGS: Sequence[str]
    WEIGHTS: Sequence[str]
    RULES: Sequence[str]
    LIMITS: Bounds
    IMAGES: Sequence[ImageData]
    DEFAULT_CLASSES: Sequence[str]
    CLASSES: Mapping[str, Sequence[str]]
    PAGES: Sequence[PageData]
    TENSORFLOW: bool
    LACKS_TENSORFLOW: bool
    MISTAKES: Sequence[str]
    STORY: Sequence[DeckScreen]
    LESSONS: Sequence[LessonData]
    CODE: str
    LANG: str
    LANGUAGES: Sequence[LanguageData]
    WORDS: Mapping[str, str | Mapping[str, str]]
    STREAMLITS: Mapping[str, str]
    MATH: Mapping[str, str]
