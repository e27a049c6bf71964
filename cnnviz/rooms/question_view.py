"""The data of a room's question: its text, its maps and its results, computed as in a guided lesson."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import numpy as np

from cnnviz.core.network.cell_links import Link, source_ranges
from cnnviz.core.network.program import Program
from cnnviz.core.network.stages import label
from cnnviz.core.setup.page_state import PAGE_KEYS
from cnnviz.core.setup.setup import SETUP_KEYS, Setup
from cnnviz.decks.deck import ROOM_KINDS, Screen
from cnnviz.decks.impromptu import has_key, spot_screen
from cnnviz.decks.library import library
from cnnviz.decks.plates import Plate as DeckPlate
from cnnviz.decks.plates import cells, plates
from cnnviz.decks.plates import hidden as hidden_maps
from cnnviz.decks.question import CHANGEABLE_KEYS, MOST_SHOWN, Question, ask, setup_at
from cnnviz.decks.scope import Scope, scope_of
from cnnviz.decks.votes import accepted_intervals, bars, count_votes, group_answers
from cnnviz.pages import map_records
from cnnviz.rooms.redis_keys import deck_digest
from cnnviz.rooms.room_deck import deck_of, screen_of
from cnnviz.rooms.store import Ballot
from cnnviz.view.constants import gallery
from cnnviz.wire.records import MapRecord
from cnnviz.wire.rooms import (
    GroupData,
    PatchData,
    Plane,
    RoomMap,
    RoomOption,
    RoomPlate,
    RoomQuestion,
    RoomResults,
    RoomRound,
)
from cnnviz.words import DEFAULT, Problem, format_value

MOST_CELLS = 65_536
"""Largest number of cells of a map for click questions."""
MOST_OUTLINED = 60
"""Largest number of right cells that are outlined."""
_WRAP = 60
_FIELDS = {"lesson", "step", "screen", "spot", "map", "cell", "kind", "ask", "key", "tolerance", "answers", "hidden"}


@dataclass(frozen=True, eq=False)
class PreparedQuestion:
    """A question on one setup, ready to be posed. `keyed` is whether it has a right answer."""

    step: Screen
    question: Question
    here: Scope
    keyed: bool
    hidden: bool
    program: Program
    maps: Mapping[str, MapRecord]
    lang: str
    written: bool
    """Whether the question comes from a deck."""

    @property
    def most(self) -> int:
        """Number of options or cells."""
        if self.step.kind == "click":
            return int(self.here.arrays[self.step.map].size)
        return len(self.question.options)

    @property
    def query(self) -> dict[str, str]:
        """Address of the setup that the question is about."""
        return self.question.setup.to_query()


def spec_of(body: Mapping[str, object], room_query: str, deck: str = "") -> dict[str, object]:
    """Return a question as a room stores it: the presenter's fields and the setup it is about, or the digest and
    screen of the room's `deck`."""
    spec = {name: _plain(name, value) for name, value in body.items() if name in _FIELDS}
    room_state = dict(parse_qsl(room_query, keep_blank_values=True))
    if "screen" in spec:
        return {"script": deck_digest(deck), "screen": spec["screen"], "change": {}}
    if "lesson" in spec:
        changes = {key: room_state[key] for key in ("img", "f") if room_state.get("page") == "learn" and room_state.get("lesson") == spec["lesson"] and key in room_state}
        return {"lesson": spec["lesson"], "step": spec.get("step", 1), "change": changes}
    return spec | {"at": urlencode({key: text for key, text in room_state.items() if key in SETUP_KEYS and text}, safe=",:"), "change": {}}


def _plain(name: str, value: object) -> object:
    """Return a scalar field, or the list of answers. Raise Problem if it is nested deeper."""
    if name == "answers" and isinstance(value, list) and all(isinstance(answer, dict) for answer in value):
        return [{key: _plain(key, text) for key, text in answer.items() if key in ("label", "is", "say")} for answer in value]
    if not isinstance(value, str | int | float | bool | None):
        raise Problem("lessons.spot.text", field=name)
    return value


def prepare_question(spec: Mapping[str, Any], lang: str = DEFAULT, deck: str = "") -> PreparedQuestion:
    """Prepare a question, except for its votes. `deck` is the room's deck. Raise Problem if the question cannot be
    posed."""
    is_written = is_from_deck(spec)
    step = _deck_screen(spec, deck) if "screen" in spec else _lesson_step(spec) if "lesson" in spec else spot_screen(spec, spec["at"])
    if step.kind not in ROOM_KINDS:
        raise Problem("ui.rooms.kind", kind=step.kind, known=ROOM_KINDS)
    question = ask(step, setup_at(step, spec["change"]))
    is_keyed = is_written or has_key(spec)
    if not is_keyed:
        question = replace(question, options=question.options[:-1])  # the last option represents a missing key
    scope = scope_of(question.setup)
    program = map_records.program_of(question.setup, scope.snapshot)
    maps = map_records.records(question.setup, program, scope.snapshot)
    is_map_hidden = step.map in hidden_maps(step, scope) if is_written else "spot" in spec and not is_computed(question.setup, step.map)
    is_hidden = bool(spec.get("hidden", is_map_hidden))
    result = PreparedQuestion(step, question, scope, is_keyed, is_hidden, program, maps, lang, is_written)
    if step.kind == "click" and result.most > MOST_CELLS:
        raise Problem("ui.rooms.too_many_cells", map=label(step.map), most=MOST_CELLS)
    return result


def is_computed(setup: Setup, symbol: str) -> bool:
    """Return whether a map has been computed up to the setup's stage, or is an input.

    >>> is_computed(Setup(stage="x"), "z1"), is_computed(Setup(stage="a1"), "z1"), is_computed(Setup(stage="x"), "f")
    (False, True, True)
    """
    if symbol in setup.network.parameters:  # their current values; the update computes the next ones
        return True
    names = [str(stage) for stage in setup.network.stages]
    stage_index = next((n for n, stage in enumerate(setup.network.stages) if symbol in stage.makes), 0)
    return stage_index <= names.index(setup.stage) if setup.stage in names else True


def is_from_deck(spec: Mapping[str, Any]) -> bool:
    """Return whether a question comes from a deck, in which case the audience moves to its setup."""
    return "lesson" in spec or "screen" in spec


def _deck_screen(spec: Mapping[str, Any], deck: str) -> Screen:
    if spec["script"] != deck_digest(deck):
        raise Problem("ui.rooms.other_script")
    return screen_of(deck_of(deck), spec["screen"])


def _lesson_step(spec: Mapping[str, Any]) -> Screen:
    deck = library().find(str(spec["lesson"])[:40])
    if deck is None:
        raise Problem("ui.learn.no_lesson", id=str(spec["lesson"])[:40])
    number = spec["step"]
    if not isinstance(number, int | str) or not str(number).isdecimal() or not 1 <= int(str(number)[:4]) <= len(deck.screens):
        raise Problem("ui.learn.no_step", number=str(number)[:10], most=len(deck.screens))
    return deck.screens[int(str(number)[:4]) - 1]


def spec_on_next_image(spec: Mapping[str, Any], deck: str = "") -> dict[str, object]:
    """Return the same question about another image. Raise Problem if it allows no other image."""
    prepared_question = prepare_question(spec, deck=deck)
    if "img" not in CHANGEABLE_KEYS[prepared_question.step.change]:
        raise Problem("ui.rooms.no_other")
    images = [image.id for image in gallery()]
    image_id = prepared_question.question.setup.img
    return {**spec, "change": {"img": images[(images.index(image_id) + 1) % len(images)] if image_id in images else images[0]}}


def moved_query(question: PreparedQuestion, room_query: str) -> str:
    """Return the address of a question's setup, with the room's view keys."""
    view_query = {key: text for key, text in parse_qsl(room_query) if key in PAGE_KEYS}
    return urlencode(question.query | view_query, safe=",:")


# ---- data for clients


def question_data(prepared: PreparedQuestion, number: int) -> RoomQuestion:
    """Return the public part of a question, which does not reveal the right answer."""
    step, question, lang = prepared.step, prepared.question, prepared.lang
    is_click = step.kind == "click"
    source = _source(prepared) if is_click and prepared.hidden else None
    return RoomQuestion(
        number=number, kind=step.kind, title=question.title.say(lang), text=question.text.say(lang), ask=question.ask.say(lang), keyed=prepared.keyed,
        options=[_option(option.label.say(lang), option.value, lang) for option in question.options] if step.kind == "choose" else [],
        map=_map(prepared, step.map, not prepared.hidden) if is_click else None,
        source=_map(prepared, source.source, True) if source else None,
        window=dict(source.geometry) if source else None,
        kernel=_kernel(prepared) if source else None,
        other="img" in CHANGEABLE_KEYS[step.change],
        plates=_plates(prepared, False),
    )  # fmt: skip


def results_data(question: PreparedQuestion, ballots: Sequence[Ballot], followers: int, revealed: bool) -> RoomResults:
    """Return the answers: raw counts, and groups once the key is revealed."""
    step = question.step
    rounds = [_round(step.kind, ballot) for ballot in ballots]
    groups = group_answers(step, question.question, [ballot.values() for ballot in ballots], question.keyed, question.lang) if revealed else []
    is_click = step.kind == "click"
    return RoomResults(
        rounds=rounds, followers=followers, revealed=revealed,
        groups=[
            GroupData(
                label=group.label, say=group.say, right=group.right, counts=list(group.counts), example=group.example,
                picture=_option("", question.question.options[n].value, question.lang)["picture"] if step.kind == "choose" else None,
                patch=_patch(question, int(group.example)) if is_click and group.example is not None else None,
            )
            for n, group in enumerate(groups)
        ],
        key=_right_cells(question) if is_click and revealed and question.keyed else [],
        map=_map(question, step.map, revealed or not question.hidden) if is_click else None,
        accepted=accepted_intervals(step.kind, question.question) if revealed and question.keyed else [],
        right=question.question.right.say(question.lang) if revealed else "",
        plates=_plates(question, revealed),
    )  # fmt: skip


def _plates(question: PreparedQuestion, revealed: bool) -> list[RoomPlate]:
    """Return the maps next to the text. Hidden ones have no values until the answer is revealed."""
    if not question.written or question.step.kind == "click":
        return []
    cell_ranges = cells(question.step, question.here)
    return [shown_plate for plate in plates(question.step, question.here) if (shown_plate := _plate(question, plate, plate.hidden and not revealed, cell_ranges))]


def _plate(question: PreparedQuestion, plate: DeckPlate, hidden: bool, cell_ranges: tuple[str, tuple[range, ...]] | None) -> RoomPlate | None:
    array, record = np.atleast_2d(plate.value), question.maps.get(plate.like)
    name, words = plate.label.say(question.lang), ""
    if record is not None and plate.of == plate.like:
        name, words = name or label(plate.of), format_value(record["plain"], "", question.lang)
    result = plate_data(plate.of, array, record, question.lang, hidden)
    if result is None:
        return None
    result |= {"label": name or plate.of, "words": words}
    if cell_ranges and cell_ranges[0] == plate.of and len(cell_ranges[1]) == array.ndim == 2 and array.shape == plate.value.shape:
        (first_row, last_row), (first_column, last_column) = ((part.start, part.stop) for part in cell_ranges[1])
        result["ring"] = first_row, first_column, last_row - first_row, last_column - first_column
    return result


def plate_data(symbol: str, array: np.ndarray, record: MapRecord | None, lang: str, hidden: bool = False) -> RoomPlate | None:
    """Return the data of a map of at least two axes: numbers if it is small, otherwise colours. None if it is too large
    for both."""
    is_small = array.size <= MOST_SHOWN and array.ndim == 2
    if not is_small and (record is None or array.size > MOST_CELLS):
        return None
    _, rows, columns = layout_of(array.shape)
    return RoomPlate(
        label=label(symbol), words=format_value(record["plain"], "", lang) if record else "", rows=rows, columns=columns, hidden=hidden, ring=None,
        picture=array.astype(float).tolist() if is_small and not hidden else None,
        map=None if is_small or hidden or record is None else map_data(symbol, array, record, lang, True),
    )  # fmt: skip


def _round(kind: str, ballot: Ballot) -> RoomRound:
    if kind == "number":
        return RoomRound(votes=len(ballot), counts=[(bar.low, bar.high, bar.count) for bar in bars(ballot.values())])
    return RoomRound(votes=len(ballot), counts=[(n, n, count) for n, count in count_votes(ballot.values()).items()])


def _option(label: str, value: np.ndarray, lang: str) -> RoomOption:
    matrix = np.atleast_2d(value)
    is_pictured = 1 < matrix.size <= MOST_SHOWN and matrix.ndim == 2
    return RoomOption(
        label=label or (format_value(value.item(), "4", lang) if value.size == 1 else ""),
        picture=matrix.astype(float).tolist() if is_pictured else None,
    )


def _map(question: PreparedQuestion, symbol: str, is_shown: bool) -> RoomMap:
    return map_data(symbol, question.here.arrays[symbol], question.maps[symbol], question.lang, is_shown)


def map_data(symbol: str, array: np.ndarray, record: MapRecord, lang: str, is_shown: bool = False) -> RoomMap:
    """Return the data of a map, with values only if `is_shown`."""
    layers, rows, columns = layout_of(array.shape)
    return RoomMap(
        symbol=symbol, label=label(symbol), words=format_value(record["plain"], "", lang), shape=list(array.shape),
        layers=layers, rows=rows, columns=columns, cells=array.size, plane=plane(array, record) if is_shown else None,
    )  # fmt: skip


def layout_of(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """Return the numbers of layers, rows and columns in which an array's cells are drawn. Long rows are wrapped.

    >>> layout_of((30, 30)), layout_of((4, 3, 30, 30)), layout_of((900,)), layout_of((900, 2))
    ((1, 30, 30), (12, 30, 30), (1, 15, 60), (1, 30, 60))
    """
    size = int(np.prod(shape))
    if len(shape) >= 2 and max(shape[-2:]) <= 8 * min(shape[-2:]):
        return size // (shape[-2] * shape[-1]), shape[-2], shape[-1]
    return 1, -(-size // _WRAP), min(size, _WRAP)


def plane(array: np.ndarray, record: MapRecord) -> Plane:
    """Encode cells as positions on a colour scale, one byte each."""
    low, high = (float(end) for end in record["limits"])
    share = (np.nan_to_num(array.ravel()) - low) / (high - low) if high > low else np.full(array.size, 0.5)
    levels = np.rint(255 * np.clip(share, 0, 1)).astype(np.uint8)
    return Plane(levels=base64.b64encode(levels.tobytes()).decode(), low=low, high=high, scale=record["scale"])


def _source(question: PreparedQuestion) -> Link | None:
    """Return the link by which a window slides over a source map to compute the clicked map, or None if there is
    none."""
    for link in question.program.links.get(question.step.map, ()):
        if not is_computed(question.question.setup, link.source):
            continue
        if link.pattern in ("window", "winner") and question.here.arrays[link.source].ndim == question.here.arrays[question.step.map].ndim == 2:
            return link
    return None


def _kernel(question: PreparedQuestion) -> list[list[float]] | None:
    """Return the weights of the window, or None unless there is a single 2-D kernel."""
    for link in question.program.links.get(question.step.map, ()):
        array = question.here.arrays.get(link.source)
        if link.source in question.program.parameters and array is not None and array.ndim == 2 and array.size <= MOST_SHOWN:
            weights: list[list[float]] = array.astype(float).tolist()
            return weights
    return None


def _right_cells(question: PreparedQuestion) -> list[int]:
    cells_of_key = np.flatnonzero(question.question.key.reshape(-1))
    return [int(cell) for cell in cells_of_key[:MOST_OUTLINED]] if len(cells_of_key) <= MOST_OUTLINED else []


def _patch(question: PreparedQuestion, cell: int) -> PatchData | None:
    """Return the surroundings of a cell: its window in the source map plus one cell on each side, or its neighbours
    in its own map."""
    source_array = question.here.arrays[question.step.map]
    if source_array.ndim < 2:
        return None
    index = np.unravel_index(cell, source_array.shape)
    source = _source(question)
    layer = int(np.ravel_multi_index(index[:-2], source_array.shape[:-2])) if source_array.ndim > 2 else 0
    array = question.here.arrays[source.source] if source else source_array.reshape(-1, *source_array.shape[-2:])[layer]
    rows, columns = array.shape
    if source:
        # links include a channel axis, which arrays of one channel lack
        (top, height, _), (left, width, _) = source_ranges(source, (0, int(index[0]), int(index[1])), (1, rows, columns))[-2:]
    else:
        top, height, left, width = int(index[-2]), 1, int(index[-1]), 1
    first_row, last_row = max(top - 1, 0), min(top + height + 1, rows)
    first_column, end = max(left - 1, 0), min(left + width + 1, columns)
    patch = array[first_row:last_row, first_column:end]
    symbol = source.source if source else question.step.map
    inner_box = (top - first_row, left - first_column, height, width)
    return PatchData(rows=patch.shape[0], columns=patch.shape[1], plane=plane(patch, question.maps[symbol]), inner=inner_box)


def text_of(spec: Mapping[str, Any]) -> str:
    """Return a canonical JSON text of a question's fields."""
    return json.dumps(spec, sort_keys=True)
