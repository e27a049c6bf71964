"""Sentences about a recording: the difference between two starts, and the position and cause of a failure."""

from cnnviz.core.network.network import DEFAULT, WEIGHTS
from cnnviz.core.setup.kernels import KERNELS
from cnnviz.core.setup.setup import SETUP_KEYS, Setup
from cnnviz.core.training.run_outcome import Outcome
from cnnviz.words import Message, has_message, message

LONGEST = 40
"""Number of characters of a value in a label; a typed kernel or a copied link can be longer."""


def difference(setup: Setup, other: Setup) -> Message:
    """Describe the second start by its differences.

    >>> print(difference(Setup(), Setup(lr=0.5, seed=3)))
    seed 3, rate 0.5
    """
    our_query, their_query = setup.start.to_query(), other.start.to_query()
    shown_values = {name: vars(other)[name] for name in SETUP_KEYS & vars(other).keys() if name not in their_query}
    shown_values["f"] = next((name for name, f in KERNELS.items() if f == other.f), their_query.get("f", ""))
    if their_query["w"] not in WEIGHTS:
        shown_values["w"] = message("ui.train.film.differs.trained")
    return message("words.value", value=[_difference(key, (their_query | shown_values)[key]) for key in our_query | their_query if our_query.get(key) != their_query.get(key)])


def _difference(key: str, value: Message | str) -> Message:
    if isinstance(value, str) and len(value) > LONGEST:
        value = value[: LONGEST - 1] + "…"
    if key == "ch":
        value = message(f"web.channels.{value}")
    id = f"ui.train.film.differs.{key}"
    return message(id if has_message(id) else "ui.train.film.differs.any", key=key, value=value)


def outcome_sentence(setup: Setup, outcome: Outcome) -> Message:
    """Return the sentence on the outcome of a run and its cause."""
    if outcome.how == "saturates":
        return fault_sentence(setup, outcome.k, outcome.how)
    suffix = f".{'later' if outcome.k else 'start'}" if outcome.how == "silent" else ""
    return message(f"ui.train.film.outcome.{outcome.how}{suffix}", k=outcome.k, rate=setup.lr, **outcome.values)


def fault_sentence(setup: Setup, k: int, kind: str, label: Message | str | None = None) -> Message:
    """Return the sentence on the fault at update `k` of a run and its cause. `label` names the run if there are two."""
    subject = message("ui.train.film.whose.named", label=label) if label else message("ui.train.film.whose.this")
    if kind == "saturates":
        cause = "raw" if setup.scale == "raw" else "kernel" if setup.net == DEFAULT else "weights"
        kind = f"saturates.{cause}" if k else f"saturated.{cause}"
    return message(f"ui.train.film.turns.{kind}", whose=subject, k=k, rate=setup.lr)
