"""The state machine of a room's question: open, closed, shown, revealed, and further rounds. Immutable values without
a clock."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Literal, Self, get_args

from cnnviz.server.request_bodies import Refused

Phase = Literal["open", "closed", "shown", "revealed"]

EXPERIMENT = "experiment"
"""Question kind of an experiment, in which each device gets a number instead of giving an answer."""
PREDICTION = "predict"
"""Kind of the first stage of an experiment, in which the audience predicts the outcome."""
MOST_ROUNDS = 6
"""Number of rounds of one question."""
_LAST = 1e11
"""Upper limit of a closing time, in seconds since 1970."""
_MOST_READ = 50
"""Number of rounds accepted when reading, since a later version may allow more."""


@dataclass(frozen=True)
class Poll:
    """A question in a room: its contents and its current state.

    `number` identifies the question in its room, and `turn` counts its changes. Text, key and images are computed
    from `spec`. `kind` and `most` determine the valid answers. The question closes by itself at `closes`, in seconds
    since 1970. `back` is the audience's address before it was moved to the question's setup, or "". `more` preserves
    the fields of later versions.
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
        """Parse the JSON of `as_json`, by this version or a later one. Unknown fields are kept in `more`. Raise
        ValueError if this version does not support its kind of answers.

        >>> Poll.read('{"number": 1, "spec": {}, "kind": "click", "most": 9, "colour": "red"}').more
        {'colour': 'red'}
        """
        try:
            content = json.loads(text)
        except RecursionError:
            content = None
        if not isinstance(content, dict):
            raise ValueError(text[:80])
        known_fields = {name: value for name, value in content.items() if name in _FIELDS}
        try:
            poll = cls(**known_fields, more={name: value for name, value in content.items() if name not in _FIELDS})
        except TypeError as error:
            raise ValueError(text[:80]) from error
        if not poll._is_sound:
            raise ValueError(text[:80])
        return poll

    @property
    def as_json(self) -> str:
        """The poll as JSON, for the store."""
        return json.dumps({**self.more, **{name: getattr(self, name) for name in _FIELDS}})

    @property
    def _is_sound(self) -> bool:
        are_integers = all(type(number) is int for number in (self.number, self.most, self.round, self.turn))
        are_typed = isinstance(self.spec, dict) and isinstance(self.kind, str) and isinstance(self.keyed, bool) and isinstance(self.back, str)
        has_valid_end = self.closes is None or (isinstance(self.closes, int | float) and abs(self.closes) < _LAST)
        return are_integers and are_typed and has_valid_end and self.phase in get_args(Phase) and 1 <= self.round <= _MOST_READ

    def at(self, now: float) -> Self:
        """Return the poll at the time `now` (seconds since 1970), closed if its time is up."""
        is_late = self.phase == "open" and self.closes is not None and now >= self.closes
        return replace(self, phase="closed") if is_late else self

    def seconds_left(self, now: float) -> float | None:
        """Return the seconds left to answer, or None without a time limit."""
        return None if self.closes is None or self.phase != "open" else max(0.0, self.closes - now)

    @property
    def stage(self) -> str:
        """Kind of answers accepted now: an experiment first asks for a prediction (PREDICTION)."""
        return PREDICTION if self.kind == EXPERIMENT and self.round == 1 and self.choices else self.kind

    @property
    def choices(self) -> int:
        """Number of predictions to choose from; 0 if the experiment asks for none."""
        choices = self.spec.get(PREDICTION, 0)
        return choices if type(choices) is int else 0

    @property
    def hides_answer(self) -> bool:
        """Whether the answer is still hidden. question.js has the same rule."""
        if self.stage == EXPERIMENT:
            return False
        return self.phase != "revealed" if self.keyed else self.phase == "open"

    @property
    def shows(self) -> bool:
        """Whether everybody may see the answers."""
        return self.phase in ("shown", "revealed")

    def after_action(self, action: str, now: float, seconds: float | None = None) -> Self:
        """Return the poll after the presenter's next action. Raise Refused (409) if the action is not allowed now.

        >>> poll = Poll(1, {}, "click", 900)
        >>> poll.after_action("close", 0).after_action("show", 0).after_action("again", 0).round
        2
        """
        current = self.at(now)
        actions = _ACTS_OF.get(self.stage, _ACTS)
        allowed_phases, phase = actions.get(action, ((), current.phase))
        if current.phase not in allowed_phases:
            raise Refused(409, f"ui.rooms.not_now.{'close' if action == 'close' else 'first'}" if allowed_phases else "ui.rooms.no_act", known=tuple(actions))
        if action == "again" and current.round >= MOST_ROUNDS:
            raise Refused(409, "ui.rooms.rounds", most=MOST_ROUNDS)
        if action == "reveal" and not self.keyed and self.kind != EXPERIMENT:
            raise Refused(409, "ui.rooms.no_key")
        change: dict[str, object] = {"phase": phase, "turn": self.turn + 1}
        if action in ("again", "run"):
            change |= {"round": current.round + 1, "closes": now + seconds if seconds else None}
        return replace(current, **change)  # type: ignore[arg-type]


_ACTS: Mapping[str, tuple[tuple[Phase, ...], Phase]] = {
    "close": (("open",), "closed"),
    "show": (("closed",), "shown"),
    "again": (("closed", "shown"), "open"),
    "reveal": (("closed", "shown"), "revealed"),
}
"""For each action, the phases in which it is allowed and the phase that it leads to."""
_ACTS_OF: Mapping[str, Mapping[str, tuple[tuple[Phase, ...], Phase]]] = {
    PREDICTION: {"close": (("open",), "closed"), "show": (("closed",), "shown"), "run": (("open", "closed", "shown"), "open")},
    EXPERIMENT: {"close": (("open",), "closed"), "reveal": (("open", "closed"), "revealed")},
}
"""The actions of an experiment, by stage: the runs are the second round, and `reveal` shows the conclusion."""
_FIELDS = tuple(field.name for field in fields(Poll) if field.name != "more")
