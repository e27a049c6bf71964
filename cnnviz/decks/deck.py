"""Data model of a deck: a list of screens. Each has an address, and optionally a text, notes, seconds, a question or
an experiment.

A lesson is a deck in which every screen has a question.
"""

from dataclasses import dataclass

from cnnviz.decks.screen_address import ON_LEARN, ScreenAddress
from cnnviz.words import DEFAULT, LocalizedText

ROOM_KINDS = ("choose", "number", "click")
"""Kinds of questions that an audience can answer in a room. Ordering stages and building kernels only work
individually."""
KINDS = (*ROOM_KINDS, "order", "construct")
HINTS = ("hint", "hint2")
"""Fields of the hints of a question, in the order in which a learner may ask for them."""
CHANGES = ("nothing", "image", "kernel")
MOST_ANSWERS = 8
EXPERIMENTS = ("seed", "start", "lr")
"""Settings that may differ between the devices of a class."""

WORDS_PER_SECOND = 2.5
"""Speed at which a learner reads."""
ANSWER_SECONDS = {"": 0, "choose": 40, "number": 60, "click": 45, "order": 60, "construct": 150}
"""Time that a learner needs to answer each kind of question."""

NO_TEXT = LocalizedText({})


@dataclass(frozen=True)
class Answer:
    """An answer option: its value as an expression ("" for the key itself), its label and its feedback."""

    is_: str
    label: LocalizedText
    say: LocalizedText


@dataclass(frozen=True)
class Shown:
    """A map on a screen: its symbol, or an expression with a label. `mark` is the position on a curve, an expression, at
    which its tangent is drawn."""

    is_: str
    label: LocalizedText = NO_TEXT
    mark: str = ""


@dataclass(frozen=True)
class Screen:
    """One screen: its setup (`at`, a query) and `place`, its texts, its planned `seconds`, and optionally a question.
    `experiment` names the setting that differs between devices; each device's run makes `updates` updates.

    `show` are the visible maps (None: the ones that the texts name), `reveal` the maps added after the answer, and `cells` the
    cells that the question is about ("": the ones that the key names). `other` changes the setup for a second try, if
    learners may change nothing themselves. If `shuffles`, a choice lists its answers in an
    order that the setup determines, otherwise as written.
    """

    at: str
    title: LocalizedText = NO_TEXT
    text: LocalizedText = NO_TEXT
    ask: LocalizedText = NO_TEXT
    kind: str = ""
    key: str = ""
    right: LocalizedText = NO_TEXT
    otherwise: LocalizedText = NO_TEXT
    hint: LocalizedText = NO_TEXT
    hint2: LocalizedText = NO_TEXT
    answers: tuple[Answer, ...] = ()
    stages: tuple[str, ...] = ()
    hide: tuple[str, ...] | None = None
    change: str = "nothing"
    map: str = ""
    tolerance: str = ""
    solution: str = ""
    notes: LocalizedText = NO_TEXT
    place: ScreenAddress = ON_LEARN
    seconds: float | None = None
    experiment: str = ""
    updates: int | None = None
    show: tuple[Shown, ...] | None = None
    reveal: tuple[Shown, ...] = ()
    cells: str = ""
    other: str = ""
    shuffles: bool = True

    @property
    def asks(self) -> bool:
        """Whether the screen has a question."""
        return self.kind != ""

    @property
    def duration(self) -> float:
        """Estimated seconds of the screen: the planned ones, or else the time to read its texts and to answer.

        >>> Screen("", seconds=90).duration, Screen("", kind="number", key="1").duration
        (90, 60.0)
        """
        texts = (self.title, self.text, self.ask, self.right, *(answer.label for answer in self.answers))
        words = sum(len(text.say(DEFAULT).split()) for text in texts)
        return self.seconds or words / WORDS_PER_SECOND + ANSWER_SECONDS[self.kind]


@dataclass(frozen=True)
class Deck:
    """A deck file: screens under a title. `goal` says what a learner can do afterwards, and `after` names the lessons that
    it builds on."""

    id: str
    title: LocalizedText
    goal: LocalizedText
    screens: tuple[Screen, ...]
    languages: tuple[str, ...] = (DEFAULT,)
    after: tuple[str, ...] = ()

    @property
    def is_lesson(self) -> bool:
        """Whether every screen has a question."""
        return all(screen.asks for screen in self.screens)

    @property
    def minutes(self) -> int:
        """Minutes that the deck takes, at least 1."""
        return max(1, round(sum(screen.duration for screen in self.screens) / 60))
