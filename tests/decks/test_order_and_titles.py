"""A question's title, its lesson's title and the order of its answers do not give the answer away."""

import re
from collections import Counter

import pytest

from cnnviz.decks.deck import Screen
from cnnviz.decks.library import bundled_lessons, lectures
from cnnviz.decks.question import answer_order, ask, setup_at
from cnnviz.view.constants import gallery
from cnnviz.words import languages

QUESTIONS = [pytest.param(deck, screen, id=f"{deck.id}-{n}") for deck in (*bundled_lessons(), *lectures()) for n, screen in enumerate(deck.screens, 1) if screen.asks]
CHOICES = [screen for deck in bundled_lessons() for screen in deck.screens if screen.kind == "choose"]
STEM = 4
"""Letters by which two words count as one: "turn", "turned"."""
NEUTRAL = {"en": "find that through back with without between", "fr": "trouvez avec sans entre travers tous tout"}
"""Words of a title that say nothing about an answer."""
COUNTS = {
    "en": "zero one two three four five six seven eight nine ten",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix",
}  # fmt: skip


def stems(text: str) -> set[str]:
    return {word[:STEM] for word in re.findall(r"[^\W\d_]+", text.lower()) if len(word) >= STEM}


def premise(screen: Screen, lang: str) -> set[str]:
    """What a learner has read before the answer, without the answers."""
    return stems(f"{screen.text.say(lang)} {screen.ask.say(lang)}")


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize(("deck", "screen"), QUESTIONS)
def test_a_title_asks_or_has_only_words_of_its_question(deck, screen, lang):
    title = screen.title.say(lang)
    assert title.endswith("?") or stems(title) - premise(screen, lang) - stems(NEUTRAL[lang]) == set()


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize(("deck", "screen"), QUESTIONS)
def test_the_title_of_a_lesson_has_no_word_of_an_answer(deck, screen, lang):
    right = " ".join(answer.label.say(lang) for answer in screen.answers if not answer.say.by_language)
    wrong = " ".join(answer.label.say(lang) for answer in screen.answers if answer.say.by_language)
    told = stems(right) - premise(screen, lang) - stems(wrong)
    assert not stems(f"{deck.title.say(lang)} {deck.goal.say(lang)}") & told


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize(("deck", "screen"), QUESTIONS)
def test_no_count_in_a_title_is_the_number_that_is_asked_for(deck, screen, lang):
    if screen.kind == "number":
        words = COUNTS[lang].split()
        counts = [words.index(word) for word in re.findall(r"\w+", screen.title.say(lang).lower()) if word in words]
        assert float(ask(screen, setup_at(screen, {})).key) not in counts


def position(screen: Screen, change: dict[str, str]) -> tuple[int, int]:
    """The place of the right answer, and the number of answers."""
    options = ask(screen, setup_at(screen, change)).options
    return [option.right for option in options].index(True), len(options)


def test_the_right_answer_is_at_every_place_about_as_often():
    places = Counter(position(screen, {}) for screen in CHOICES)
    for count in {count for _, count in places}:
        result = [places[place, count] for place in range(count)]
        assert sum(result) < 3 * count or max(result) <= 2 * sum(result) / count, (count, result)


def test_on_another_image_the_right_answer_moves():
    retried = [screen for screen in CHOICES if screen.change == "image"]
    moved = [len({position(screen, {"img": image.id})[0] for image in gallery()}) > 1 for screen in retried]
    assert retried and all(moved)


def test_the_order_is_that_of_the_setup_and_no_answer_is_lost():
    for screen in CHOICES:
        setup = setup_at(screen, {})
        order = answer_order(screen, setup, len(screen.answers))
        assert sorted(order) == [*range(len(screen.answers))] and order == answer_order(screen, setup, len(screen.answers))
        shuffled, written = (ask(Screen(**(vars(screen) | {"shuffles": shuffles})), setup).options for shuffles in (True, False))
        assert [str(option.label) for option in shuffled] == [str(written[n].label) for n in answer_order(screen, setup, len(written))]
