"""Nothing in sight decides a question before the commit: not a number among its words, not a map beside them; in every variant and language."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest

from cnnviz.core.setup.kernels import KERNELS
from cnnviz.decks.deck import NO_TEXT, Screen
from cnnviz.decks.expression import evaluate
from cnnviz.decks.library import bundled_lessons
from cnnviz.decks.plates import Plate, cells, hidden, plates
from cnnviz.decks.question import PLACEHOLDER, Question, ask, setup_at
from cnnviz.decks.scope import Scope, scope_of
from cnnviz.view.constants import gallery

STEPS = [pytest.param(screen, id=f"{deck.id}-{n}") for deck in bundled_lessons() for n, screen in enumerate(deck.screens, 1) if screen.kind]
PRINTED = 49
"""Cells up to which a map's numbers are printed."""
RULE_ASKED = {"any(f > 0)", "1 / (sum(x ** 2) + 1)"}
"""Keys that apply a rule, which is asked for, to a map that has to be seen."""
ASKED: dict[int, list[tuple[Question, Scope, list[Plate]]]] = {}
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?")


def variants(screen: Screen) -> Iterator[Mapping[str, str]]:
    """What a learner may ask the question of: every image, every named kernel."""
    yield {}
    if screen.change == "image":
        yield from ({"img": image.id} for image in gallery())
    if screen.change == "kernel" and screen.kind != "construct":
        yield from ({"f": name} for name in KERNELS)


def asked(screen: Screen) -> list[tuple[Question, Scope, list[Plate]]]:
    """The question in every variant, its numbers and its maps."""
    if id(screen) not in ASKED:
        setups = [setup_at(screen, change) for change in variants(screen)]
        ASKED[id(screen)] = [(ask(screen, setup), scope_of(setup), plates(screen, scope_of(setup))) for setup in setups]
    return ASKED[id(screen)]


def said(question: Question, lang: str) -> list[str]:
    """The words in sight before the commit."""
    parts = (question.title, question.text, question.ask, *question.hints, *(option.label for option in question.options if question.key.size))
    return [part.say(lang) for part in parts]


def numbers(text: str, lang: str) -> list[float]:
    plain = text.replace("−", "-").replace("\u202f", "")
    return [float(result) for result in NUMBER.findall(plain.replace(",", "") if lang == "en" else plain.replace(",", "."))]


def printed(shown: list[Plate]) -> dict[str, np.ndarray]:
    """The numbers that can be read off the maps in sight."""
    return {plate.of: plate.value.astype(float) for plate in shown if not plate.hidden and plate.value.size <= PRINTED}


def like(a: float, b: float, tolerance: float = 0.0) -> bool:
    return abs(a - b) <= max(tolerance, 0.004 * abs(b), 1e-9)


def always(screen: Screen, found: Mapping[str, list[bool]]) -> list[str]:
    """Places whose number is the wanted one in most variants: a chance agreement in some of them tells nobody anything."""
    return [place for place, hits in found.items() if sum(hits) > len(asked(screen)) / 2]


@pytest.mark.parametrize("screen", STEPS)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_no_number_in_sight_is_the_key_or_one_that_its_answer_tells(screen: Screen, lang: str):
    result: dict[str, list[bool]] = {}
    for question, here, shown in asked(screen):
        words = [number for n, text in enumerate(said(question, lang)) if n < 3 + len(question.hints) for number in numbers(text, lang)]
        places = {f"word {n}": number for n, number in enumerate(words)}
        places |= {f"{of} {at}": float(value) for of, values in printed(shown).items() for at, value in np.ndenumerate(values)}
        told = [] if screen.kind == "construct" else secrets(screen, here, shown, lang)
        wanted = [float(question.key)] if screen.kind == "number" or (screen.kind == "choose" and question.key.size == 1 and question.key % 1) else []
        for place, number in places.items():
            result.setdefault(place, []).append(any(like(number, key, question.tolerance) for key in wanted) or any(like(number, each) for each in told))
    assert always(screen, result) == []


def secrets(screen: Screen, here: Scope, shown: list[Plate], lang: str) -> list[float]:
    """The numbers that the right answer's words work out of what is not in sight; whole ones may stand for anything."""
    in_sight = {plate.of for plate in shown if not plate.hidden}
    unseen = {"at", "saturated", "wrong_loss", *here.snapshot.trace, *here.snapshot.gradients} - in_sight
    values = [worked(place, here) for place in PLACEHOLDER.finditer(screen.right.say(lang)) if names(place[1]) & unseen]
    return [value for value in values if value != round(value)]


def worked(place: re.Match[str], here: Scope) -> float:
    return float(evaluate(place[1], here))


def names(expression: str, apart: tuple[str, ...] = ("argmax", "argmin", "size")) -> set[str]:
    """The arrays whose numbers an expression tells, and the functions that look elsewhere; what only says a place or a size is none of them."""
    tree = ast.parse(expression.strip(), mode="eval")
    left_out = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") in apart]
    left_out += [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "shape"]
    inside = {inner for node in left_out for inner in ast.walk(node)}
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node not in inside}


def read_off(key: str) -> set[str]:
    """The arrays from whose numbers alone a key follows; none where it has to be worked out of several, or elsewhere."""
    calls = {node.func.id for node in ast.walk(ast.parse(key.strip(), mode="eval")) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    used = names(key, ("size",)) - calls
    return used if not calls & {"at", "wrong", "wrong_loss", "conv2d"} and len(used) == 1 else set()


@pytest.mark.parametrize("screen", STEPS)
def test_the_map_from_which_the_key_can_be_read_is_not_in_sight(screen: Screen):
    for _, here, shown in asked(screen):
        in_sight = {plate.of for plate in shown if not plate.hidden}
        if screen.kind in ("choose", "number", "click") and screen.key not in RULE_ASKED:
            assert not read_off(screen.key) & in_sight
        if block := cells(screen, here):
            assert block[0] in hidden(screen, here) and block[0] not in in_sight
            assert [plate.of for plate in shown if plate.hidden][:1] == [block[0]], "the cells that are asked of have a place"


@pytest.mark.parametrize("screen", STEPS)
def test_beside_a_question_stand_few_maps(screen: Screen):
    """Those that it names, and what its answer adds: the whole network had 13."""
    for _, _, shown in asked(screen):
        assert sum(not plate.hidden for plate in shown) <= 4 and len(shown) <= 6


@pytest.mark.parametrize("screen", STEPS)
def test_no_block_in_sight_is_the_picture_that_is_the_key(screen: Screen):
    for question, _, shown in asked(screen):
        if screen.kind != "choose" or question.key.size == 1:
            continue
        for values in printed(shown).values():
            assert values.shape != question.key.shape or not np.allclose(values, question.key) or question.setup != setup_at(screen, {})


def test_what_a_question_of_the_first_lesson_is_about_is_seen_once_it_is_answered():
    """The kernel with its weight changed and what that makes of the image; and the map of which the size was asked."""
    changed, sized = (bundled_lessons()[0].screens[n] for n in (3, 4))
    here = scope_of(setup_at(changed, {}))
    shown = [plate for plate in plates(changed, here) if plate.hidden]
    kernel = here.snapshot.params["f"].copy()
    kernel[..., 0, 0] = 0
    assert any(plate.value.shape == (3, 3) and np.array_equal(plate.value, kernel.reshape(3, 3)) for plate in shown)
    assert any(plate.value.shape == (30, 30) for plate in shown)
    assert "z1" in [plate.of for plate in plates(sized, scope_of(setup_at(sized, {}))) if plate.hidden]


def test_a_map_to_click_is_shown_although_no_text_names_it():
    """A hidden one as an empty frame, beside the map that its kernel covers."""
    (written,) = [screen for screen in bundled_lessons()[0].screens if screen.kind == "click"]
    here = scope_of(setup_at(written, {}))
    silent = replace(written, show=None, text=NO_TEXT, ask=NO_TEXT)
    assert [(plate.of, plate.hidden) for plate in plates(silent, here)] == [("x", False), ("z1", True)]
    assert [(plate.of, plate.hidden) for plate in plates(replace(silent, hide=()), here)] == [("z1", False)]
