"""The record of a deck in a list of lessons, on Learn and in the presenter view."""

from collections.abc import Callable

from cnnviz.decks.deck import Deck
from cnnviz.wire.learn import LearnListed
from cnnviz.wire.records import Text
from cnnviz.words import LocalizedText


def deck_record(deck: Deck, say: Callable[[LocalizedText], Text] = lambda text: text) -> LearnListed:
    """Return a deck's record. `say` translates its texts; by default the response's language is used.

    >>> from cnnviz.decks.library import bundled_lessons
    >>> deck_record(bundled_lessons()[1], lambda text: text.say("fr"))["title"]
    'La faute remonte'
    """
    return LearnListed(
        id=deck.id, languages=deck.languages, title=say(deck.title), goal=say(deck.goal),
        steps=len(deck.screens), minutes=deck.minutes, after=deck.after,
    )  # fmt: skip
