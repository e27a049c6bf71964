"""The course of a question in a room: open, closed, shown, revealed; and again. Pure values, and no clock of their own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Literal, Self, get_args

from cnnviz.server.request_bodies import Refused

Phase = Literal["open", "closed", "shown", "revealed"]

EXPERIMENT = "experiment"
"""The kind of a question that is none: each device has a place instead of an answer."""
PREDICTION = "predict"
"""The first stage of an experiment, in which each device predicts how it ends."""
MOST_ROUNDS = 6
"""Votes on one question that are kept and stand beside each other."""
_LAST = 1e11
"""Seconds after 1970 that a question may close at."""
_MOST_READ = 50
"""Rounds that a later version may have allowed, and a question is read with."""


@dataclass(frozen=True)
class Poll:
    """A question in a room: which it is, how it was asked, and how far it has come.

    `number` tells the questions of a room apart, `turn` the changes of one; `spec` is what its words, its key and its
    pictures are computed from. `kind` and `most` say which answers it takes. It closes by itself at `closes`, seconds
    since 1970. `back` is where the audience was when it was led to the question's lesson, "" where it was not. `more` holds fields
    that only a later version of the server knows, which it is to find again.
    """

    number: int
    spec: Mapping[str, object]
    kind: str
    most: int
    keyed: bool = True
    phase: Phase = "open"
    round: int = 1
    closes: float | None = None
    turn: int = 0
    back: str = ""
    more: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> Self:
        """Reads what `written` wrote, by this version or a later one: fields that are not known are kept in `more`.

        Raises ValueError where it is no question that this version can take answers to.

        >>> Poll.read('{"number": 1, "spec": {}, "kind": "click", "most": 9, "colour": "red"}').more
        {'colour': 'red'}
        """
        try:
            found = json.loads(text)
        except RecursionError:
            found = None
        if not isinstance(found, dict):
            raise ValueError(text[:80])
        own = {name: value for name, value in found.items() if name in _FIELDS}
        try:
            poll = cls(**own, more={name: value for name, value in found.items() if name not in _FIELDS})
        except TypeError as lacks:
            raise ValueError(text[:80]) from lacks
        if not poll._is_sound:
            raise ValueError(text[:80])
        return poll

    @property
    def written(self) -> str:
        """As text, for wherever rooms are kept."""
        return json.dumps({**self.more, **{name: getattr(self, name) for name in _FIELDS}})

    @property
    def _is_sound(self) -> bool:
        whole = all(type(number) is int for number in (self.number, self.most, self.round, self.turn))
        told = isinstance(self.spec, dict) and isinstance(self.kind, str) and isinstance(self.keyed, bool) and isinstance(self.back, str)
        ends = self.closes is None or (isinstance(self.closes, int | float) and abs(self.closes) < _LAST)
        return whole and told and ends and self.phase in get_args(Phase) and 1 <= self.round <= _MOST_READ

    def at(self, now: float) -> Self:
        """The same at a time: open until it closes by itself."""
        late = self.phase == "open" and self.closes is not None and now >= self.closes
        return replace(self, phase="closed") if late else self

    def left(self, now: float) -> float | None:
        """Seconds left to answer, None where no time was set."""
        return None if self.closes is None or self.phase != "open" else max(0.0, self.closes - now)

    @property
    def stage(self) -> str:
        """The kind of answers taken now: an experiment first asks for a prediction (PREDICTION)."""
        return PREDICTION if self.kind == EXPERIMENT and self.round == 1 and self.choices else self.kind

    @property
    def choices(self) -> int:
        """The number of predictions to choose from; 0 if the experiment asks for none."""
        choices = self.spec.get(PREDICTION, 0)
        return choices if type(choices) is int else 0

    @property
    def veils(self) -> bool:
        """Whether the answer is still hidden (question.js has the same rule)."""
        if self.stage == EXPERIMENT:
            return False
        return self.phase != "revealed" if self.keyed else self.phase == "open"

    @property
    def shows(self) -> bool:
        """Tells whether everybody may see what was answered."""
        return self.phase in ("shown", "revealed")

    def turned(self, act: str, now: float, seconds: float | None = None) -> Self:
        """After the lecturer's next act; Refused (409) where it has no place now.

        >>> poll = Poll(1, {}, "click", 900)
        >>> poll.turned("close", 0).turned("show", 0).turned("again", 0).round
        2
        """
        here = self.at(now)
        acts = _ACTS_OF.get(self.stage, _ACTS)
        before, phase = acts.get(act, ((), here.phase))
        if here.phase not in before:
            raise Refused(409, f"ui.rooms.not_now.{'close' if act == 'close' else 'first'}" if before else "ui.rooms.no_act", known=tuple(acts))
        if act == "again" and here.round >= MOST_ROUNDS:
            raise Refused(409, "ui.rooms.rounds", most=MOST_ROUNDS)
        if act == "reveal" and not self.keyed and self.kind != EXPERIMENT:
            raise Refused(409, "ui.rooms.no_key")
        change: dict[str, object] = {"phase": phase, "turn": self.turn + 1}
        if act in ("again", "run"):
            change |= {"round": here.round + 1, "closes": now + seconds if seconds else None}
        return replace(here, **change)  # type: ignore[arg-type]


_ACTS: Mapping[str, tuple[tuple[Phase, ...], Phase]] = {
    "close": (("open",), "closed"),
    "show": (("closed",), "shown"),
    "again": (("closed", "shown"), "open"),
    "reveal": (("closed", "shown"), "revealed"),
}
"""The phases in which an act has its place, and the one that it leads to."""
_ACTS_OF: Mapping[str, Mapping[str, tuple[tuple[Phase, ...], Phase]]] = {
    PREDICTION: {"close": (("open",), "closed"), "show": (("closed",), "shown"), "run": (("open", "closed", "shown"), "open")},
    EXPERIMENT: {"close": (("open",), "closed"), "reveal": (("open", "closed"), "revealed")},
}
"""The acts of an experiment, by its stage: the runs are the second round, and `reveal` shows what follows from them."""
_FIELDS = tuple(one.name for one in fields(Poll) if one.name != "more")
