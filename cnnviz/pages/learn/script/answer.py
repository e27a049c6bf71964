"""What a script's screens are, for whoever walks through them."""

from __future__ import annotations

from collections.abc import Mapping

from cnnviz.pages.address import Now
from cnnviz.pages.answers import Answers
from cnnviz.pages.encoding import encode, finite
from cnnviz.pages.screens import address_of
from cnnviz.pages.version import code
from cnnviz.scripts.library import library, own_folders
from cnnviz.scripts.planned import Allowance
from cnnviz.scripts.question import filled
from cnnviz.scripts.scene import lesson_of, scene
from cnnviz.scripts.script_file import Screen, Script
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


def _asked(now: Now) -> Script | None:
    return library().find_script(now.asked.get("script", ""))


def _data(script: Script) -> ScriptData:
    screens = [_screen(script, number, screen) for number, screen in enumerate(script.screens, 1)]
    return ScriptData(id=script.id, title=script.title, goal=script.goal, languages=script.languages, screens=screens)


def _screen(script: Script, number: int, screen: Screen) -> ScriptScreen:
    page, query = address_of(script, number)
    return ScriptScreen(
        page=page, query=query, title=_said(screen, "title"), say=Versions({}) if screen.asks else _said(screen, "text"), asks=screen.asks,
        seconds=screen.seconds, experiment=screen.experiment, updates=screen.updates,
    )  # fmt: skip


def _said(screen: Screen, field: str) -> Versions:
    text: Versions = getattr(screen, field)
    if not any("{" in part for part in text.by_language.values()):
        return text
    try:
        return filled(text, scene(lesson_of(screen.at)), Allowance())
    except Problem:  # an image that is not here any more
        return Versions({})
