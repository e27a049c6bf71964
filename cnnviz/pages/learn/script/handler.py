"""Responses with the screens of a deck."""

from collections.abc import Mapping

from cnnviz.decks.deck import Deck, Screen
from cnnviz.decks.expression_limits import Allowance
from cnnviz.decks.library import library, user_folders
from cnnviz.decks.question import fill
from cnnviz.decks.request_deck import current_request_deck
from cnnviz.decks.scope import duration, scope_of, setup_of
from cnnviz.pages.address import PageRequest
from cnnviz.pages.deck_screens import screen_query
from cnnviz.pages.encoding import encode, finite_or_none
from cnnviz.pages.handlers import PageHandler
from cnnviz.pages.version import code
from cnnviz.wire.deck import DeckData, DeckHeader, DeckScreen
from cnnviz.words import LocalizedText, Message, Problem, message


class _DeckHandler(PageHandler):
    """Handler of a deck's screens."""

    def respond(self, request: PageRequest) -> bytes:
        deck, request_deck = _requested_deck(request), current_request_deck()
        deck_header = DeckHeader(
            page="script", code=code(), asked=dict(request.query), lesson=request.setup.to_query(), wrong=dict(request.errors),
            loss=finite_or_none(float(request.snapshot.losses[-1])), script=deck_data(deck) if deck else None,
            tables=request_deck.tables if request_deck and deck else None,
                faults=[message("ui.learn.fault", line=str(diagnostic.line), what=diagnostic.what) for diagnostic in request_deck.diagnostics] if request_deck else [],
        )  # fmt: skip
        return encode(deck_header, {})

    def own_errors(self, request: PageRequest) -> Mapping[str, Message]:
        return {} if _requested_deck(request) or current_request_deck() else {"script": message("ui.learn.no_script", id=request.query.get("script", "")[:40])}

    def is_cacheable(self, query: Mapping[str, str]) -> bool:
        """Return False if the administrator's own decks may change while the server runs."""
        return not user_folders()


HANDLER = _DeckHandler()


def _requested_deck(request: PageRequest) -> Deck | None:
    request_deck = current_request_deck()
    return request_deck.deck if request_deck else library().find_deck(request.query.get("script", ""))


def deck_data(deck: Deck) -> DeckData:
    """Return a deck for its viewers, with the numbers in its texts."""
    allowance = Allowance()
    screens = [_screen(deck, number, screen, allowance) for number, screen in enumerate(deck.screens, 1)]
    return DeckData(id=deck.id, title=deck.title, goal=deck.goal, languages=deck.languages, screens=screens)


def _screen(deck: Deck, number: int, screen: Screen, allowance: Allowance) -> DeckScreen:
    page, query = screen_query(deck, number)
    return DeckScreen(
        page=page, query=query, title=_filled_text(screen, "title", allowance), say=LocalizedText({}) if screen.asks else _filled_text(screen, "text", allowance),
        asks=screen.asks, seconds=screen.seconds, experiment=screen.experiment, updates=screen.updates,
    )  # fmt: skip


def _filled_text(screen: Screen, field: str, allowance: Allowance) -> LocalizedText:
    text: LocalizedText = getattr(screen, field)
    if not any("{" in part for part in text.by_language.values()):
        return text
    try:
        setup = setup_of(screen.at)
        allowance.wait(duration(setup))
        return fill(text, scope_of(setup), allowance)
    except Problem:  # a missing image, or more work than a deck may request
        return LocalizedText({})
