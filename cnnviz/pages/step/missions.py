"""The current mission on Step, and the list of all missions."""

from collections.abc import Mapping
from dataclasses import replace

from cnnviz.core.mistakes import MISTAKES
from cnnviz.core.network.stages import label
from cnnviz.core.runtime.lru_cache import LruCache, held_bytes
from cnnviz.core.setup.setup_fields import integer_parser
from cnnviz.decks.missions import MOST_CASES, Blind, Mission, blind, find, missions
from cnnviz.decks.scope import query_of
from cnnviz.pages.address import PageRequest
from cnnviz.wire.page import MissionData, MissionListed, MissionsData, NamedMistake
from cnnviz.words import Message, Problem, message, quote

_RECENT: LruCache[tuple[tuple[tuple[str, str], ...], int], Blind] = LruCache(16_000_000, held_bytes)


def with_mission(request: PageRequest) -> tuple[PageRequest, MissionsData]:
    """Return the request with the mission's gradients, and the mission's data. A blind mission replaces the
    gradients."""
    entries = [MissionListed(id=entry.id, title=entry.title, query=query_of(entry.at)) for entry in missions()]
    mission = find(request.query.get("mission", ""))
    if mission is None:
        return request, MissionsData(listed=entries, now=None)
    if mission.blind:
        return _with_blind_mission(request, mission, entries)
    is_met, remaining = mission.is_reached(request.setup), mission.changed_keys(request.setup)
    data = _data(mission, is_met, [message("ui.missions.kept", fields=[message(f"lesson.field.{key}") for key in remaining])] if remaining else [])
    if is_met:
        data["said"] = [mission.success_text(request.setup)]
    return request, MissionsData(listed=entries, now=data)


def _data(mission: Mission, is_met: bool, messages: list[Message]) -> MissionData:
    return MissionData(id=mission.id, title=mission.title, hint=mission.hint, said=list(messages), met=is_met, case=None, named="", choices=[])


def _with_blind_mission(request: PageRequest, mission: Mission, listed: list[MissionListed]) -> tuple[PageRequest, MissionsData]:
    case = _case(request.query)
    mistake = _cached_mistake(request, case) if request.setup.mode == "train" else None
    if mistake is None:
        return request, MissionsData(listed=listed, now=_data(mission, False, [message("ui.missions.no_mistake")]))
    answer = request.query.get("named", "")
    verdict = mistake.check_choice(answer, request.snapshot)
    data = _data(mission, bool(verdict and verdict[0]), [verdict[1]] if verdict else [])
    data |= {"case": case, "named": answer if verdict else "", "choices": _choices(mistake)}
    if data["met"]:
        data["said"] = [*data["said"], mission.done]
    next_params, _ = request.setup.optimizer.step(request.snapshot.params, mistake.gradients, request.snapshot.state or None)
    snapshot = replace(request.snapshot, gradients=mistake.gradients, after=next_params)
    return replace(request, snapshot=snapshot), MissionsData(listed=listed, now=data)


def _cached_mistake(request: PageRequest, case: int) -> Blind | None:
    """Return the blind mission's mistake, cached because a page requests exact weights one by one."""
    setup_items = tuple((key, text) for key, text in request.setup.to_query().items() if key not in ("stage", "cell"))
    mistake = _RECENT.get((setup_items, case))
    if mistake is None and (mistake := blind(request.setup, request.snapshot, case)):
        _RECENT.put((setup_items, case), mistake)
    return mistake


def _choices(mistake: Blind) -> list[NamedMistake]:
    """Return the choices sorted by name, so that their order does not reveal the mistake."""
    entries = [NamedMistake(address=address, title=choice.title, stage=label(choice.stage)) for address, choice in mistake.choices.items()]
    return sorted(entries, key=lambda choice: (str(choice["title"]), choice["address"]))


parse_case = integer_parser(0, MOST_CASES - 1)
"""Parser of the number of a blind mission's case."""


def parse_named(text: str, request: PageRequest) -> str:
    """Return the address of a named mistake, or raise Problem. A blind mission has its own choices."""
    mission = find(request.query.get("mission", ""))
    mistake = _cached_mistake(request, _case(request.query)) if mission and mission.blind and request.setup.mode == "train" else None
    is_known = text in mistake.choices if mistake else text.partition("@")[0] in MISTAKES
    if is_known:
        return text
    raise Problem("mistake.unlisted", name=quote(text))


def _case(query: Mapping[str, str]) -> int:
    try:
        return parse_case(query.get("case", "0"))
    except Problem:
        return 0
