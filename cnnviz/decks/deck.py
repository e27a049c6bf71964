"""A deck: a list of screens, each an address, and optionally a sentence, notes, seconds, a question or an experiment.

A lesson is a deck that asks on every screen.
"""

from dataclasses import dataclass

from cnnviz.decks.screen_address import ON_LEARN, Place
from cnnviz.words import DEFAULT, LocalizedText

ROOM_KINDS = ("choose", "number", "click")
"""That an audience can answer; stages are put in order, and kernels built, by each alone."""
KINDS = (*ROOM_KINDS, "order", "construct")
CHANGES = ("nothing", "image", "kernel")
MOST_ANSWERS = 8
EXPERIMENTS = ("seed", "start", "lr")
"""The settings of which each of a class may have a value of its own."""

NOTHING = LocalizedText({})


@dataclass(frozen=True)
class Answer:
    """An answer that may be given: what it is, as an expression ("" for the key itself), its label, and what is then said."""

    is_: str
    label: LocalizedText
    say: LocalizedText


@dataclass(frozen=True)
class Shown:
    """A map that a screen shows: its symbol, or an expression with a label."""

    is_: str
    label: LocalizedText = NOTHING


@dataclass(frozen=True)
class Screen:
    """One screen: its lesson (`at`, a query) and `place`, its words, for how many `seconds` it is planned; and its question, if
    it `asks` one, and how its key is computed. `experiment` is what each of a class has a value of its own of, for `updates`.

    `show` are the maps in sight (None: those that the words name), `reveal` those that join them once the answer is out, `cells`
    the cells that are asked of ("": those that the key names).
    """

    at: str
    title: LocalizedText = NOTHING
    text: LocalizedText = NOTHING
    ask: LocalizedText = NOTHING
    kind: str = ""
    key: str = ""
    right: LocalizedText = NOTHING
    otherwise: LocalizedText = NOTHING
    hint: LocalizedText = NOTHING
    answers: tuple[Answer, ...] = ()
    stages: tuple[str, ...] = ()
    hide: tuple[str, ...] | None = None
    change: str = "nothing"
    map: str = ""
    tolerance: str = ""
    solution: str = ""
    notes: LocalizedText = NOTHING
    place: Place = ON_LEARN
    seconds: float | None = None
    experiment: str = ""
    updates: int | None = None
    show: tuple[Shown, ...] | None = None
    reveal: tuple[Shown, ...] = ()
    cells: str = ""

    @property
    def asks(self) -> bool:
        """Tells whether it has a question."""
        return self.kind != ""


@dataclass(frozen=True)
class Deck:
    """A file: screens under a title, and what one can do afterwards."""

    id: str
    title: LocalizedText
    goal: LocalizedText
    screens: tuple[Screen, ...]
    languages: tuple[str, ...] = (DEFAULT,)

    @property
    def is_lesson(self) -> bool:
        """Tells whether it asks on every screen."""
        return all(screen.asks for screen in self.screens)
