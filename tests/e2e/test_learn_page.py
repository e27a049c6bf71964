"""The page Learn: a whole lesson by keyboard alone; the question is the picture; what is asked for is hidden until the answer."""

import itertools
import re

import pytest
from playwright.sync_api import expect

from cnnviz.decks.library import bundled_lessons
from cnnviz.decks.plates import plates
from cnnviz.decks.question import Question, ask, setup_at
from cnnviz.decks.scope import scope_of
from tests.e2e.page import Screen, faults
from tests.e2e.test_accessibility import CUT, HIDDEN_FOCUS, SIDEWAYS, violations
from tests.e2e.test_view import RECORD, WRITTEN

SHOWN = """() => [...document.querySelectorAll(".scenery figure[data-figure]")].map((figure) => {
  const canvas = figure.querySelector("canvas")
  const pixels = canvas && canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
  let painted = 0
  for (let at = 3; pixels && at < pixels.length; at += 4) painted += pixels[at] > 0
  const hidden = figure.innerHTML.includes("hidden until you answer")
  return [figure.dataset.figure, [...figure.querySelectorAll(".cells b")].map((cell) => cell.textContent).join(" "), pixels ? (4 * painted) / pixels.length : 0, hidden]
})"""
"""Each plate: its array, the numbers in its cells, which share of it is painted, and whether those who listen hear that it is hidden."""


FIXED = """() => [...document.querySelectorAll(".cnnviz *")]
  .filter((e) => ["fixed", "sticky"].includes(getComputedStyle(e).position) && e.checkVisibility({ visibilityProperty: true }))
  .reduce((sum, e) => sum + e.getBoundingClientRect().height, 0) / innerHeight"""
"""The share of the window's height that rows take which do not scroll."""


def commit(screen: Screen, right: bool) -> None:
    button = screen.key("learn_commit")
    expect(button).to_be_enabled()
    button.focus()
    screen.press("Enter")
    expect(screen.page.locator(".feedback")).to_have_class(f"feedback {'good' if right else 'missed'}")


def at(screen: Screen, step: int) -> None:
    expect(screen.page.locator('.path [aria-current="step"]')).to_have_attribute("data-go", str(step))
    screen.ready()


def go_on(screen: Screen, step: int) -> None:
    """The way on has the focus: Enter takes it."""
    screen.key("learn_continue").focus()
    screen.press("Enter")
    at(screen, step)


def choose(screen: Screen, n: int) -> None:
    screen.page.locator("[name=answer]").first.focus()
    screen.press("Space", *["ArrowDown"] * n)
    expect(screen.page.locator("[name=answer]").nth(n)).to_be_checked()


def answer(screen: Screen, question: Question, kind: str, map: str) -> None:
    """The right answer, by keys alone."""
    if kind == "choose":
        choose(screen, next(n for n, option in enumerate(question.options) if option.right))
    elif kind == "number":
        screen.page.locator("[name=number]").focus()
        screen.page.keyboard.type(str(float(question.key)))
    elif kind == "click":
        row, column = (int(at[0]) for at in question.key.nonzero())
        screen.canvas(map).focus()
        screen.press(*["ArrowUp"] * 30, *["ArrowLeft"] * 30, *["ArrowDown"] * row, *["ArrowRight"] * column, "Enter")
        expect(screen.page.locator(".chosen-cell")).to_contain_text(f"[{row},{column}]")


def test_a_whole_lesson_by_keyboard(screen: Screen):
    script = bundled_lessons()[0]
    screen.open("/learn")
    start = screen.page.locator(".next-up .primary")
    expect(start).to_contain_text("Start lesson A")
    start.focus()
    screen.press("Enter")
    expect(screen.key("learn_commit")).to_be_disabled()
    screen.ready(stage="z1")
    questions = [ask(step, setup_at(step, {})) for step in script.screens]

    # The first answer is wrong: its feedback is said, the cells have their numbers, and it is asked of another image.
    asked = screen.page.locator('[data-figure="z1"] .cells')
    expect(asked).to_have_attribute("aria-label", "z1: hidden until you answer")
    wrong = next(n for n, option in enumerate(questions[0].options) if not option.right)
    choose(screen, wrong)
    expect(asked.locator(".ghost")).to_have_count(9)
    commit(screen, right=False)
    expect(screen.page.locator(".feedback")).to_contain_text(questions[0].options[wrong].say.say("en")[:30])
    expect(asked).to_have_attribute("aria-label", re.compile(r"^z1: [\d., ]+$"))
    expect(screen.key("learn_other")).to_be_focused()
    screen.press("Enter")
    expect(screen.key("learn_commit")).to_be_disabled()
    screen.ready()
    other = ask(script.screens[0], setup_at(script.screens[0], screen.address))
    assert screen.address["img"] == other.setup.img != questions[0].setup.img
    right = next(n for n, option in enumerate(other.options) if option.right)
    screen.press("ABC"[right])  # by its letter
    expect(screen.page.locator("[name=answer]").nth(right)).to_be_checked()
    commit(screen, right=True)

    for number, (step, question) in enumerate(zip(script.screens[1:], questions[1:], strict=True), start=2):
        go_on(screen, number)
        answer(screen, question, step.kind, step.map)
        commit(screen, right=True)
    link = screen.page.url
    screen.page.goto(link)  # a step is a link
    at(screen, len(script.screens))
    answer(screen, questions[-1], script.screens[-1].kind, script.screens[-1].map)
    commit(screen, right=True)
    screen.press("Enter")  # and the lesson is over: what was learned, and the next one
    expect(screen.page.locator(".ended .goal")).to_contain_text(script.goal.say("en"))
    expect(screen.page.locator(".ended li.right")).to_have_count(len(script.screens))
    screen.key("learn_next").click()
    expect(screen.page.locator(".path")).to_have_attribute("aria-label", bundled_lessons()[1].title.say("en"))
    screen.page.locator('.path [data-go=""]').click()
    node = screen.page.locator(f'.lesson-path [data-lesson="{script.id}"]')
    expect(node).to_have_accessible_name(re.compile("^Again: "))
    expect(screen.page.locator(".lesson-path .current b")).to_have_text(bundled_lessons()[1].title.say("en"))
    screen.prints_no_trace()


def test_a_question_that_was_skipped_is_said_to_be_and_its_name_leads_to_it(screen: Screen):
    lesson = next(one for one in bundled_lessons() if one.id == "blame")
    last = len(lesson.screens)
    screen.open("/learn", lesson="blame", step=2)
    at(screen, 2)
    screen.page.locator("[name=number]").fill("99")
    screen.press("Enter")  # a wrong answer
    expect(screen.page.locator(".feedback.missed")).to_be_visible()
    screen.open("/learn", lesson="blame", step=last)
    at(screen, last)
    screen.key("learn_skip").click()
    became = screen.page.locator(".ended li span")
    expect(became).to_have_text(["skipped", "look again", *["skipped"] * (last - 2)])
    screen.page.locator(f'.ended [data-go="{last}"]').click()
    at(screen, last)


NARROW = """() => [...document.querySelectorAll(".cells.tiny b")]
  .filter((number) => number.getBoundingClientRect().width > number.parentElement.getBoundingClientRect().width)
  .map((number) => number.textContent)"""


@pytest.mark.parametrize(("lesson", "step"), [("sums", 2), ("kernel", 3)])
def test_what_was_answered_has_its_numbers_within_their_cells(screen: Screen, lesson: str, step: int):
    screen.open("/learn", lesson=lesson, step=step)
    at(screen, step)
    screen.page.locator("[name=answer]").first.check()
    screen.key("learn_commit").click()
    expect(screen.page.locator(".cells.tiny b").first).to_be_visible()
    assert faults(screen.page, NARROW) == []


def test_a_number_below_0_that_was_typed_is_said_with_a_minus(screen: Screen):
    screen.open("/learn", lesson="blame", step=2)
    at(screen, 2)
    screen.page.locator("[name=number]").fill("-0.139")
    screen.press("Enter")
    expect(screen.page.locator(".said")).to_have_text("You said −0.139.")


EVERY_KIND = ("kernel", "blame", "channels", "zero", "saturated")
"""Lessons that among them ask each kind of question beside arrays of each number of axes, hidden and shown."""


@pytest.mark.parametrize("script", [script for script in bundled_lessons() if script.id in EVERY_KIND], ids=lambda script: script.id)
def test_what_is_hidden_is_not_drawn_and_not_said(screen: Screen, script):
    screen.open("/learn", query=f"lesson={script.id}")
    for number, step in enumerate(script.screens, 1):
        at(screen, number)
        screen.painted()
        here = scope_of(setup_at(step, {}))
        shown = [plate for plate in plates(step, here) if plate.value.size > 1]
        result = screen.page.evaluate(SHOWN)
        assert len(result) == len(shown)
        for plate, (array, numbers, painted, hidden) in zip(shown, result, strict=True):
            assert array == plate.of or array.startswith("learn.plate."), step.at
            if plate.hidden:
                assert not re.search(r"\d", numbers) and painted < 0.1, (number, plate.of)  # but for what is marked
            elif plate.mark is not None:
                expect(screen.page.locator(f'[data-figure="{array}"] .tangent')).to_be_visible()
            else:
                assert (re.search(r"\d", numbers) or painted > 0.7) and not hidden, (number, plate.of)
        assert screen.page.locator(".amount:not(.hatched) + b", has_text="?").count() == 0
        assert screen.page.locator(".amounts dt").evaluate_all("(all) => all.every((e) => e.textContent.trim())")
        assert screen.page.locator(".scenery").evaluate("(e) => e.scrollWidth <= e.clientWidth"), number
        assert screen.page.locator(".plate-of").evaluate_all("(all) => all.every((e) => [...e.children].every((c) => c.offsetWidth <= e.offsetWidth + 4))"), number
        if number < len(script.screens):
            screen.key("learn_skip").click()


def test_a_letter_chooses_and_enter_answers_which_is_five_stops_away(screen: Screen):
    screen.open("/learn", query="lesson=kernel&step=3")
    screen.press("B", "Enter")
    expect(screen.page.locator(".feedback.good, .feedback.missed")).to_be_visible()
    expect(screen.page.locator(".next .primary")).to_be_focused()
    screen.open("/learn", query="lesson=kernel&step=3")
    screen.page.locator("[name=answer]").first.check()
    screen.key("skip").focus()
    screen.press("Enter")
    for _ in range(5):
        screen.press("Tab")
        if screen.key("learn_commit").evaluate("(e) => e === document.activeElement"):
            break
    expect(screen.key("learn_commit")).to_be_focused()
    dots = screen.page.locator(".path ol button")
    dots.nth(2).focus()
    screen.press("ArrowRight", "ArrowLeft", "ArrowLeft")
    expect(dots.nth(1)).to_be_focused()
    assert dots.evaluate_all("(all) => all.filter((dot) => dot.tabIndex === 0).length") == 1


def test_at_400_percent_zoom_no_row_covers_the_question(screen: Screen):
    screen.page.set_viewport_size({"width": 320, "height": 180})
    screen.open("/learn", query="lesson=kernel&step=3")
    assert screen.page.locator(".next").evaluate("(e) => getComputedStyle(e).position") == "static"
    assert screen.page.evaluate(FIXED) < 0.25
    screen.open("/", stage="z1")
    assert screen.page.evaluate(FIXED) < 0.25
    screen.page.set_viewport_size({"width": 1280, "height": 400})
    screen.open("/learn", query="lesson=kernel&step=3")
    assert screen.page.locator(".said-and-asked").evaluate("(e) => e.clientHeight") > 150


def test_the_kernel_slides_over_its_places_and_any_key_lands_it(screen: Screen):
    screen.open("/learn", query="lesson=kernel&step=3")
    options = ask(bundled_lessons()[0].screens[2], setup_at(bundled_lessons()[0].screens[2], {})).options
    screen.press("ABCD"[next(n for n, option in enumerate(options) if option.label.say("en") == "f as it stands")], "Tab")
    commit(screen, right=False)
    asked = screen.page.locator('[data-figure="z1"] .cells')
    expect(screen.page.locator("[name=place]")).to_have_value("0")
    expect(asked.locator(".ghost, .blank")).to_have_count(8)
    screen.press("Shift")
    expect(asked.locator(".ghost, .blank")).to_have_count(0)
    expect(asked.locator(".split")).to_have_count(6)
    sums = screen.page.locator(".place .sum")
    f = scope_of(setup_at(bundled_lessons()[0].screens[2], {})).arrays["f"]
    for n, (place, weight) in enumerate((("14,14", "2,2"), ("15,15", "1,1"), ("16,16", "0,0"))):
        value = f[tuple(int(at) for at in weight.split(","))]
        expect(sums.nth(n)).to_have_text(f"z₁[{place}] = 1 · f[{weight}] = {value:.0f}".replace("-", "−"))
    screen.page.emulate_media(reduced_motion="reduce")
    screen.key("learn_slide").click()
    expect(screen.page.locator("[name=place]")).to_have_value("8")
    screen.page.set_viewport_size({"width": 390, "height": 844})  # there one place is shown, the one that was reached
    for place, title in (("3", "④"), ("4", "⑤ middle place"), ("8", "⑨ last place")):
        screen.page.locator("[name=place]").fill(place)
        expect(screen.page.locator(".place figcaption")).to_have_text(title)


def test_cells_to_be_chosen_are_as_large_as_a_finger_and_the_choice_is_where_it_was_clicked(screen: Screen):
    for lesson, number, map in (("kernel", 6, "z1"), ("channels", 2, "a1"), ("channels", 7, "p1")):
        for width in (1280, 390):
            screen.page.set_viewport_size({"width": width, "height": 844})
            screen.open("/learn", query=f"lesson={lesson}&step={number}")
            box = screen.canvas(map).bounding_box()
            assert box["width"] % 44 == box["height"] % 44 == 0 and box["width"] >= 5 * 44
            screen.canvas(map).click(position={"x": 44 * 3 + 10, "y": 44 * 2 + 30})
            where = re.findall(r"\d+", screen.page.locator(".part-of figcaption").inner_text())
            offset = 1 if map == "z1" else 0  # the cell whose window has the pixel in its middle
            row, column = int(where[0]) + 2 - offset, int(where[2]) + 3 - offset
            expect(screen.page.locator(".chosen-cell")).to_contain_text(f"{row},{column}]")


def test_questions_fit_and_axe_finds_nothing_before_and_after_the_answer(screen: Screen):
    for number in (1, 3, 6):
        screen.page.set_viewport_size({"width": 1280, "height": 720})
        screen.open("/learn", query=f"lesson=kernel&step={number}")
        for answered in (False, True):
            if answered:
                screen.press("A") if number < 6 else screen.canvas("z1").click()
                screen.key("learn_commit").click()
                screen.press("Shift")
            assert screen.page.locator(".scenery").evaluate("(e) => e.scrollHeight <= e.clientHeight && e.scrollWidth <= e.clientWidth"), (number, answered)
            assert violations(screen) == [], (number, answered)
        assert faults(screen.page, CUT) == [] and screen.page.evaluate(HIDDEN_FOCUS) == []
        screen.page.set_viewport_size({"width": 390, "height": 844})
        screen.painted()
        assert faults(screen.page, SIDEWAYS) == []
        assert violations(screen) == []
        screen.page.emulate_media(color_scheme="dark")
        assert violations(screen, "color-contrast") == []
        screen.page.emulate_media(color_scheme="light")


def test_on_a_phone_the_question_is_in_sight_at_the_start_and_the_picture_after_the_answer(screen: Screen):
    screen.page.set_viewport_size({"width": 390, "height": 844})
    screen.open("/learn")
    screen.page.locator('.lesson-path [data-lesson="kernel"]').click()
    screen.ready()
    ask_at = screen.page.locator("#learn-ask").bounding_box()
    assert 0 <= ask_at["y"] and ask_at["y"] + ask_at["height"] < 844 - 130
    screen.press("A")
    screen.key("learn_commit").click()
    plate, first = (screen.page.locator(f'[data-figure="{name}"]:visible').bounding_box() for name in ("z1", "x"))
    assert plate["y"] < first["y"] + first["height"], "three plates of one row"
    assert 0 <= plate["y"] and plate["y"] + plate["height"] < 844 - 130


@pytest.mark.parametrize(("lesson", "number"), [("kernel", 3), ("blame", 4), ("channels", 7)])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (1024, 768)])
def test_on_a_phone_and_a_tablet_the_verdict_is_in_sight_after_the_answer_with_its_picture_above(screen: Screen, lesson: str, number: int, width: int, height: int):
    screen.page.set_viewport_size({"width": width, "height": height})
    screen.open("/learn", query=f"lesson={lesson}&step={number}")
    if (map := screen.page.locator("canvas[data-map]")).count():
        map.click()
    elif screen.page.locator("[name=answer]").count():
        screen.press("A")
    button = screen.key("learn_commit")
    expect(button).to_be_enabled()
    button.click()
    verdict = screen.page.locator(".feedback b").bounding_box()
    assert 0 <= verdict["y"] and verdict["y"] + verdict["height"] < height - (130 if width < 700 else 0)
    for picture in screen.page.locator(".part-of" if lesson == "channels" else ".plates").all():
        assert -20 < picture.bounding_box()["y"] < verdict["y"]


@pytest.mark.parametrize(("lesson", "number"), [("channels", 5), ("check", 7)])
def test_on_a_phone_outputs_and_pictures_of_answers_are_in_sight_with_their_unit(screen: Screen, lesson: str, number: int):
    screen.page.set_viewport_size({"width": 390, "height": 844})
    screen.open("/learn", query=f"lesson={lesson}&step={number}")
    if lesson == "check":
        expect(screen.page.locator(".pictured .named")).to_have_text(["× 10⁻³"] * 4)
    screen.press("A")
    screen.key("learn_commit").click()
    for plate in screen.page.locator(".plates figure").all():
        box = plate.bounding_box()
        assert 0 <= box["x"] and box["x"] + box["width"] <= 390 and 0 <= box["y"] and box["y"] + box["height"] < 844 - 130
    assert screen.page.locator(".outputs").count() in (0, 3)


def test_in_the_lecture_view_a_question_is_read_from_the_last_row(screen: Screen):
    width, height = 1280, 720
    screen.page.add_init_script(RECORD)
    screen.page.set_viewport_size({"width": width, "height": height})
    screen.open("/learn", query="lesson=kernel&step=3&view=lecture")
    for key in ("", "A"):
        if key:
            screen.press(key)
            screen.key("learn_commit").click()
            screen.press("Shift")
        screen.painted()
        assert [each for each in screen.page.evaluate(WRITTEN.replace(".tick", ".tick, sub")) if each[0] < 0.0219 * height] == []
        assert screen.page.locator(".scenery").evaluate("(e) => e.scrollHeight <= e.clientHeight")
    screen.key("lecture_off").click()
    expect(screen.page.locator(".cnnviz.lecture")).to_have_count(0)
    screen.open("/learn", query="lesson=channels&step=4&view=lecture")
    screen.painted()
    assert [each for each in screen.page.evaluate(WRITTEN.replace(".tick", ".tick, sub")) if each[0] < 0.0219 * height] == []


CENTRES = """([rows, columns, cells]) => {
  const canvas = document.querySelector('canvas[data-plate="z1"]')
  const context = canvas.getContext("2d")
  return cells.map(([i, j]) => [...context.getImageData((canvas.width * (j + 0.5)) / columns, (canvas.height * (i + 0.5)) / rows, 1, 1).data])
}"""
"""The colours in the middle of some cells of z₁."""


def test_after_a_wrong_click_a_right_cell_is_named_and_the_map_stays_visible(screen: Screen):
    screen.open("/learn", query="lesson=kernel&step=6")
    key = ask(bundled_lessons()[0].screens[5], setup_at(bundled_lessons()[0].screens[5], {})).key
    expect(screen.key("learn_commit")).to_be_disabled()
    screen.page.locator('canvas[data-plate="x"]').click(position={"x": 2, "y": 2})  # the whole map chooses, too
    expect(screen.page.locator(".chosen-cell")).to_contain_text("[0,0]")
    commit(screen, right=False)
    result = re.search(r"z₁\[(\d+),(\d+)\] is right", screen.page.locator(".feedback").inner_text().replace("z1", "z₁"))
    assert result and key[int(result[1]), int(result[2])]
    expect(screen.page.locator(".feedback")).to_contain_text("dark pixels at the left")
    cells = [[int(i), int(j)] for i, j in zip(*key.nonzero(), strict=True) if [str(i), str(j)] != [*result.groups()]]
    colours = screen.page.evaluate(CENTRES, [*key.shape, cells])
    assert all(red > 80 and green < 60 for red, green, _, _ in colours), colours


def test_bars_begin_at_one_edge_and_name_their_decades_where_they_are_logarithmic(screen: Screen):
    for lesson, number, is_logarithmic in (("check", 1, False), ("check", 3, True), ("check", 4, False), ("blame", 7, False)):
        for width in (1280, 390):
            screen.page.set_viewport_size({"width": width, "height": 844})
            screen.open("/learn", query=f"lesson={lesson}&step={number}")
            screen.press("A")
            screen.key("learn_commit").click()
            edges = screen.page.locator(".amount").evaluate_all("(all) => all.map((e) => e.getBoundingClientRect()).map(({ left, right }) => [left, right])")
            assert len(edges) > 1 and len({(round(left), round(right)) for left, right in edges}) == 1
            named = screen.page.locator(".decades b").all_inner_texts()
            assert (len(named) >= 2) == is_logarithmic and all(text.startswith("1") for text in named)
            boxes = screen.page.locator(".decades b").evaluate_all("(all) => all.map((e) => e.getBoundingClientRect()).map(({ left, right }) => [left, right])")
            assert all(a[1] <= b[0] for a, b in itertools.pairwise(boxes)), named


def test_hints_come_one_by_one_and_the_summary_counts_them(screen: Screen):
    lesson = next(one for one in bundled_lessons() if one.id == "blame")
    last = len(lesson.screens)
    screen.open("/learn", lesson="blame", step=last)
    at(screen, last)
    hints = ask(lesson.screens[-1], setup_at(lesson.screens[-1], {})).hints
    expect(screen.page.locator(".question .hint")).to_have_count(0)
    screen.key("learn_hint").focus()
    screen.press("Enter")
    expect(screen.page.locator(".question .hint")).to_have_count(1)
    expect(screen.key("learn_hint")).to_have_text("Another hint")
    screen.key("learn_hint").focus()
    screen.press("Enter")
    expect(screen.page.locator(".question .hint")).to_have_count(len(hints))
    expect(screen.page.locator(".question .hint").last).to_be_focused()
    expect(screen.key("learn_hint")).to_have_count(0)
    assert violations(screen) == []
    right = next(n for n, option in enumerate(ask(lesson.screens[-1], setup_at(lesson.screens[-1], {})).options) if option.right)
    screen.press("ABC"[right])
    commit(screen, right=True)
    screen.key("learn_continue").click()
    expect(screen.page.locator(".ended li span").last).to_have_text("right, with 2 hints")
    screen.page.locator('.ended [data-go=""]').click()
    expect(screen.page.locator(".lesson-path small").first).to_contain_text("min")
    screen.page.locator("[data-forget]").click()
    screen.open("/learn", lesson="blame", step=last)
    at(screen, last)
    screen.key("learn_skip").click()
    expect(screen.page.locator(".ended li span").last).to_have_text("skipped")


def test_the_index_shows_the_next_question_and_a_click_answers_it_inside_the_lesson(screen: Screen):
    page, first = screen.page, bundled_lessons()[0]
    question = ask(first.screens[0], setup_at(first.screens[0], {}))
    screen.open("/learn")
    shown = page.locator(".next-picture .answer")
    expect(shown).to_have_count(len(question.options))
    expect(page.locator(".next-up h1")).to_contain_text("What will these nine cells")
    expect(page.locator(".lesson-path li")).to_have_count(len(bundled_lessons()))
    assert page.evaluate("document.querySelector('.lesson-path .overall').getBoundingClientRect().bottom <= innerHeight"), "one screen has the path"
    assert violations(screen) == []
    wrong = next(n for n, option in enumerate(question.options) if not option.right)
    shown.nth(wrong).click()
    at(screen, 1)
    expect(page.locator(".feedback.missed")).to_be_visible()
    expect(page.locator(".said")).to_contain_text(f"You said {'ABC'[wrong]}")
    page.go_back()
    expect(page.locator(".lesson-path .overall")).to_contain_text(f"1 of {sum(len(deck.screens) for deck in bundled_lessons())}")
    expect(page.locator(".next-up h1")).to_contain_text("show?")
    page.locator(".next-up .primary").click()
    at(screen, 2)
    expect(page.locator(".question.answered")).to_have_count(0)


def test_after_a_miss_a_question_without_a_menu_has_another_case(screen: Screen):
    screen.open("/learn", lesson="blame", step=5)
    at(screen, 5)
    for wanted in ("900", "676"):
        screen.page.locator("[name=number]").fill("9")
        commit(screen, right=False)
        expect(screen.page.locator(".feedback")).to_contain_text(f"It is {wanted}")
        screen.key("learn_other").click()
        expect(screen.page.locator(".question.answered")).to_have_count(0)
        screen.ready()


def test_every_weight_of_a_kernel_can_be_chosen(screen: Screen):
    screen.open("/learn", lesson="sums", step=1)
    at(screen, 1)
    part = screen.page.locator("canvas[data-map=f]")
    for row, column in ((0, 0), (1, 2), (2, 2)):
        part.click(position={"x": 44 * column + 22, "y": 44 * row + 22})
        expect(screen.page.locator(".chosen-cell")).to_contain_text(f"[{row},{column}]")
    part.focus()
    screen.press("ArrowUp", "ArrowLeft", "Enter")
    expect(screen.page.locator(".chosen-cell")).to_contain_text("[1,1]")
    screen.press("ArrowDown", "ArrowRight", "Enter")
    commit(screen, right=True)


@pytest.mark.parametrize(("lesson", "step"), [("kernel", 4), ("kernel", 6), ("blame", 6), ("check", 3), ("notebook", 2), ("channels", 5), ("channels", 7), ("sums", 4)])
def test_a_question_is_whole_with_both_its_hints_and_its_maps_are_not_cut(screen: Screen, lesson: str, step: int):
    screen.open("/learn", lesson=lesson, step=step)
    at(screen, step)
    while screen.key("learn_hint").count():
        screen.key("learn_hint").click()
        screen.painted()
    for part in (".said-and-asked", ".scenery"):
        assert screen.page.locator(part).evaluate("(e) => [e.scrollHeight - e.clientHeight, e.scrollWidth - e.clientWidth]") == [0, 0], part


GAPS = """(all) => all.map((cell) => {
  const [wrong, whole, right] = [cell.querySelector("s"), cell, cell.querySelector("b")].map((e) => e.getBoundingClientRect())
  const middle = whole.y + whole.height / 2
  return [middle - wrong.bottom, right.y - middle]
})"""
"""Of each cell with two numbers: the distances of the wrong one, above, and of the right one, below, from its middle."""


def test_a_wrong_number_stands_above_the_right_one_and_neither_meets_the_other(screen: Screen):
    question = ask(bundled_lessons()[0].screens[0], setup_at(bundled_lessons()[0].screens[0], {}))
    for width in (1280, 390):
        screen.page.set_viewport_size({"width": width, "height": 844})
        screen.open("/learn", query="lesson=kernel&step=1")
        choose(screen, next(n for n, option in enumerate(question.options) if not option.right))
        commit(screen, right=False)
        screen.press("Shift")
        expect(screen.page.locator(".split")).to_have_count(9)
        gaps = screen.page.locator(".split").evaluate_all(GAPS)
        assert all(above >= -1 and below >= -1 for above, below in gaps), gaps
