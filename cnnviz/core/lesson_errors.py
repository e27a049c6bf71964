"""The sentences on what a lesson cannot hold: why, and what it holds instead."""

from cnnviz.core.fields import as_text
from cnnviz.core.filters import write_filters
from cnnviz.core.read_lesson import FILTER_KEYS
from cnnviz.core.targets import write_targets
from cnnviz.words import Message, Problem, message, quote


def replaced(key: str, text: str, why: Problem, value: object, id: str = "") -> Message:
    """The sentence on what could not be used, and what it is instead; `id` where it has an end of its own."""
    clause = _is_clause(why)
    field = _field(key)
    written = _short(write_filters(value) if key in FILTER_KEYS else write_targets(value) if key == "y" else as_text(value)) or message("lesson.drawn")  # type: ignore[arg-type]
    if key == "classes" and not value:
        id = "lesson.left_out"
    return message(id or ("lesson.replaced" if clause else "lesson.instead"), field=field, text=quote(text), why=why.message, value=written)


def _is_clause(why: Problem) -> bool:
    """Tells whether a reason is the end of a sentence; all others are sentences of their own."""
    return why.code.startswith("lesson.")


def _short(text: str) -> str:
    """A value as it is, cut where it is long."""
    return text if len(text) <= 80 else text[:79] + "…"


def _field(key: str) -> Message:
    return message("lesson.field.filters", name=key) if key in FILTER_KEYS and key != "f" else message(f"lesson.field.{key}")


def refuse(key: str, text: str, why: Problem, value: object, id: str = "") -> None:
    """Refuses what a lesson cannot hold."""
    if key == "rule" and id:
        raise why
    code = "lesson.cannot" if _is_clause(why) else "lesson.cannot_since"
    raise Problem(code, field=_field(key), text=quote(text), why=why.message) from None
