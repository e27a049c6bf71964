"""What a script's screens are, for whoever walks through them."""

from __future__ import annotations

from collections.abc import Mapping

from cnnviz.pages.address import Now
from cnnviz.pages.answers import Answers
from cnnviz.pages.encoding import encode, finite
from cnnviz.pages.screens import address_of
from cnnviz.pages.version import code
from cnnviz.scripts.lesson_file import GuidedLesson, Step
from cnnviz.scripts.library import library, own_folders
from cnnviz.scripts.planned import Allowance
from cnnviz.scripts.question import filled
from cnnviz.scripts.scene import lesson_of, scene
from cnnviz.wire.script import ScriptData, ScriptHeader, ScriptScreen
from cnnviz.words import Message, Problem, Versions, message


class _ScriptAnswers(Answers):
    """The screens of one script."""

    def answer(self, now: Now) -> bytes:
        found = _asked(now)
        head = ScriptHeader(
            page="script", code=code(), asked=dict(now.asked), lesson=now.lesson.to_query(), wrong=dict(now.wrong),
            loss=finite(float(now.moment.losses[-1])), script=_data(found) if found else None,
        )  # fmt: skip
        return encode(head, {})

    def wrong(self, now: Now) -> Mapping[str, Message]:
        return {} if _asked(now) else {"script": message("ui.learn.no_script", id=now.asked.get("script", "")[:40])}

    def lasts(self, asked: Mapping[str, str]) -> bool:
        """Not where scripts of one's own may be changed while they are served."""
        return not own_folders()


ANSWERS = _ScriptAnswers()


def _asked(now: Now) -> GuidedLesson | None:
    return library().find_script(now.asked.get("script", ""))


def _data(script: GuidedLesson) -> ScriptData:
    screens = [_screen(script, number, step) for number, step in enumerate(script.steps, 1)]
    return ScriptData(id=script.id, title=script.title, goal=script.goal, languages=script.languages, screens=screens)


def _screen(script: GuidedLesson, number: int, step: Step) -> ScriptScreen:
    page, query = address_of(script, number)
    return ScriptScreen(
        page=page, query=query, title=_said(step, "title"), say=Versions({}) if step.asks else _said(step, "text"), asks=step.asks,
        seconds=step.seconds, experiment=step.experiment, updates=step.updates,
    )  # fmt: skip


def _said(step: Step, field: str) -> Versions:
    text: Versions = getattr(step, field)
    if not any("{" in part for part in text.by_language.values()):
        return text
    try:
        return filled(text, scene(lesson_of(step.at)), Allowance())
    except Problem:  # an image that is not here any more
        return Versions({})
