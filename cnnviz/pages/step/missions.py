"""The current mission on Step, and the list of all."""

from collections.abc import Mapping
from dataclasses import replace

from cnnviz.core.network.stages import label
from cnnviz.core.runtime.lru_cache import LruCache, held_bytes
from cnnviz.decks.missions import MOST_CASES, Blind, Mission, blind, find, missions
from cnnviz.decks.scope import query_of
from cnnviz.pages.address import PageRequest
from cnnviz.wire.page import MissionData, MissionListed, MissionsData, NamedMistake
from cnnviz.words import Message, message

_RECENT: LruCache[tuple[tuple[tuple[str, str], ...], int], Blind] = LruCache(16_000_000, held_bytes)


def with_mission(now: PageRequest) -> tuple[PageRequest, MissionsData]:
    """Return the request with the mission's gradients, and the mission's data. A blind mission replaces the
    gradients."""
    entries = [MissionListed(id=entry.id, title=entry.title, query=query_of(entry.at)) for entry in missions()]
    id = now.query.get("mission", "")
    mission = find(id)
    if mission is None:
        wrong = {"mission": message("ui.missions.none", id=id[:40])} if id else {}
        return replace(now, errors={**now.errors, **wrong}), MissionsData(listed=entries, now=None)
    if mission.blind:
        return _with_blind_mission(now, mission, entries)
    met, remaining = mission.is_reached(now.setup), mission.changed_keys(now.setup)
    data = _data(mission, met, [message("ui.missions.kept", fields=[message(f"lesson.field.{key}") for key in remaining])] if remaining else [])
    if met:
        data["said"] = [mission.success_text(now.setup)]
    return now, MissionsData(listed=entries, now=data)


def _data(mission: Mission, met: bool, messages: list[Message]) -> MissionData:
    return MissionData(id=mission.id, title=mission.title, hint=mission.hint, said=list(messages), met=met, case=None, named="", choices=[])


def _with_blind_mission(now: PageRequest, mission: Mission, listed: list[MissionListed]) -> tuple[PageRequest, MissionsData]:
    case = _case(now.query)
    mistake = _cached_mistake(now, case) if now.setup.mode == "train" else None
    if mistake is None:
        return now, MissionsData(listed=listed, now=_data(mission, False, [message("ui.missions.no_mistake")]))
    answer = now.query.get("named", "")
    verdict = mistake.check_choice(answer, now.snapshot)
    data = _data(mission, bool(verdict and verdict[0]), [verdict[1]] if verdict else [])
    data |= {"case": case, "named": answer if verdict else "", "choices": _choices(mistake)}
    if data["met"]:
        data["said"] = [*data["said"], mission.done]
    after, _ = now.setup.optimizer.step(now.snapshot.params, mistake.gradients, now.snapshot.state or None)
    snapshot = replace(now.snapshot, gradients=mistake.gradients, after=after)
    return replace(now, snapshot=snapshot), MissionsData(listed=listed, now=data)


def _cached_mistake(now: PageRequest, case: int) -> Blind | None:
    """Return the blind mission's mistake, cached because a page requests exact weights one by one."""
    setup_items = tuple((key, text) for key, text in now.setup.to_query().items() if key not in ("stage", "cell"))
    mistake = _RECENT.get((setup_items, case))
    if mistake is None and (mistake := blind(now.setup, now.snapshot, case)):
        _RECENT.put((setup_items, case), mistake)
    return mistake


def _choices(mistake: Blind) -> list[NamedMistake]:
    """Return the choices sorted by name, so that their order does not reveal the mistake."""
    entries = [NamedMistake(address=address, title=choice.title, stage=label(choice.stage)) for address, choice in mistake.choices.items()]
    return sorted(entries, key=lambda choice: (str(choice["title"]), choice["address"]))


def _case(query: Mapping[str, str]) -> int:
    text = query.get("case", "")
    return int(text) if len(text) <= 6 and text.isascii() and text.isdigit() and int(text) < MOST_CASES else 0
