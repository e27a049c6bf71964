"""Screens of a script, for the player."""

from collections.abc import Mapping

from cnnviz.pages.address import Now
from cnnviz.pages.answers import Answers
from cnnviz.pages.encoding import encode, finite
from cnnviz.pages.script_screens import address_of
from cnnviz.pages.version import code
from cnnviz.scripts.expression_limits import Allowance
from cnnviz.scripts.given_script import given
from cnnviz.scripts.library import library, own_folders
from cnnviz.scripts.question import filled
from cnnviz.scripts.scope import duration, scope_of, setup_of
from cnnviz.scripts.script import Screen, Script
from cnnviz.wire.script import ScriptData, ScriptHeader, ScriptScreen
from cnnviz.words import Message, Problem, Versions, message


class _ScriptAnswers(Answers):
    """The screens of one script."""

    def answer(self, now: Now) -> bytes:
        found, sent = _asked(now), given()
        head = ScriptHeader(
            page="script", code=code(), asked=dict(now.asked), lesson=now.setup.to_query(), wrong=dict(now.wrong),
            loss=finite(float(now.snapshot.losses[-1])), script=_data(found) if found else None,
            tables=sent.tables if sent and found else None, faults=[message("ui.learn.fault", line=str(fault.line), what=fault.what) for fault in sent.faults] if sent else [],
        )  # fmt: skip
        return encode(head, {})

    def wrong(self, now: Now) -> Mapping[str, Message]:
        return {} if _asked(now) or given() else {"script": message("ui.learn.no_script", id=now.asked.get("script", "")[:40])}

    def lasts(self, asked: Mapping[str, str]) -> bool:
        """Not where scripts of one's own may be changed while they are served."""
        return not own_folders()


ANSWERS = _ScriptAnswers()


def _asked(now: Now) -> Script | None:
    sent = given()
    return sent.script if sent else library().find_script(now.asked.get("script", ""))


def _data(script: Script) -> ScriptData:
    allowance = Allowance()
    screens = [_screen(script, number, screen, allowance) for number, screen in enumerate(script.screens, 1)]
    return ScriptData(id=script.id, title=script.title, goal=script.goal, languages=script.languages, screens=screens)


def _screen(script: Script, number: int, screen: Screen, allowance: Allowance) -> ScriptScreen:
    page, query = address_of(script, number)
    return ScriptScreen(
        page=page, query=query, title=_said(screen, "title", allowance), say=Versions({}) if screen.asks else _said(screen, "text", allowance), asks=screen.asks,
        seconds=screen.seconds, experiment=screen.experiment, updates=screen.updates,
    )  # fmt: skip


def _said(screen: Screen, field: str, allowance: Allowance) -> Versions:
    text: Versions = getattr(screen, field)
    if not any("{" in part for part in text.by_language.values()):
        return text
    try:
        setup = setup_of(screen.at)
        allowance.wait(duration(setup))
        return filled(text, scope_of(setup), allowance)
    except Problem:  # an image that is not here any more, or more work than one script may ask for
        return Versions({})
