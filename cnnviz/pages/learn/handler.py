"""Responses of the Learn page: the list of lessons, and the step that the address names."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from cnnviz.core.network.stages import label
from cnnviz.core.runtime.read_only import freeze
from cnnviz.core.setup.page_state import MOST_SCREENS
from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.setup_fields import integer_parser
from cnnviz.decks.deck import Deck, Screen
from cnnviz.decks.library import Library, library, user_folders
from cnnviz.decks.plates import Plate, cells, plates
from cnnviz.decks.question import MOST_SHOWN, Option, Question, another_try, ask, setup_at
from cnnviz.decks.scope import Scope, scope_of
from cnnviz.pages import map_records
from cnnviz.pages.address import PageRequest, resolve
from cnnviz.pages.encoding import decode, encode
from cnnviz.pages.handlers import PageHandler
from cnnviz.pages.learn.listed import deck_record
from cnnviz.pages.step.handler import map_response
from cnnviz.wire.learn import LearnCells, LearnPlate
from cnnviz.words import Message, Problem, message


class _LearnHandler(PageHandler):
    """Handler of the Learn page: the list of lessons, or one step with its maps."""

    def respond(self, request: PageRequest, whole: bool = False) -> bytes:
        """Return everything that the page shows. `whole` sends exact weights with the list, too, as with every step."""
        catalogue = library()
        deck, number, wrong = _find_step(catalogue, request)
        step, question = None, None
        if deck is not None:
            step = deck.screens[number - 1]
            try:
                question = ask(step, setup_at(step, request.query))
                request = _with_setup(question.setup, request)
            except Problem as problem:
                wrong = {"step": message("ui.learn.fails", why=problem.message)}
                deck, step = None, None
        step_data: dict[str, object] | None = None
        arrays = _masks(step, question)
        if deck and step and question:
            scope = scope_of(question.setup)
            shown_plates = [(plate, _symbol(plate, scope)) for plate in plates(step, scope)]
            plate_data = [_plate(plate, n, symbol) for n, (plate, symbol) in enumerate(shown_plates)]
            step_data = _question_data(deck, number, step, question) | {"plates": plate_data, "cells": _cells(step, scope)}
            arrays |= {f"learn.plate.{n}": plate.value.astype(np.float64) for n, (plate, symbol) in enumerate(shown_plates) if not symbol}
        return _encoded(replace(request, errors={**request.errors, **wrong}), catalogue, step_data, arrays, whole or step_data is not None)

    def exact_arrays(self, request: PageRequest) -> dict[str, np.ndarray]:
        return {name: freeze(array) for name, array in decode(self.respond(request, whole=True))[1].items()}

    def key_parsers(self, request: PageRequest) -> Mapping[str, Callable[[str], object]]:
        """Return a parser for the step of an address without a lesson. The response reports the other errors."""
        return {} if request.query.get("lesson") else {"step": integer_parser(1, MOST_SCREENS)}

    def is_cacheable(self, query: Mapping[str, str]) -> bool:
        """Return False if the administrator's own lessons may change while the server runs."""
        return not user_folders()


HANDLER = _LearnHandler()


def _encoded(request: PageRequest, catalogue: Library, step_data: dict[str, object] | None, masks: dict[str, np.ndarray], whole: bool) -> bytes:
    response_header, arrays = map_response("learn", request, whole)
    lesson_index = catalogue.find(str(step_data["lesson"])) if step_data else None
    lessons = catalogue.lessons if lesson_index is None or lesson_index.is_lesson else (*catalogue.lessons, lesson_index)
    response_header["learn"] = {
        "lessons": [deck_record(lesson) for lesson in lessons],
        "lectures": [] if step_data else [deck_record(lecture) for lecture in catalogue.lectures],
        "faults": [message("lessons.fault", file=file, line=str(diagnostic.line), what=diagnostic.what) for file, diagnostic in catalogue.diagnostics],
        "step": step_data,
    }
    return encode(response_header, arrays | masks)


def _find_step(catalogue: Library, request: PageRequest) -> tuple[Deck | None, int, dict[str, Message]]:
    """Return the deck and step number that the address names, and error messages by key."""
    id, number = request.query.get("lesson", ""), request.query.get("step", "1") or "1"
    if not id:
        return None, 0, {}
    deck = catalogue.find(id)
    if deck is None:
        return None, 0, {"lesson": message("ui.learn.no_lesson", id=id[:40])}
    if not (number.isascii() and number.isdigit() and 1 <= int(number[:4]) <= len(deck.screens)):
        shown_deck = deck if _can_show(deck.screens[0]) else None
        return shown_deck, 1, {"step": message("ui.learn.no_step", number=number[:10], most=len(deck.screens))}
    if not _can_show(deck.screens[int(number) - 1]):
        return None, 0, {"step": message("ui.learn.elsewhere", number=number)}
    return deck, int(number), {}


def _can_show(step: Screen) -> bool:
    """Return whether Learn can show a screen: it has a question, or shows maps without being another page."""
    return step.asks or step.place.page in ("", "learn")


def _with_setup(setup: Setup, request: PageRequest) -> PageRequest:
    """Return the request with the step's setup instead of the requested one."""
    resolved = resolve(setup.to_query(), several_images=True, eval_mode=True)
    return replace(
        request, setup=resolved.setup, image=resolved.image, snapshot=resolved.snapshot, errors=resolved.errors, missing={}, cacheable=resolved.cacheable
    )


def _question_data(deck: Deck, number: int, step: Screen, question: Question) -> dict[str, object]:
    names = {str(stage): stage for stage in question.setup.network.stages}
    texts = {name: getattr(question, name) for name in ("title", "text", "ask", "right", "otherwise", "hints")}
    return texts | {
        "lesson": deck.id,
        "number": number,
        "titles": [other.title for other in deck.screens],
        "kind": step.kind,
        "map": step.map,
        "change": step.change,
        "another": another_try(step, question.setup),
        "options": [_option(step, option) for option in question.options],
        "value": float(question.key) if step.kind == "number" else None,
        "tolerance": question.tolerance,
        "met": bool(question.key) if step.kind == "construct" else False,
        "order": [{"symbol": symbol, "label": label(symbol), "words": names[symbol].title} for symbol in question.order],
    }


def _symbol(plate: Plate, scope: Scope) -> str:
    """Return the symbol of the network's map that a plate shows, or "". With several images, maps belong to one
    image, but the loss to all."""
    if len(scope.setup.images) > 1 and plate.value.ndim == 0:
        return ""
    return plate.of if plate.of in map_records.static_records(map_records.program_of(scope.setup, scope.snapshot)) else ""


def _plate(plate: Plate, n: int, symbol: str) -> LearnPlate:
    maximum = float(np.abs(plate.value.astype(np.float64)).max(initial=0.0))
    return LearnPlate(symbol=symbol, array=symbol or f"learn.plate.{n}", label=plate.label, like=plate.like, limits=(-maximum, maximum), hidden=plate.hidden, mark=plate.mark)


def _cells(step: Screen, scope: Scope) -> LearnCells | None:
    """Return the cells that the question is about, for the image that is shown, or None if that image has none of
    them."""
    question_cells = cells(step, scope)
    if question_cells and len(scope.setup.images) > 1 and scope.setup.network.program(scope.snapshot.trace.x.shape).has_images(question_cells[0]):
        images, *ranges = question_cells[1] or (range(0),)
        question_cells = (question_cells[0], tuple(ranges)) if images == range(scope.setup.image, scope.setup.image + 1) else None
    if not question_cells:
        return None
    symbol, cell_ranges = question_cells
    return LearnCells(map=symbol, start=[part.start for part in cell_ranges], count=[len(part) for part in cell_ranges])


def _option(step: Screen, option: Option) -> dict[str, object]:
    option_values = np.atleast_2d(option.value)
    picture = step.kind == "choose" and 1 < option_values.size <= MOST_SHOWN and option_values.ndim == 2
    return {
        "label": option.label,
        "say": option.say,
        "right": option.right,
        "value": float(option.value) if option.value.size == 1 else None,
        "picture": option_values.astype(float).tolist() if picture else None,
    }


def _masks(step: Screen | None, question: Question | None) -> dict[str, np.ndarray]:
    """Return the masks of a click question: correct cells, and cells with an explained mistake, flattened like the
    map."""
    if step is None or question is None or step.kind != "click":
        return {}
    wrong = {f"learn.{n}": option.value.astype(np.uint8) for n, option in enumerate(question.options)}
    return {"learn.key": question.key.astype(np.uint8), **wrong}
