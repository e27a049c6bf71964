"""Prerequisites of lessons: the `after` fields of several decks together."""

from collections.abc import Iterator, Mapping

from cnnviz.decks.deck import Deck
from cnnviz.words import Message, message


def prerequisite_faults(lessons: Mapping[str, Deck]) -> Iterator[tuple[str, Message]]:
    """Yield id and message for each lesson that builds on an unknown lesson, or on itself through others.

    >>> from dataclasses import replace
    >>> from cnnviz.decks.library import bundled_lessons
    >>> first, second = (replace(deck, after=(after,)) for deck, after in zip(bundled_lessons()[:2], ("nothing", "blame")))
    >>> [id for id, _ in prerequisite_faults({"kernel": first, "loss": second})], [*prerequisite_faults({deck.id: deck for deck in bundled_lessons()})]
    (['kernel', 'loss'], [])
    """
    for id, lesson in lessons.items():
        if unknown := next((name for name in lesson.after if name not in lessons), None):
            yield id, message("lessons.file.after_unknown", id=unknown, known=sorted(lessons))
        elif cycle := _find_cycle(id, lessons):
            yield id, message("lessons.file.after_circle", ids=cycle)


def _find_cycle(id: str, lessons: Mapping[str, Deck]) -> list[str]:
    """Return the shortest path from a lesson back to itself along `after`, as ids, or [] without one."""
    paths = [[id]]
    visited: set[str] = set()
    for path in paths:  # grows while it is read: breadth first
        for name in lessons[path[-1]].after if path[-1] in lessons else ():
            if name == id:
                return [*path, id]
            if name not in visited:
                visited.add(name)
                paths.append([*path, name])
    return []
