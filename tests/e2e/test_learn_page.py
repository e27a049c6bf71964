"""The page Learn: a whole lesson by keyboard alone; a step is a link; what is asked for is masked until the answer."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from cnnviz.scripts.library import bundled
from cnnviz.scripts.question import ask, lesson_at
from tests.e2e.page import Screen


def commit(screen: Screen, right: bool) -> None:
    button = screen.key("learn_commit")
    expect(button).to_be_enabled()
    button.focus()
    screen.press("Enter")
    expect(screen.page.locator(".feedback")).to_have_class(f"feedback {'good' if right else 'missed'}")


def go_on(screen: Screen, step: int) -> None:
    """The way on has the focus: Enter takes it."""
    screen.key("learn_continue").focus()
    screen.press("Enter")
    expect(screen.page.locator('.path [aria-current="step"]')).to_have_text(str(step))
    screen.ready()


def choose(screen: Screen, n: int) -> None:
    screen.page.locator(".option input").first.focus()
    screen.press("Space", *["ArrowDown"] * n)
    expect(screen.page.locator(".option input").nth(n)).to_be_checked()


def test_a_whole_lesson_by_keyboard(screen):
    guided = bundled()[0]
    screen.open("/learn")
    start = screen.page.locator(f'[data-lesson="{guided.id}"]')
    expect(start).to_have_text("Start")
    start.focus()
    screen.press("Enter")
    expect(screen.key("learn_commit")).to_be_disabled()
    screen.ready(stage="z1")
    questions = [ask(step, lesson_at(step, {})) for step in guided.steps]

    # The first answer is wrong: its feedback is said, the map is no longer masked, and it is asked of another image.
    expect(screen.page.locator("canvas.mechanism")).to_have_attribute("aria-label", "hidden until you commit")
    expect(screen.canvas("z1")).to_have_attribute("aria-label", "z1: hidden until you commit")
    wrong = next(n for n, option in enumerate(questions[0].options) if not option.right)
    choose(screen, wrong)
    commit(screen, right=False)
    expect(screen.page.locator(".feedback")).to_contain_text(questions[0].options[wrong].say.say("en")[:30])
    expect(screen.canvas("z1")).to_have_attribute("aria-label", re.compile("900 values"))
    expect(screen.key("learn_other")).to_be_focused()
    screen.press("Enter")
    expect(screen.key("learn_commit")).to_be_disabled()
    screen.ready()
    other = ask(guided.steps[0], lesson_at(guided.steps[0], screen.address))
    assert screen.address["img"] == other.lesson.img != questions[0].lesson.img
    right = next(n for n, option in enumerate(other.options) if option.right)
    screen.press(str(right + 1))  # by its number, which else is a page's
    expect(screen.page.locator(".option input").nth(right)).to_be_checked()
    commit(screen, right=True)

    for number, (step, question) in enumerate(zip(guided.steps[1:], questions[1:], strict=True), start=2):
        go_on(screen, number)
        if step.kind == "choose":
            choose(screen, next(n for n, option in enumerate(question.options) if option.right))
        elif step.kind == "number":
            screen.page.locator("[name=number]").focus()
            screen.page.keyboard.type(str(float(question.key)))
        elif step.kind == "click":
            row, column = (int(at[0]) for at in question.key.nonzero())
            screen.canvas(step.map).focus()
            screen.press(*["ArrowUp"] * 30, *["ArrowLeft"] * 30, *["ArrowDown"] * row, *["ArrowRight"] * column, "Enter")
            expect(screen.page.locator(".pick")).to_contain_text(f"[{row},{column}]")
        commit(screen, right=True)
    link = screen.page.url
    screen.page.goto(link)  # a step is a link
    expect(screen.page.locator('.path [aria-current="step"]')).to_have_text(str(len(guided.steps)))
    screen.page.locator('.path [data-go=""]').click()
    expect(screen.page.locator(f'[data-lesson="{guided.id}"]')).to_have_text("Once more")
    screen.prints_no_trace()

