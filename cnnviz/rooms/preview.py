"""Data of the presenter view: the screens of a deck with their notes, and the maps for impromptu questions."""

from urllib.parse import parse_qsl

from cnnviz.core.setup.setup import SETUP_KEYS, Setup
from cnnviz.data.images import find_image
from cnnviz.decks.deck import Deck
from cnnviz.decks.expression_limits import Allowance
from cnnviz.decks.library import library
from cnnviz.decks.question import fill
from cnnviz.decks.scope import Scope, scope_of, setup_of
from cnnviz.pages import map_records
from cnnviz.pages.learn.listed import deck_record
from cnnviz.rooms.question_view import MOST_CELLS, map_data
from cnnviz.rooms.room_deck import deck_of, is_asked, is_text, number_in, query_of_screen
from cnnviz.wire.rooms import RoomMap, RoomStep, RoomSteps
from cnnviz.words import Problem


def steps_data(lesson: str, room_query: str, lang: str, deck: str = "", screen: str = "") -> RoomSteps:
    """Return the included decks, the screens of the requested or else the room's deck, and the maps of the room's
    setup."""
    decks = library()
    selected_deck = decks.find(lesson) if lesson else deck_of(deck) if deck else None
    setup_query = {key: text for key, text in parse_qsl(room_query) if key in SETUP_KEYS}
    setup, _ = Setup.parse_query(setup_query, label=_label(setup_query))
    return RoomSteps(
        lessons=[deck_record(entry, lambda text: text.say(lang)) for entry in decks.lessons],
        lectures=[deck_record(entry, lambda text: text.say(lang)) for entry in decks.lectures],
        lesson=selected_deck.id if selected_deck else "",
        title=selected_deck.title.say(lang) if selected_deck else "",
        screen=number_in(screen) if deck and not lesson else None,
        steps=[_step(selected_deck, number, not lesson and is_text(deck), lang) for number in range(1, len(selected_deck.screens) + 1)] if selected_deck else [],
        maps=_maps(setup, lang),
        stage=setup.stage,
        stages=[(str(stage), stage.label) for stage in setup.network.stages],
    )


def _label(query: dict[str, str]) -> str | None:
    try:
        return find_image(query["img"]).label if "img" in query else None
    except Problem:
        return None


def _step(deck: Deck, number: int, is_uploaded: bool, lang: str) -> RoomStep:
    step = deck.screens[number - 1]
    scope, allowance = scope_of(setup_of(step.at)), Allowance()

    def text_of(text: str) -> str:
        return fill(getattr(step, text), scope, allowance).say(lang)

    return RoomStep(
        number=number, title=text_of("title"), ask=text_of("ask"), kind=step.kind, hall=is_asked(step), seconds=step.seconds, experiment=step.experiment,
        query=query_of_screen(deck, number, is_uploaded), text=text_of("text"), notes=text_of("notes"), right=text_of("right"),
        answers=[fill(answer.say, scope, allowance).say(lang) for answer in step.answers if answer.say.by_language],
    )  # fmt: skip


def _maps(setup: Setup, lang: str) -> list[RoomMap]:
    """Return the maps whose cells a question may be about, without their values."""
    try:
        scope: Scope = scope_of(setup)
    except Problem:
        return []
    program = map_records.program_of(setup, scope.snapshot)
    records = map_records.static_records(program)
    maps = []
    for symbol, record in records.items():
        array = scope.arrays.get(symbol)
        if array is not None and symbol not in ("L", "y") and 1 < array.size <= MOST_CELLS:
            maps.append(map_data(symbol, array, record, lang))
    return maps
