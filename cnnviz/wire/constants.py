"""The constants of the module spec.js."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from cnnviz.wire import records
from cnnviz.wire.page import Query


class CurveData(TypedDict):
    """A chart under the film."""

    name: str
    title: str
    log: str


class ImageData(TypedDict):
    """An image that can be chosen at a click; `label` is its class, "" where it has none."""

    id: str
    label: str
    words: str


class LessonData(TypedDict):
    """A guided lesson."""

    id: str
    title: str


class PageData(TypedDict):
    """A page, by the last part of its address, and what a deck's screen may say there beside the setup."""

    path: str
    name: str
    keys: Sequence[str]


class Preset(TypedDict):
    """A network of a course, its source, and the setup that it stands in."""

    label: str
    source: str
    query: Query


class LanguageData(TypedDict):
    """A language that the page can be read in, by what it calls itself."""

    id: str
    name: str


class Bounds(TypedDict):
    """The bounds of the controls, of files in bytes, and of what a screen of a deck takes."""

    strides: Sequence[int]
    bytes: int
    seeds: int
    script: int
    seconds: int


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
    RAISED_FAR: float
    CHANNELS: Sequence[str]
    OPTIMIZERS: Sequence[str]
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
    LESSONS: Sequence[LessonData]
    CODE: str
    LANG: str
    LANGUAGES: Sequence[LanguageData]
    WORDS: Mapping[str, str | Mapping[str, str]]
    STREAMLITS: Mapping[str, str]
    MATH: Mapping[str, str]
