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
from cnnviz.rooms.question_view import MOST_CELLS, map_data
from cnnviz.rooms.room_deck import deck_of, is_asked, is_text, number_in, query_of_screen
from cnnviz.wire.learn import LearnListed
from cnnviz.wire.rooms import RoomMap, RoomStep, RoomSteps
from cnnviz.words import Problem


def steps_data(lesson: str, room_query: str, lang: str, deck: str = "", screen: str = "") -> RoomSteps:
    """Return the included decks, the screens of one of them or of the room's own, and the maps of the room's setup."""
    known = library()
    given = known.find(lesson) if lesson else deck_of(deck) if deck else None
    asked = {key: text for key, text in parse_qsl(room_query) if key in SETUP_KEYS}
    now, _ = Setup.parse_query(asked, label=_label(asked))
    return RoomSteps(
        lessons=[_listed(one, lang) for one in known.lessons],
        lectures=[_listed(one, lang) for one in known.lectures],
        lesson=given.id if given else "",
        title=given.title.say(lang) if given else "",
        screen=number_in(screen) if deck and not lesson else None,
        steps=[_step(given, number, not lesson and is_text(deck), lang) for number in range(1, len(given.screens) + 1)] if given else [],
        maps=_maps(now, lang),
        stage=now.stage,
        stages=[(str(stage), stage.label) for stage in now.network.stages],
    )


def _listed(one: Deck, lang: str) -> LearnListed:
    title, goal = one.title.say(lang), one.goal.say(lang)
    return LearnListed(id=one.id, languages=one.languages, title=title, goal=goal, steps=len(one.screens), picture=None)


def _label(asked: dict[str, str]) -> str | None:
    try:
        return find_image(asked["img"]).label if "img" in asked else None
    except Problem:
        return None


def _step(deck: Deck, number: int, own: bool, lang: str) -> RoomStep:
    step = deck.screens[number - 1]
    here, allowance = scope_of(setup_of(step.at)), Allowance()

    def said(text: str) -> str:
        return fill(getattr(step, text), here, allowance).say(lang)

    return RoomStep(
        number=number, title=said("title"), ask=said("ask"), kind=step.kind, hall=is_asked(step), seconds=step.seconds, experiment=step.experiment,
        query=query_of_screen(deck, number, own), text=said("text"), notes=said("notes"), right=said("right"),
        answers=[fill(answer.say, here, allowance).say(lang) for answer in step.answers if answer.say.by_language],
    )  # fmt: skip


def _maps(setup: Setup, lang: str) -> list[RoomMap]:
    """Return the maps whose cells a question may be about, without their values."""
    try:
        here: Scope = scope_of(setup)
    except Problem:
        return []
    program = map_records.program_of(setup, here.snapshot)
    found = map_records.static_records(program)
    maps = []
    for symbol, record in found.items():
        array = here.arrays.get(symbol)
        if array is not None and symbol not in ("L", "y") and 1 < array.size <= MOST_CELLS:
            maps.append(map_data(symbol, array, record, lang))
    return maps
